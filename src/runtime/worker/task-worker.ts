/**
 * One slot: a thread that runs the pipelines of its tasks. Its loop works in slices and gives the event loop a turn between
 * them, so that messages, files and snapshots get theirs; with nothing to do it waits on its bell and uses no CPU.
 */

import type { MessagePort } from 'node:worker_threads';
import { systemClock } from '../../common/clock.js';
import { errorToWire, FlinkError, messageOf } from '../../common/errors.js';
import type { OperatorNode } from '../../graph/job-graph.js';
import type { OperatorEvent, SourceOperatorContract } from '../../operators/stream-operator.js';
import { WorkerTransport } from '../channel/worker-transport.js';
import { planDeployment } from '../deployment-plan.js';
import { originOf } from '../error-attribution.js';
import { type BuiltPipeline, PipelineBuilder } from '../pipeline-builder.js';
import type { RecordWriter } from '../record-writer.js';
import type { Task } from '../task.js';
import type { PipelineHost, TaskPipeline } from '../task-pipeline.js';
import { TaskSnapshot } from '../task-snapshot.js';
import { jobFactsOf } from './job-facts.js';
import type { CheckpointOptions, FromTaskWorker, TaskStatus, TaskWorkerStart, ToTaskWorker } from './messages.js';
import { replayProgram } from './program-replay.js';

/** Milliseconds of work between two turns of the event loop: what a message or a snapshot slice waits at most. */
const SLICE_MS = 8;
/** Milliseconds a pipeline may work while others wait. */
const TURN_MS = 2;

/** See the file comment. @internal */
export class TaskWorker implements PipelineHost {
  readonly #start: TaskWorkerStart;
  readonly #port: MessagePort;
  readonly #transport: WorkerTransport;
  readonly #snapshots = new Map<number, Set<TaskSnapshot>>();
  /** Since when a writer holds back records for a fuller batch. */
  readonly #unflushed = new Map<RecordWriter, number>();
  #built: readonly BuiltPipeline[] = [];
  #writers: readonly RecordWriter[] = [];
  #opened = 0;
  #isStopped = false;
  /** Something changed since the last slice began. */
  #isWoken = false;
  #isAsleep = false;
  #hasFailed = false;

  constructor(start: TaskWorkerStart, port: MessagePort) {
    this.#start = start;
    this.#port = port;
    this.#transport = new WorkerTransport({
      worker: start.worker,
      workers: start.workers,
      shared: start.shared,
      spillDirectory: start.spillDirectory,
    });
  }

  /** Loads the job, restores and opens its tasks, and starts them. */
  async run(): Promise<void> {
    const { program, jobGraph, shared, restore, worker } = this.#start;
    const { functions } = await replayProgram(program, jobGraph);
    if (this.#isStopped) return;
    const facts = jobFactsOf(this.#start);
    const builder = new PipelineBuilder({
      plan: planDeployment(jobGraph),
      worker,
      functions,
      facts,
      transport: this.#transport,
      keyTypeWords: new Int32Array(shared.keyTypes),
      restore,
      exactlyOnce: facts.exactlyOnce,
      clock: systemClock,
      host: this,
      sendToCoordinator: (node, subtask, event) => this.#sendEvent(node, subtask, event),
    });
    this.#built = builder.build();
    this.#writers = this.#tasks().flatMap((task) => task.writers);
    for (const { pipeline } of this.#built) this.#report(pipeline, 'INITIALIZING');
    for (const built of this.#built) built.open();
  }

  /** A message of the main thread. */
  receive(message: ToTaskWorker): void {
    switch (message.type) {
      case 'trigger-checkpoint':
        for (const { pipeline } of this.#built) pipeline.triggerCheckpoint(message.options);
        return;
      case 'checkpoint-complete':
        // Those before it too: nobody is told of the completion of a savepoint.
        for (const [id, left] of this.#snapshots) {
          if (id <= message.checkpointId && left.size === 0) this.#snapshots.delete(id);
        }
        for (const { pipeline } of this.#built) pipeline.checkpointComplete(message.checkpointId);
        return;
      case 'checkpoint-aborted':
        for (const snapshot of this.#snapshots.get(message.checkpointId) ?? []) void snapshot.discard();
        this.#snapshots.delete(message.checkpointId);
        for (const { pipeline } of this.#built) pipeline.checkpointAborted(message.checkpointId);
        return;
      case 'operator-event':
        this.#handOver(message.operatorId, message.subtask, message.event);
        return;
      case 'report-metrics':
        this.#post({ type: 'metrics', request: message.request, tasks: this.#metrics() });
        return;
      case 'cancel':
        void this.#cancel();
    }
  }

  /** Reports an error that belongs to no task. */
  failWorker(error: unknown): void {
    this.#hasFailed = true;
    this.#post({ type: 'worker-failed', error: errorToWire(error) });
  }

  onOpened(_pipeline: TaskPipeline): void {
    if (++this.#opened < this.#built.length) return;
    this.#post({ type: 'ready' });
    for (const { pipeline } of this.#built) {
      this.#report(pipeline, 'RUNNING');
      pipeline.start();
    }
    this.#loop().catch((error: unknown) => this.failWorker(error));
  }

  onBarrier(task: Task, options: CheckpointOptions, alignmentDuration: number): void {
    const { checkpointId } = options;
    const began = performance.now();
    const startDelay = Math.max(0, systemClock.now() - options.timestamp - alignmentDuration);
    const snapshot = new TaskSnapshot(task.freeze(options), options);
    const syncDuration = performance.now() - began;
    const running = this.#snapshots.get(checkpointId) ?? new Set();
    this.#snapshots.set(checkpointId, running.add(snapshot));
    const { vertex, subtask } = task.planned;
    const hasEnded = this.#built.some(({ pipeline }) => pipeline.state === 'DRAINED' && pipeline.tasks.includes(task));
    snapshot.write().then(
      (operators) => {
        running.delete(snapshot);
        if (operators === undefined) return;
        this.#post({
          type: 'checkpoint-ack',
          checkpointId,
          vertex: vertex.id,
          subtask,
          operators,
          hasEnded,
          isFinished: task.isFinished,
          metrics: {
            syncDuration,
            asyncDuration: performance.now() - began - syncDuration,
            alignmentDuration,
            startDelay,
            stateSize: snapshot.stateSize,
            checkpointedSize: snapshot.checkpointedSize,
          },
        });
      },
      (error: unknown) => {
        running.delete(snapshot);
        this.#decline(task, checkpointId, error);
      },
    );
  }

  onBarrierCancelled(pipeline: TaskPipeline, checkpointId: number): void {
    const error = new FlinkError('CHECKPOINT_DECLINED', `The barrier of checkpoint ${checkpointId} was cancelled.`);
    for (const task of pipeline.tasks) this.#decline(task, checkpointId, error);
  }

  onEndOfData(task: Task): void {
    this.#post({ type: 'end-of-data', vertex: task.planned.vertex.id, subtask: task.planned.subtask });
  }

  onClosed(pipeline: TaskPipeline): void {
    const accumulators = this.#built.find((built) => built.pipeline === pipeline)?.accumulators;
    for (const task of pipeline.tasks) {
      const values = [...(accumulators?.get(task) ?? [])].map(
        ([name, accumulator]) => [name, accumulator.constructor.name, accumulator.getLocalValue()] as const,
      );
      if (values.length === 0) continue;
      this.#post({ type: 'accumulators', vertex: task.planned.vertex.id, subtask: task.planned.subtask, values });
    }
    this.#report(pipeline, 'FINISHED');
  }

  onFailed(pipeline: TaskPipeline, error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const origin = pipeline.operators[originOf(error) ?? 0];
    const task = origin?.task ?? pipeline.tasks[0];
    const failure = describeFailure(error, origin?.node.name, task?.planned.subtask ?? 0);
    this.#report(pipeline, 'FAILED', failure, task);
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#isAsleep) this.#transport.wake();
  }

  /** Works until the worker ends; with nothing to do it waits for the bell. */
  async #loop(): Promise<void> {
    while (!this.#isStopped && !this.#hasFailed) {
      this.#isWoken = false;
      if (this.#slice()) {
        await nextTurn();
        continue;
      }
      const timer = this.#armTimer();
      this.#isAsleep = true;
      // Without a reason to wait, the event loop gets its turn all the same.
      await (this.#transport.wait(() => this.#isWoken) ?? nextTurn());
      this.#isAsleep = false;
      clearTimeout(timer);
    }
  }

  /** Works for a slice; true when there is more to do right now. */
  #slice(): boolean {
    const end = performance.now() + SLICE_MS;
    let isBusy = true;
    while (isBusy) {
      isBusy = this.#transport.drain();
      for (const { pipeline } of this.#built) {
        const turnEnd = Math.min(end, performance.now() + TURN_MS);
        isBusy = pipeline.run(() => performance.now() >= turnEnd) || isBusy;
      }
      if (performance.now() >= end) break;
    }
    this.#flush();
    return isBusy || this.#transport.hasWork;
  }

  /** Sends what a receiver waits for, and what has waited for its buffer timeout. */
  #flush(): void {
    const now = performance.now();
    for (const writer of this.#writers) {
      writer.flushIfStarved();
      if (!writer.hasUnflushed) {
        this.#unflushed.delete(writer);
        continue;
      }
      const since = this.#unflushed.get(writer);
      if (since === undefined) this.#unflushed.set(writer, now);
      else if (writer.bufferTimeoutMs >= 0 && now - since >= writer.bufferTimeoutMs) {
        writer.flush();
        this.#unflushed.delete(writer);
      }
    }
  }

  /** A timer for the next processing-time callback or buffer timeout. */
  #armTimer(): NodeJS.Timeout | undefined {
    let wait = Number.POSITIVE_INFINITY;
    const wall = systemClock.now();
    for (const { pipeline } of this.#built) wait = Math.min(wait, pipeline.clock.nextDue() - wall);
    const now = performance.now();
    for (const [writer, since] of this.#unflushed) {
      if (writer.bufferTimeoutMs >= 0) wait = Math.min(wait, since + writer.bufferTimeoutMs - now);
    }
    if (wait === Number.POSITIVE_INFINITY) return undefined;
    return setTimeout(() => this.wake(), Math.min(Math.max(wait, 0), 2 ** 31 - 1));
  }

  #handOver(operatorId: string, subtask: number, event: OperatorEvent): void {
    for (const { pipeline } of this.#built) {
      const head = pipeline.operators[0];
      if (head?.node.operatorId !== operatorId || head.task.planned.subtask !== subtask) continue;
      pipeline.post(() => (head.operator as SourceOperatorContract).handleEvent(event));
    }
  }

  async #cancel(): Promise<void> {
    this.#isStopped = true;
    for (const running of this.#snapshots.values()) for (const snapshot of running) void snapshot.discard();
    for (const { pipeline } of this.#built) {
      try {
        await pipeline.cancel();
      } catch (error) {
        this.#post({
          type: 'log',
          level: 'warn',
          message: `An operator failed while it was closed: ${messageOf(error)}`,
        });
      }
      if (pipeline.state === 'CANCELED') this.#report(pipeline, 'CANCELED');
    }
    this.#transport.close();
    this.#post({ type: 'stopped' });
  }

  #decline(task: Task, checkpointId: number, error: unknown): void {
    const { vertex, subtask } = task.planned;
    this.#post({ type: 'checkpoint-decline', checkpointId, vertex: vertex.id, subtask, error: errorToWire(error) });
  }

  #sendEvent(node: OperatorNode, subtask: number, event: OperatorEvent): void {
    this.#post({ type: 'operator-event', operatorId: node.operatorId, subtask, event });
  }

  #report(pipeline: TaskPipeline, status: TaskStatus, error?: unknown, only?: Task): void {
    for (const task of only === undefined ? pipeline.tasks : [only]) {
      task.status = status;
      this.#post({
        type: 'task-status',
        vertex: task.planned.vertex.id,
        subtask: task.planned.subtask,
        status,
        ...(error !== undefined && { error: errorToWire(error) }),
      });
    }
  }

  #tasks(): Task[] {
    return this.#built.flatMap(({ pipeline }) => pipeline.tasks);
  }

  #metrics() {
    return this.#built.flatMap(({ pipeline }) =>
      pipeline.tasks.map((task) => ({
        vertex: task.planned.vertex.id,
        subtask: task.planned.subtask,
        recordsIn: task.counters.recordsIn,
        recordsOut: task.recordsOut,
        bytesIn: 0,
        bytesOut: task.writers.reduce((sum, writer) => sum + writer.bytesOut, 0),
        busyMs: 0,
        backpressuredMs: 0,
        watermark: pipeline.watermark,
        counters: { ...task.counters.named },
      })),
    );
  }

  #post(message: FromTaskWorker): void {
    this.#port.postMessage(message);
  }
}

function describeFailure(error: unknown, operator: string | undefined, subtask: number): unknown {
  const where = operator === undefined ? '' : ` in operator "${operator}" (subtask ${subtask})`;
  if (error instanceof FlinkError && error.code === 'RECORD_NOT_TRANSFERABLE') {
    return new FlinkError(error.code, `A record cannot be sent${where}: ${error.message}`);
  }
  if (error instanceof FlinkError && error.code !== 'USER_FUNCTION_FAILED') return error;
  return new FlinkError('USER_FUNCTION_FAILED', `A function failed${where}: ${messageOf(error)}`, { cause: error });
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
