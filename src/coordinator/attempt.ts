/**
 * One attempt of a job: its workers, from their start to their end. Messages of workers become calls; once the attempt is
 * being stopped only what must not be lost (output, accumulators, logs) still gets through.
 */

import type { Clock } from '../common/clock.js';
import { errorFromWire } from '../common/errors.js';
import type { OperatorId, VertexId } from '../common/ids.js';
import type { LogLevel } from '../common/logger.js';
import type {
  CheckpointOptions,
  FromEnumeratorWorker,
  FromTaskWorker,
  ToTaskWorker,
} from '../runtime/worker/messages.js';
import type { CheckpointTarget } from './checkpoint-coordinator.js';
import type { AttemptStart, WorkerAttempt, WorkerHost } from './worker-host.js';

type MessageOf<Type extends FromTaskWorker['type']> = Extract<FromTaskWorker, { type: Type }>;

/** Hears what happens in an attempt. @internal */
export interface AttemptEvents {
  onTaskStatus(message: MessageOf<'task-status'>): void;
  onEndOfData(message: MessageOf<'end-of-data'>): void;
  onCheckpointAck(message: MessageOf<'checkpoint-ack'>): void;
  onCheckpointDecline(message: MessageOf<'checkpoint-decline'>): void;
  onCoordinatorsSnapshot(message: Extract<FromEnumeratorWorker, { type: 'coordinators-snapshot' }>): void;
  /** A worker died, or could not do its work: the attempt has failed. */
  onFailure(error: Error): void;
  onAccumulators(message: MessageOf<'accumulators'>): void;
  onMetrics(message: MessageOf<'metrics'>): void;
  onPrint(message: MessageOf<'print'>): void;
  onCollected(message: MessageOf<'collected'>): void;
  onLog(level: LogLevel, message: string): void;
}

/** A running attempt. @internal */
export class Attempt implements CheckpointTarget {
  readonly #workers: WorkerAttempt;
  readonly #events: AttemptEvents;
  readonly #hasEnumerators: boolean;
  /** The sources that have an enumerator. */
  readonly #enumerated: ReadonlySet<OperatorId>;
  readonly #clock: Clock;
  readonly #vertexOf: ReadonlyMap<OperatorId, VertexId>;
  /** Threads that have neither stopped nor exited. */
  readonly #live = new Set<number | 'enumerators'>();
  #stopping: Promise<void> | undefined;
  #onQuiet: (() => void) | undefined;

  constructor(host: WorkerHost, start: AttemptStart, events: AttemptEvents, clock: Clock) {
    this.#events = events;
    this.#clock = clock;
    this.#hasEnumerators = start.sources.length > 0;
    this.#enumerated = new Set(start.sources.map((source) => source.operatorId));
    this.#vertexOf = new Map(
      start.jobGraph.vertices.flatMap((vertex) =>
        vertex.operators.map((each) => [each.operatorId, vertex.id] as const),
      ),
    );
    this.#workers = host.start(start, {
      onTaskMessage: (worker, message) => this.#onTaskMessage(worker, message),
      onEnumeratorMessage: (message) => this.#onEnumeratorMessage(message),
      onExit: (worker, error) => this.#onExit(worker, error),
    });
    for (let worker = 0; worker < this.#workers.taskWorkers; worker++) this.#live.add(worker);
    if (this.#hasEnumerators) this.#live.add('enumerators');
  }

  snapshotEnumerators(checkpointId: number): boolean {
    if (this.#hasEnumerators) this.#workers.postToEnumerators({ type: 'snapshot-coordinators', checkpointId });
    return this.#hasEnumerators;
  }

  trigger(options: CheckpointOptions): void {
    this.#postToAll({ type: 'trigger-checkpoint', options });
  }

  notifyComplete(checkpointId: number): void {
    this.#postToAll({ type: 'checkpoint-complete', checkpointId });
    if (this.#hasEnumerators) this.#workers.postToEnumerators({ type: 'checkpoint-complete', checkpointId });
  }

  notifyAborted(checkpointId: number): void {
    this.#postToAll({ type: 'checkpoint-aborted', checkpointId });
  }

  requestMetrics(request: number): void {
    this.#postToAll({ type: 'report-metrics', request });
  }

  /** Lets every worker close what it holds, for at most `graceMs`, then ends the threads. */
  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    if (this.#live.size > 0) {
      this.#postToAll({ type: 'cancel' });
      if (this.#hasEnumerators) this.#workers.postToEnumerators({ type: 'cancel' });
      await new Promise<void>((resolve) => {
        if (this.#live.size === 0) {
          resolve();
          return;
        }
        const timer = this.#clock.setTimeout(resolve, graceMs);
        this.#onQuiet = () => {
          this.#clock.clearTimeout(timer);
          resolve();
        };
      });
    }
    await this.#workers.terminate();
  }

  #postToAll(message: ToTaskWorker): void {
    for (let worker = 0; worker < this.#workers.taskWorkers; worker++) this.#workers.post(worker, message);
  }

  #onTaskMessage(worker: number, message: FromTaskWorker): void {
    const events = this.#events;
    switch (message.type) {
      case 'print':
        return events.onPrint(message);
      case 'collected':
        return events.onCollected(message);
      case 'accumulators':
        return events.onAccumulators(message);
      case 'metrics':
        return events.onMetrics(message);
      case 'log':
        return events.onLog(message.level, message.message);
      case 'stopped':
        return this.#onQuietWorker(worker);
      default:
        if (this.#stopping === undefined) this.#onLiveMessage(worker, message);
    }
  }

  #onLiveMessage(worker: number, message: FromTaskWorker): void {
    const events = this.#events;
    if (message.type === 'task-status') events.onTaskStatus(message);
    else if (message.type === 'end-of-data') events.onEndOfData(message);
    else if (message.type === 'checkpoint-ack') events.onCheckpointAck(message);
    else if (message.type === 'checkpoint-decline') events.onCheckpointDecline(message);
    else if (message.type === 'operator-event') this.#onReaderEvent(worker, message);
    else if (message.type === 'worker-failed') events.onFailure(errorFromWire(message.error));
  }

  #onEnumeratorMessage(message: FromEnumeratorWorker): void {
    if (message.type === 'log') return this.#events.onLog(message.level, message.message);
    if (message.type === 'stopped') return this.#onQuietWorker('enumerators');
    if (this.#stopping !== undefined) return undefined;
    if (message.type === 'operator-event') this.#relay(message);
    else if (message.type === 'coordinators-snapshot') this.#events.onCoordinatorsSnapshot(message);
    else if (message.type === 'worker-failed') this.#events.onFailure(errorFromWire(message.error));
    return undefined;
  }

  #onReaderEvent(worker: number, message: MessageOf<'operator-event'>): void {
    const { operatorId, subtask, event } = message;
    if (this.#enumerated.has(operatorId)) this.#workers.postToEnumerators(message);
    // The source had read everything before the snapshot that this attempt began from, and has no enumerator any more.
    else if (event.type === 'split-request' || event.type === 'reader-registered') {
      this.#workers.post(worker, { type: 'operator-event', operatorId, subtask, event: { type: 'no-more-splits' } });
    }
  }

  #relay(message: Extract<FromEnumeratorWorker, { type: 'operator-event' }>): void {
    const vertex = this.#vertexOf.get(message.operatorId);
    if (vertex !== undefined) this.#workers.post(this.#workers.workerOf(vertex, message.subtask), message);
  }

  #onExit(worker: number | 'enumerators', error: Error | undefined): void {
    this.#onQuietWorker(worker);
    if (error !== undefined && this.#stopping === undefined) this.#events.onFailure(error);
  }

  #onQuietWorker(worker: number | 'enumerators'): void {
    this.#live.delete(worker);
    if (this.#live.size === 0) this.#onQuiet?.();
  }
}
