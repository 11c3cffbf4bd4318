/** Counting in windows, as several queries do: an incremental count, and the row that it becomes. */

import type { AggregateFunction, Collector, TimeWindow } from 'flink-ts';

/** How often a key occurred in a window; times in ms. */
export interface KeyCount {
  readonly key: number;
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

/** Counts elements. */
export class Count implements AggregateFunction<unknown, number, number> {
  createAccumulator(): number {
    return 0;
  }

  add(_value: unknown, count: number): number {
    return count + 1;
  }

  getResult(count: number): number {
    return count;
  }

  merge(a: number, b: number): number {
    return a + b;
  }
}

/** Emits the count of a window with its key and bounds. */
export function toKeyCount(
  key: number,
  { start, end }: TimeWindow,
  counts: readonly number[],
  out: Collector<KeyCount>,
) {
  out.collect({ key, count: counts[0] as number, start, end });
}
