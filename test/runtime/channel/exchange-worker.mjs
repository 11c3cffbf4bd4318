/**
 * One worker of a small dataflow for tests of the channels: real threads, the real transport, gates and writers, and a
 * task loop of twenty lines. Subtask w of every vertex runs in worker w; every edge is all-to-all. Runs from dist, since
 * Node 20 cannot load TypeScript in a thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LocalChannel } from '../../../dist/runtime/channel/local-channel.js';
import { Pressure } from '../../../dist/runtime/channel/pressure.js';
import { EdgeShapes } from '../../../dist/runtime/channel/record-codec.js';
import { WorkerTransport } from '../../../dist/runtime/channel/worker-transport.js';
import { GATE, InputGate } from '../../../dist/runtime/input-gate.js';
import { createPartitioner } from '../../../dist/runtime/partitioner.js';
import { RecordWriter } from '../../../dist/runtime/record-writer.js';

// A pending wait does not keep a thread alive; a listener does.
parentPort.on('message', () => {});
const { worker, workers, vertices, edges, shared, transportOptions, localOptions, source } = workerData;
const transport = new WorkerTransport({ worker, workers, shared, ...transportOptions });
const channelId = (edge, from, to) => (edge * workers + from) * workers + to;
const all = Array.from({ length: workers }, (_, index) => index);
const report = { worker, received: [], misordered: 0, barriers: [], statusErrors: [] };

const tasks = [];
const localChannels = new Map();
for (let vertex = 0; vertex < vertices; vertex++) {
  const pressure = new Pressure();
  const gateChannels = [];
  const lastSeen = [];
  for (const [index, edge] of edges.entries()) {
    if (edge.target !== vertex) continue;
    for (const from of all) {
      const channel =
        from === worker ? localChannels.get(index) : transport.reader(channelId(index, from, worker), from);
      gateChannels.push({ channel, input: edge.input ?? 0 });
      lastSeen[index * workers + from] = -1;
    }
  }
  const outputs = [];
  for (const [index, edge] of edges.entries()) {
    if (edge.source !== vertex) continue;
    const shapes = new EdgeShapes();
    const channels = all.map((to) => {
      if (to !== worker) return transport.createWriter(channelId(index, worker, to), to, shapes, pressure);
      const local = new LocalChannel({
        pressure,
        budget: transport.budget,
        strings: transport.strings,
        ...localOptions,
      });
      localChannels.set(index, local);
      return local.writer;
    });
    const partitioner = createPartitioner({
      kind: 'CUSTOM',
      channels: workers,
      keySelector: (record) => record.to,
      partitioner: (to) => to,
    });
    outputs.push({ index, writer: new RecordWriter({ partitioner, channels }), sequence: all.map(() => 0), channels });
  }
  const gate = gateChannels.length > 0 ? new InputGate({ channels: gateChannels }) : undefined;
  tasks.push({ vertex, pressure, gate, outputs, lastSeen, received: 0, isDone: false, emitted: 0, step: 0 });
}

/** `skew` of the records go to worker 0. */
function targetOf(key, edge) {
  return key % 100 < source.skew * 100 ? 0 : (key >>> edge) % workers;
}

function emit(task, key, text) {
  for (const output of task.outputs) {
    const to = targetOf(key, output.index);
    const record = { edge: output.index, from: worker, to, sequence: output.sequence[to]++, key, text };
    output.writer.emit(record, key);
  }
}

function broadcast(task, event) {
  for (const output of task.outputs) output.writer.broadcastEvent(event);
}

function finish(task) {
  broadcast(task, { kind: 'end-of-data' });
  broadcast(task, { kind: 'end-of-partition' });
  task.isDone = true;
  report.received[task.vertex] = task.received;
}

function runSource(task) {
  if (task.emitted >= source.records) {
    finish(task);
    return true;
  }
  // One step, whatever it emits, is the unit of backpressure.
  const end = Math.min(task.emitted + source.perStep, source.records);
  for (; task.emitted < end; task.emitted++) {
    const key = Math.imul(task.emitted + worker * 7919, 2654435761) >>> 8;
    emit(task, key, source.texts[task.emitted % source.texts.length]);
  }
  if (++task.step % source.barrierEvery === 0) {
    const checkpointId = task.step / source.barrierEvery;
    broadcast(task, { kind: 'barrier', checkpointId, options: { checkpointId, exactlyOnce: true } });
  }
  return true;
}

function onRecord(task, record) {
  const slot = record.edge * workers + record.from;
  if (record.sequence !== task.lastSeen[slot] + 1 || record.to !== worker) report.misordered++;
  task.lastSeen[slot] = record.sequence;
  task.received++;
  emit(task, record.key, record.text);
}

function run(task) {
  if (task.isDone || task.pressure.blocked > 0) return false;
  if (task.gate === undefined) return runSource(task);
  for (let taken = 0; taken < 200; taken++) {
    const element = task.gate.next();
    if (element === GATE.EMPTY) return taken > 0;
    if (element === GATE.RECORD) {
      onRecord(task, task.gate.value);
      if (task.pressure.blocked > 0) return true;
    } else if (element === GATE.BARRIER) {
      report.barriers.push({ vertex: task.vertex, id: task.gate.checkpointId, received: task.received });
      broadcast(task, { kind: 'barrier', checkpointId: task.gate.checkpointId, options: task.gate.barrier });
    } else if (element === GATE.END_OF_PARTITION && task.gate.isClosed) {
      finish(task);
      return true;
    }
  }
  return true;
}

const hasOverflow = () => tasks.some((task) => task.pressure.blocked > 0);
let waits = 0;
while (!tasks.every((task) => task.isDone) || hasOverflow()) {
  const hasMoved = transport.drain();
  let isBusy = false;
  for (const task of tasks) isBusy = run(task) || isBusy;
  if (isBusy || hasMoved) continue;
  for (const task of tasks) for (const { writer } of task.outputs) writer.flush();
  const rung = transport.wait();
  if (rung === undefined) continue;
  waits++;
  await rung;
}
for (const task of tasks) report.received[task.vertex] ??= task.received;
report.waits = waits;
report.spilledBytes = transport.budget.spilledBytes;
report.usedBytes = transport.budget.usedBytes;
report.maxRssBytes = process.resourceUsage().maxRSS * 1024;
parentPort.postMessage(report);
transport.close();
