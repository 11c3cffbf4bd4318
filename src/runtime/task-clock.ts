/**
 * Processing-time callbacks of one pipeline. They run in the pipeline's thread, between elements, one at a time, in order of
 * time; among equal times in order of registration. The time they see stands still while due callbacks run.
 */

import type { Clock } from '../common/clock.js';
import type { ProcessingTimeService, TimerHandle } from '../operators/stream-operator.js';

interface Callback {
  readonly time: number;
  readonly sequence: number;
  readonly call: (time: number) => void;
  isCancelled: boolean;
}

/** A {@link ProcessingTimeService} that its pipeline drives. @internal */
export class TaskClock implements ProcessingTimeService {
  readonly #clock: Clock;
  /** A binary heap by (time, sequence). */
  readonly #heap: Callback[] = [];
  #sequence = 0;
  #standing: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#standing ?? this.#clock.now();
  }

  register(time: number, call: (time: number) => void): TimerHandle {
    const callback: Callback = { time, sequence: this.#sequence++, call, isCancelled: false };
    this.#push(callback);
    return {
      cancel: () => {
        callback.isCancelled = true;
      },
    };
  }

  /** When the next callback is due; `Infinity` when there is none. */
  nextDue(): number {
    this.#dropCancelled();
    return this.#heap[0]?.time ?? Number.POSITIVE_INFINITY;
  }

  /** Calls the earliest callback that is due; false when none is. */
  fireOne(): boolean {
    this.#standing ??= this.#clock.now();
    this.#dropCancelled();
    const first = this.#heap[0];
    if (first === undefined || first.time > this.#standing) {
      this.#standing = undefined;
      return false;
    }
    this.#pop();
    first.call(first.time);
    return true;
  }

  /** Forgets all callbacks. */
  clear(): void {
    this.#heap.length = 0;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.isCancelled === true) this.#pop();
  }

  #push(callback: Callback): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(callback);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(callback, heap[parent] as Callback)) break;
      heap[index] = heap[parent] as Callback;
      index = parent;
    }
    heap[index] = callback;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Callback, heap[child] as Callback)) child++;
      if (!isBefore(heap[child] as Callback, last)) break;
      heap[index] = heap[child] as Callback;
      index = child;
    }
    heap[index] = last;
  }
}

/** The clock as one operator sees it: once the operator has finished, its callbacks are not called any more. @internal */
export class OperatorClock implements ProcessingTimeService {
  readonly #clock: TaskClock;
  #isQuiet = false;

  constructor(clock: TaskClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  register(time: number, call: (time: number) => void): TimerHandle {
    return this.#clock.register(time, (due) => {
      if (!this.#isQuiet) call(due);
    });
  }

  /** The operator has finished. */
  quiesce(): void {
    this.#isQuiet = true;
  }
}

function isBefore(a: Callback, b: Callback): boolean {
  return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
}
