/**
 * The second half of a two-phase sink. Committables wait in operator state (`streaming_committer_raw_states`) until the
 * checkpoint that covers them is complete, and are then committed; those found in a restored snapshot are committed again,
 * which the sink must take. Without checkpointing everything is committed at the end of the input.
 *
 * What a committer wants to try again later is tried after 1 s, then after twice as long each time, up to 30 s. Once the
 * input has ended nothing else is left to do, so the operator waits for these tries.
 */

import type { CommitRequest, Committer, SimpleVersionedSerializer, Sink } from '../api/connector.js';
import { type Clock, systemClock } from '../common/clock.js';
import { FlinkError } from '../common/errors.js';
import { MAX_TIMESTAMP } from '../common/time.js';
import type { OperatorListState } from '../state/operator-state.js';
import { Types } from '../state/types.js';
import { BaseOperator } from './base-operator.js';
import { decodeCommittables, encodeCommittables } from './committable-frames.js';
import type { CommittableMessage } from './sink-writer-operator.js';
import type { TimerHandle } from './stream-operator.js';

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;

/** Drives a {@link Committer}. @internal */
export class SinkCommitterOperator extends BaseOperator {
  readonly #sink: Sink<unknown>;
  readonly #serializer: SimpleVersionedSerializer<unknown>;
  readonly #retryClock: Clock;
  /** By checkpoint, in order of arrival: the requests that are not committed. */
  readonly #pending = new Map<number, Request[]>();
  #committer!: Committer<unknown>;
  #state!: OperatorListState<Uint8Array>;
  #retry: TimerHandle | undefined;
  #retryDelay = FIRST_RETRY_MS;
  #newestCompleted = -1;
  #hasEnded = false;

  /** `retryClock`: waits between tries once the input has ended. */
  constructor(sink: Sink<unknown>, retryClock: Clock = systemClock) {
    super();
    if (sink.createCommitter === undefined || sink.committableSerializer === undefined) {
      throw new FlinkError('GRAPH_INVALID', 'A sink with a committer needs createCommitter and committableSerializer.');
    }
    this.#sink = sink;
    this.#serializer = sink.committableSerializer;
    this.#retryClock = retryClock;
  }

  override initializeState(): void {
    this.#state = this.context.operatorState.getListState({
      name: 'streaming_committer_raw_states',
      type: Types.BYTES,
    });
    for (const frame of this.#state.get()) {
      const { checkpointId, committables } = decodeCommittables(this.#serializer, frame);
      for (const committable of committables) this.#add(checkpointId, committable);
    }
  }

  override open(): void | Promise<void> {
    this.#committer = this.#sink.createCommitter?.() as Committer<unknown>;
    // All that was restored is covered by the snapshot that it came from.
    return this.#commitUpTo(MAX_TIMESTAMP);
  }

  processElement(message: CommittableMessage, _timestamp: number, _keyGroup: number): void {
    this.#add(message.checkpointId, message.committable);
  }

  override snapshotState(checkpointId: number, _timestamp: number): void {
    this.#coverLast(checkpointId);
    this.#state.update(
      [...this.#pending].map(([checkpointId, requests]) =>
        encodeCommittables(this.#serializer, {
          checkpointId,
          committables: requests.map((request) => request.committable),
        }),
      ),
    );
  }

  override notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    this.#newestCompleted = Math.max(this.#newestCompleted, checkpointId);
    return this.#hasEnded ? this.#commitAll(checkpointId) : this.#commitUpTo(checkpointId);
  }

  override finish(): void | Promise<void> {
    this.#hasEnded = true;
    return this.context.isCheckpointingEnabled ? undefined : this.#commitAll(MAX_TIMESTAMP);
  }

  override close(): void | Promise<void> {
    this.#retry?.cancel();
    return (this.#committer as Committer<unknown> | undefined)?.close();
  }

  #add(checkpointId: number, committable: unknown): void {
    const requests = this.#pending.get(checkpointId);
    const request = new Request(committable);
    if (requests === undefined) this.#pending.set(checkpointId, [request]);
    else requests.push(request);
  }

  #commitUpTo(checkpointId: number): void | Promise<void> {
    const due = [...this.#pending].filter(([id]) => id <= checkpointId).flatMap(([, requests]) => requests);
    if (due.length === 0) return undefined;
    for (const request of due) request.start();
    const committed = this.#committer.commit(due);
    if (committed instanceof Promise) return committed.then(() => this.#settle(checkpointId));
    return this.#settle(checkpointId);
  }

  /** Forgets what was committed, and plans another try for the rest. */
  #settle(checkpointId: number): void {
    let retries = false;
    for (const [id, requests] of this.#pending) {
      if (id > checkpointId) continue;
      for (const { failure } of requests) {
        if (failure !== undefined) this.context.counter('numCommittablesFailed').inc();
      }
      const rest = requests.filter((request) => request.isRetried);
      if (rest.length === 0) this.#pending.delete(id);
      else this.#pending.set(id, rest);
      retries ||= rest.length > 0;
    }
    if (!retries) this.#retryDelay = FIRST_RETRY_MS;
    else if (!this.#hasEnded) this.#scheduleRetry(checkpointId);
  }

  #scheduleRetry(checkpointId: number): void {
    const { clock } = this.context;
    this.#retry?.cancel();
    this.#retry = clock.register(clock.now() + this.#nextDelay(), () => {
      const committed = this.#commitUpTo(Math.max(checkpointId, this.#newestCompleted));
      if (committed instanceof Promise) this.context.suspendUntil(committed);
    });
  }

  /** Commits until nothing is left of what a checkpoint covers: after the end of the input nobody else would try again. */
  async #commitAll(checkpointId: number): Promise<void> {
    await this.#commitUpTo(checkpointId);
    while ([...this.#pending.keys()].some((id) => id <= checkpointId)) {
      await new Promise<void>((resolve) => this.#retryClock.setTimeout(resolve, this.#nextDelay()));
      await this.#commitUpTo(checkpointId);
    }
  }

  /**
   * What is here when a snapshot is taken is covered by it. That matters for the last committables, which come at the end of
   * the input: a checkpoint that was under way before and completes later does not cover them.
   */
  #coverLast(checkpointId: number): void {
    for (const [id, requests] of [...this.#pending]) {
      if (id <= checkpointId) continue;
      this.#pending.delete(id);
      this.#pending.set(checkpointId, [...(this.#pending.get(checkpointId) ?? []), ...requests]);
    }
  }

  #nextDelay(): number {
    const delay = this.#retryDelay;
    this.#retryDelay = Math.min(2 * delay, LONGEST_RETRY_MS);
    return delay;
  }
}

/** One committable and what its committer said of it. */
class Request implements CommitRequest<unknown> {
  readonly committable: unknown;
  retries = 0;
  failure: Error | undefined;
  #isRetried = false;
  #wasTried = false;

  constructor(committable: unknown) {
    this.committable = committable;
  }

  get isRetried(): boolean {
    return this.#isRetried;
  }

  /** Called before each try. */
  start(): void {
    if (this.#wasTried) this.retries += 1;
    this.#wasTried = true;
    this.#isRetried = false;
  }

  retryLater(): void {
    this.#isRetried = true;
  }

  signalAlreadyCommitted(): void {
    this.#isRetried = false;
  }

  signalFailedWithKnownReason(reason: Error): void {
    this.failure = reason;
    this.#isRetried = false;
  }
}
