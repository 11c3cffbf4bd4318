/** The evictors, under Flink's names. Each evicts before the window function, or after it when it is told so. */

import { FlinkError } from '../../common/errors.js';
import { NO_TIMESTAMP } from '../../common/time.js';
import type { Window } from '../../common/windows.js';
import type { TimestampedValue } from '../../state/serializers/stream-record-serializer.js';
import type { DeltaFunction } from './triggers.js';
import type { Evictor } from './window-contracts.js';

/** An evictor with one rule, applied before the window function or after it. */
abstract class OneSidedEvictor<T> implements Evictor<T, Window> {
  readonly #evictsAfter: boolean;

  constructor(evictsAfter: boolean) {
    this.#evictsAfter = evictsAfter;
  }

  abstract evict(elements: TimestampedValue<T>[]): void;

  evictBefore(elements: TimestampedValue<T>[]): void {
    if (!this.#evictsAfter) this.evict(elements);
  }

  evictAfter(elements: TimestampedValue<T>[]): void {
    if (this.#evictsAfter) this.evict(elements);
  }
}

/** Keeps the last elements, a number of them: `CountEvictor.of(100)`. */
export class CountEvictor extends OneSidedEvictor<unknown> {
  readonly #maxCount: number;

  constructor(maxCount: number, evictsAfter: boolean) {
    super(evictsAfter);
    if (!(maxCount >= 0)) throw new FlinkError('GRAPH_INVALID', `CountEvictor needs a count, not ${maxCount}.`);
    this.#maxCount = maxCount;
  }

  /** Keeps `maxCount` elements; `doEvictAfter`: evicts after the window function. */
  static of(maxCount: number, doEvictAfter = false): CountEvictor {
    return new CountEvictor(maxCount, doEvictAfter);
  }

  evict(elements: TimestampedValue<unknown>[]): void {
    const excess = elements.length - this.#maxCount;
    if (excess > 0) elements.splice(0, excess);
  }
}

/** Keeps the elements of the last milliseconds before the newest one: `TimeEvictor.of(5_000)`. */
export class TimeEvictor extends OneSidedEvictor<unknown> {
  readonly #windowSize: number;

  constructor(windowSize: number, evictsAfter: boolean) {
    super(evictsAfter);
    this.#windowSize = windowSize;
  }

  /** Evicts what is `windowSize` milliseconds, or more, older than the newest element. */
  static of(windowSize: number, doEvictAfter = false): TimeEvictor {
    return new TimeEvictor(windowSize, doEvictAfter);
  }

  evict(elements: TimestampedValue<unknown>[]): void {
    if (elements.length === 0 || elements[0]?.timestamp === NO_TIMESTAMP) return;
    const newest = elements.reduce((latest, { timestamp }) => Math.max(latest, timestamp), NO_TIMESTAMP);
    const cutoff = newest - this.#windowSize;
    keep(elements, ({ timestamp }) => timestamp > cutoff);
  }
}

/** Keeps the elements that are near the last one: `DeltaEvictor.of(10, (old, last) => last.speed - old.speed)`. */
export class DeltaEvictor<T> extends OneSidedEvictor<T> {
  readonly #threshold: number;
  readonly #delta: DeltaFunction<T>;

  constructor(threshold: number, delta: DeltaFunction<T>, evictsAfter: boolean) {
    super(evictsAfter);
    this.#threshold = threshold;
    this.#delta = delta;
  }

  /** Evicts the elements whose delta to the last element reaches the threshold. */
  static of<T>(threshold: number, delta: DeltaFunction<T>, doEvictAfter = false): DeltaEvictor<T> {
    return new DeltaEvictor(threshold, delta, doEvictAfter);
  }

  evict(elements: TimestampedValue<T>[]): void {
    const last = elements.at(-1);
    if (last === undefined) return;
    keep(elements, ({ value }) => this.#delta(value, last.value) < this.#threshold);
  }
}

/** Takes out of an array what does not satisfy the predicate. */
function keep<E>(elements: E[], isKept: (element: E) => boolean): void {
  let kept = 0;
  for (const element of elements) if (isKept(element)) elements[kept++] = element;
  elements.length = kept;
}
