/** The golden cases as they lie in the files, and what the engine puts out for one. */

import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../../src/common/time.js';

export type Order = 'exact' | 'time' | 'key' | 'set';

/** One line of a file; the areas without input have fields of their own. */
export interface GoldenCase {
  readonly id: string;
  readonly area: string;
  readonly operator: Readonly<Record<string, unknown>>;
  readonly order: Order;
  readonly maxParallelism: number;
  readonly parallelism: number;
  readonly input: readonly GoldenItem[];
  readonly output: readonly GoldenEntry[];
  readonly final?: GoldenCounts;
}

export type GoldenItem = Readonly<Record<string, unknown>>;
export type GoldenEntry = Readonly<Record<string, unknown>>;
export type GoldenCounts = Readonly<Record<string, unknown>>;

/** What the engine put out. */
export interface Outcome {
  readonly output: readonly GoldenEntry[];
  readonly final?: GoldenCounts;
}

/** A time of a case: a number, `MIN`, `MAX`, or decimal text; undefined = none. */
export function timeFromJson(time: unknown): number {
  if (time === undefined || time === 'MIN') return MIN_TIMESTAMP;
  if (time === 'MAX') return MAX_TIMESTAMP;
  return Number(time);
}

/** A time as it stands in a case. */
export function timeToJson(time: number): number | string {
  if (time === MIN_TIMESTAMP) return 'MIN';
  return time === MAX_TIMESTAMP ? 'MAX' : time;
}
