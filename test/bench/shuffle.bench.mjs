/**
 * What a record costs on its way between two workers: { key: 14 bytes, value, timestamp }.
 *
 *   node test/bench/shuffle.bench.mjs [records]
 *
 * Prints JSON lines: `codec` (encode + decode in one thread), `shuffle` (CPU of the whole process a record: key group,
 * encoding, ring, decoding; both sides), with a baseline of the same run. Runs from dist.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const dist = '../../dist/';
const { Pressure } = await import(`${dist}runtime/channel/pressure.js`);
const { EdgeShapes, ChannelEncoder, ChannelDecoder } = await import(`${dist}runtime/channel/record-codec.js`);
const { ByteWriter } = await import(`${dist}runtime/channel/byte-writer.js`);
const { ByteReader } = await import(`${dist}runtime/channel/byte-reader.js`);
const { StringCache } = await import(`${dist}runtime/channel/string-cache.js`);
const { WorkerTransport } = await import(`${dist}runtime/channel/worker-transport.js`);
const { createRingMemory } = await import(`${dist}runtime/channel/ring.js`);
const { createBellMemory } = await import(`${dist}runtime/channel/doorbell.js`);
const { GATE, InputGate } = await import(`${dist}runtime/input-gate.js`);
const { createPartitioner } = await import(`${dist}runtime/partitioner.js`);
const { RecordWriter } = await import(`${dist}runtime/record-writer.js`);
const { KeyTypeCell } = await import(`${dist}state/key-type-cell.js`);

const RECORDS = Number(process.argv[2] ?? 4_000_000);

function makeKeys(count) {
  // Flat strings, as a parser gives them.
  return Array.from({ length: count }, (_, index) => Buffer.from(`key-${String(index).padStart(10, '0')}`).toString());
}

function cpuNs() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

function benchCodec(keyCount) {
  const keys = makeKeys(keyCount);
  const records = keys.map((key, index) => ({ key, value: index * 1.5, timestamp: 1.7e12 + index }));
  const writer = new ByteWriter(20_480);
  const encoder = new ChannelEncoder(new EdgeShapes(), writer);
  const reader = new ByteReader(new StringCache());
  const decoder = new ChannelDecoder(reader);
  let encodeNs = 0;
  let decodeNs = 0;
  let done = 0;
  let sum = 0;
  while (done < RECORDS) {
    const before = process.hrtime.bigint();
    while (writer.position < 16_384) {
      encoder.writeRecord(records[done % keyCount], 1.7e12 + done, done & 127);
      done++;
    }
    const between = process.hrtime.bigint();
    const end = writer.position;
    reader.open(writer.bytes, writer.view, 0);
    while (reader.position < end) {
      if (decoder.read() !== 1) continue;
      sum += decoder.value.value + decoder.value.key.length;
    }
    decodeNs += Number(process.hrtime.bigint() - between);
    encodeNs += Number(between - before);
    writer.position = 0;
  }
  return {
    bench: 'codec',
    keys: keyCount,
    encodeNs: +(encodeNs / done).toFixed(1),
    decodeNs: +(decodeNs / done).toFixed(1),
    sum,
  };
}

const yieldTurn = () => new Promise((resolve) => setImmediate(resolve));

async function runSender(transport, keyCount, report) {
  const keys = makeKeys(keyCount);
  const pressure = new Pressure();
  const channels = [transport.createWriter(0, 1, new EdgeShapes(), pressure)];
  const cell = new KeyTypeCell({ maxParallelism: 128 });
  const partitioner = createPartitioner({
    kind: 'HASH',
    channels: 1,
    keySelector: (record) => record.key,
    grouping: cell,
    maxParallelism: 128,
  });
  const writer = new RecordWriter({ partitioner, channels });
  let emitted = 0;
  while (emitted < report.records) {
    transport.drain();
    if (pressure.blocked > 0) {
      const rung = transport.wait();
      if (rung !== undefined) await rung;
      continue;
    }
    for (let index = 0; index < 1_000 && pressure.blocked === 0; index++, emitted++) {
      const timestamp = 1.7e12 + emitted;
      writer.emit({ key: keys[emitted % keyCount], value: emitted * 1.5, timestamp }, timestamp);
    }
  }
  writer.broadcastEvent({ kind: 'end-of-partition' });
  while (pressure.blocked > 0) {
    transport.drain();
    await yieldTurn();
  }
}

async function runReceiver(transport, report) {
  const gate = new InputGate({ channels: [{ channel: transport.reader(0, 0), input: 0 }] });
  let sum = 0;
  for (;;) {
    transport.drain();
    let taken = 0;
    for (; taken < 1_000; taken++) {
      const element = gate.next();
      if (element === GATE.RECORD) {
        sum += gate.value.value + gate.keyGroup;
        continue;
      }
      if (element === GATE.END_OF_PARTITION) {
        report.sum = sum;
        return;
      }
      break;
    }
    if (taken > 0) continue;
    const rung = transport.wait();
    if (rung !== undefined) await rung;
  }
}

if (isMainThread) {
  for (const keys of [1_000, 100_000]) console.log(JSON.stringify(benchCodec(keys)));
  for (const keyCount of [1_000, 100_000]) await benchShuffle(keyCount);
} else {
  parentPort.on('message', () => {});
  const { worker, shared, spillDirectory, keyCount, records } = workerData;
  const transport = new WorkerTransport({ worker, workers: 2, shared, spillDirectory });
  const report = { records };
  if (worker === 0) await runSender(transport, keyCount, report);
  else await runReceiver(transport, report);
  parentPort.postMessage(report);
}

async function benchShuffle(keyCount) {
  const spillDirectory = mkdtempSync(join(tmpdir(), 'flink-ts-bench-'));
  const measure = async (records) => {
    const shared = {
      rings: [null, createRingMemory(), createRingMemory(), null],
      bells: createBellMemory(2),
      credits: new SharedArrayBuffer(4),
    };
    const before = cpuNs();
    const start = performance.now();
    const threads = [0, 1].map(
      (worker) =>
        new Worker(new URL(import.meta.url), { workerData: { worker, shared, spillDirectory, keyCount, records } }),
    );
    await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
    const cpu = cpuNs() - before;
    const wallMs = performance.now() - start;
    await Promise.all(threads.map((thread) => thread.terminate()));
    return { cpu, wallMs };
  };
  const small = await measure(RECORDS / 4);
  const large = await measure(RECORDS + RECORDS / 4);
  // The difference of two runs: neither the start of threads nor the warm-up counts.
  const cpuNsPerRecord = (large.cpu - small.cpu) / RECORDS;
  console.log(
    JSON.stringify({
      bench: 'shuffle',
      keys: keyCount,
      cpuNsPerRecord: +cpuNsPerRecord.toFixed(1),
      withStartNs: +(large.cpu / (RECORDS * 1.25)).toFixed(1),
      recordsPerSecond: Math.round(RECORDS / ((large.wallMs - small.wallMs) / 1000)),
    }),
  );
  rmSync(spillDirectory, { recursive: true });
}
