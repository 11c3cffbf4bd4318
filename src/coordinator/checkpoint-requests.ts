/**
 * The queue of checkpoint requests: which one may start now. Savepoints go before checkpoints, requests of a user before
 * periodic ones, older before newer. Periodic checkpoints keep the pause; what a user asks for does not.
 */

import type { Clock } from '../common/clock.js';
import type { CheckpointFailureReason } from './checkpoint-failures.js';

/** One request. @internal */
export interface CheckpointRequest {
  readonly kind: 'checkpoint' | 'savepoint';
  readonly isPeriodic: boolean;
  /** Starts whatever is pending. */
  readonly isForced: boolean;
  /** Tells the requester that nothing comes of it. */
  reject(reason: CheckpointFailureReason): void;
}

/** What the queue needs to know. @internal */
export interface CheckpointRequestLimits {
  readonly maxConcurrent: number;
  readonly minPauseMs: number;
  readonly clock: Clock;
  /** Checkpoints under way. */
  pending(): number;
  /** Subsumed checkpoints that are still being deleted. */
  cleaning(): number;
  /** A periodic request came too early: try again after so many milliseconds. */
  onTooEarly(delayMs: number): void;
  readonly maxQueued?: number;
}

interface Queued<R> {
  readonly request: R;
  readonly order: number;
}

/** Flink's bound. */
const MAX_QUEUED = 1000;

/** Requests that wait. @internal */
export class CheckpointRequests<R extends CheckpointRequest> {
  readonly #limits: CheckpointRequestLimits;
  readonly #maxQueued: number;
  #queue: Queued<R>[] = [];
  #order = 0;

  constructor(limits: CheckpointRequestLimits) {
    this.#limits = limits;
    this.#maxQueued = limits.maxQueued ?? MAX_QUEUED;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Adds a request, and gives the one to start now, if any. `lastCompletion`: when a checkpoint last completed. */
  submit(request: R, isTriggering: boolean, lastCompletion: number): R | undefined {
    const last = this.#queue.at(-1)?.request;
    if (this.#queue.length >= this.#maxQueued && last?.isPeriodic === false) {
      request.reject('TOO_MANY_CHECKPOINT_REQUESTS');
      return undefined;
    }
    this.#queue.push({ request, order: this.#order++ });
    this.#queue.sort(compare);
    if (this.#queue.length > this.#maxQueued) this.#queue.pop()?.request.reject('TOO_MANY_CHECKPOINT_REQUESTS');
    return this.poll(isTriggering, lastCompletion);
  }

  /** The request to start now, if any; it leaves the queue. */
  poll(isTriggering: boolean, lastCompletion: number): R | undefined {
    const { maxConcurrent, minPauseMs, clock } = this.#limits;
    const first = this.#queue[0]?.request;
    if (first === undefined || isTriggering || this.#limits.cleaning() > maxConcurrent) return undefined;
    if (this.#limits.pending() >= maxConcurrent) return first.isForced ? this.#queue.shift()?.request : undefined;
    if (!first.isForced && first.isPeriodic && first.kind === 'checkpoint') {
      const wait = lastCompletion + minPauseMs - clock.now();
      if (wait > 0) {
        this.#queue.shift();
        first.reject('MINIMUM_TIME_BETWEEN_CHECKPOINTS');
        this.#limits.onTooEarly(wait);
        return undefined;
      }
    }
    return this.#queue.shift()?.request;
  }

  /** Turns every waiting request away. */
  abort(reason: CheckpointFailureReason): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { request } of queue) request.reject(reason);
  }
}

function compare<R extends CheckpointRequest>(a: Queued<R>, b: Queued<R>): number {
  if (a.request.kind !== b.request.kind) return a.request.kind === 'savepoint' ? -1 : 1;
  if (a.request.isForced !== b.request.isForced) return a.request.isForced ? -1 : 1;
  if (a.request.isPeriodic !== b.request.isPeriodic) return a.request.isPeriodic ? 1 : -1;
  return a.order - b.order;
}
