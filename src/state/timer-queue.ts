/** The contract of the timers of one service and one time domain: ordered by time, a part of the keyed state. */

/** A timer in a queue, as its owner sees it. @internal */
export interface QueuedTimer {
  readonly timestamp: number;
}

/**
 * Timers by (timestamp, key, namespace), each at most once; they belong to the backend's current key when they are
 * registered. `poll` hands them out in order of time; among equal times the order is that of registration; a
 * postponed timer comes after those that were there when its first time came.
 *
 * @internal
 */
export interface TimerQueue<K, N> {
  readonly size: number;
  /** Registers a timer of the current key; false when it was there. */
  register(timestamp: number, namespace: N): boolean;
  /** Like `register`, by a caller who knows that it has not registered this timer before: only restored ones are looked for. */
  registerNew(timestamp: number, namespace: N): QueuedTimer;
  /**
   * Gives a timer of the current key, still in the queue, another namespace and a time that is not earlier; returns the timer
   * to be named next. From then on `register` and `delete` do not see it, so that its owner has to keep it.
   */
  postpone(timer: QueuedTimer, timestamp: number, namespace: N): QueuedTimer;
  /** Removes a timer that is still in the queue. */
  remove(timer: QueuedTimer): void;
  /** Removes a timer of the current key; false when there was none. */
  delete(timestamp: number, namespace: N): boolean;
  /** The earliest timestamp; `Infinity` when the queue is empty. */
  nextTimestamp(): number;
  /**
   * Removes the earliest timer if its timestamp is `<= time` and exposes it in the `polled…` fields; false when none is
   * due. The fields are overwritten by the next call: no allocation a timer.
   */
  poll(time: number): boolean;
  readonly polledTimestamp: number;
  readonly polledKey: K;
  readonly polledKeyGroup: number;
  readonly polledNamespace: N;
}
