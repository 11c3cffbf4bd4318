/** The conformance rows of windows, and how their events drive an operator. */

import { readFileSync } from 'node:fs';
import { FlinkError } from '../../src/common/errors.js';

export type Fields = Readonly<Record<string, unknown>>;

/** One case taken from Flink's own tests. */
export interface ConformanceRow {
  readonly id: string;
  readonly setup: Fields;
  readonly events: readonly Fields[];
  readonly expected: readonly unknown[];
  readonly source: string;
}

/** The rows of an area. */
export function rowsOf(area: string): ConformanceRow[] {
  return readFileSync(new URL(`../fixtures/conformance/${area}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ConformanceRow);
}

/** A title that carries the id. */
export function titleOf({ id, source, setup }: ConformanceRow): string {
  return `[${id}] ${String(setup['note'] ?? setup['check'] ?? source)}`;
}

/** A multiple of a day below 2^53, with the remainders of the largest long by 1000: stands for it in arithmetic. */
const LARGE = 9_000_000_000_000_807;

/** A time of a row: a number, `MIN`, `MAX`, or one of these and a distance. */
export function timeOf(time: unknown): number {
  if (typeof time === 'number') return time;
  const [, base, distance] = /^(MIN|MAX)([+-]\d+)?$/.exec(String(time)) ?? [];
  if (base === undefined) throw new Error(`${String(time)} is no time.`);
  if (distance === undefined) return base === 'MIN' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return (base === 'MIN' ? 0 : LARGE) + Number(distance);
}

/** What a call says when it refuses: the code of the error, or the result. */
export function codeOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error instanceof FlinkError ? error.code : error;
  }
}
