/** Key → key group → subtask, as Flink computes them. Pure arithmetic; a wrong group is silent loss of state. */

import { FlinkError } from '../common/errors.js';

/** Key groups `first` to `last`, both inclusive; empty when `last < first`. */
export interface KeyGroupRange {
  readonly first: number;
  readonly last: number;
}

/** The most key groups there can be. */
export const MAX_KEY_GROUPS = 32768;
const MIN_DEFAULT_KEY_GROUPS = 128;

/** Flink's mix of a key's hash: never negative. @internal */
export function murmur(hash: number): number {
  let h = Math.imul(hash, 0xcc9e2d51);
  h = (h << 15) | (h >>> 17);
  h = Math.imul(h, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  h ^= 4;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  if (h >= 0) return h;
  return h === -2147483648 ? 0 : -h;
}

/** The key group of a key with this Java hash. @internal */
export function keyGroupOf(hash: number, maxParallelism: number): number {
  return murmur(hash) % maxParallelism;
}

/** The subtask that owns a key group. @internal */
export function subtaskOf(keyGroup: number, maxParallelism: number, parallelism: number): number {
  return Math.floor((keyGroup * parallelism) / maxParallelism);
}

/** The key groups of a subtask. @internal */
export function rangeOf(maxParallelism: number, parallelism: number, subtask: number): KeyGroupRange {
  return {
    first: Math.floor((subtask * maxParallelism + parallelism - 1) / parallelism),
    last: Math.floor(((subtask + 1) * maxParallelism - 1) / parallelism),
  };
}

/** The number of key groups that Flink picks for a parallelism when none is set. @internal */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  let power = 1;
  while (power < wanted) power *= 2;
  return Math.min(Math.max(power, MIN_DEFAULT_KEY_GROUPS), MAX_KEY_GROUPS);
}

/** Refuses numbers of subtasks and key groups that Flink refuses. @internal */
export function checkParallelism(parallelism: number, maxParallelism: number): void {
  const isWhole = Number.isInteger(parallelism) && Number.isInteger(maxParallelism);
  if (!isWhole || parallelism < 1 || maxParallelism < parallelism || maxParallelism > MAX_KEY_GROUPS) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `Parallelism ${parallelism} and maximum parallelism ${maxParallelism} do not fit: 1 <= parallelism <= maximum <= ${MAX_KEY_GROUPS}.`,
    );
  }
}
