/**
 * How state is dealt out when the parallelism changes, as Flink does it: pure functions over counts and ranges. Operator
 * lists are dealt out evenly or given to all; key groups go to the subtask that owns them.
 */

import { type KeyGroupRange, rangeOf } from './key-groups.js';
import type { DistributionMode } from './operator-state.js';

/** A named operator state over all old subtasks. @internal */
export interface OldOperatorState {
  readonly name: string;
  readonly mode: DistributionMode;
  /** Number of elements in each old subtask; 0 where a subtask did not report the state. */
  readonly counts: readonly number[];
}

/** An element of an old subtask. @internal */
export interface ElementRef {
  readonly subtask: number;
  readonly index: number;
}

/** Elements by state name, for one new subtask. @internal */
export type AssignedElements = ReadonlyMap<string, readonly ElementRef[]>;

/** The key groups that a new subtask takes over from an old one. @internal */
export interface KeyGroupShare {
  readonly oldSubtask: number;
  readonly range: KeyGroupRange;
}

/** For each new subtask the old subtasks whose key groups it takes over, in order. @internal */
export function assignKeyGroups(
  maxParallelism: number,
  oldParallelism: number,
  newParallelism: number,
): KeyGroupShare[][] {
  const shares: KeyGroupShare[][] = [];
  for (let subtask = 0; subtask < newParallelism; subtask++) {
    shares.push(sharesOf(rangeOf(maxParallelism, newParallelism, subtask), maxParallelism, oldParallelism));
  }
  return shares;
}

function sharesOf(range: KeyGroupRange, maxParallelism: number, oldParallelism: number): KeyGroupShare[] {
  const shares: KeyGroupShare[] = [];
  for (let oldSubtask = 0; oldSubtask < oldParallelism; oldSubtask++) {
    const shared = intersect(range, rangeOf(maxParallelism, oldParallelism, oldSubtask));
    if (shared.first <= shared.last) shares.push({ oldSubtask, range: shared });
  }
  return shares;
}

/** The key groups that two ranges share; empty when `last < first`. @internal */
export function intersect(a: KeyGroupRange, b: KeyGroupRange): KeyGroupRange {
  return { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) };
}

/**
 * For each new subtask the elements that it gets. At equal parallelism split lists stay where they are. Otherwise each is
 * cut into contiguous parts, where the first subtasks get one more; the next state goes on with the subtask behind the
 * last that got one more.
 *
 * @internal
 */
export function assignOperatorState(
  states: readonly OldOperatorState[],
  oldParallelism: number,
  newParallelism: number,
): AssignedElements[] {
  const assigned = Array.from({ length: newParallelism }, () => new Map<string, ElementRef[]>());
  let start = 0;
  for (const state of states) {
    const counts = Array.from({ length: oldParallelism }, (_, subtask) => state.counts[subtask] ?? 0);
    if (state.mode === 'UNION') {
      for (const target of assigned) target.set(state.name, allElements(counts));
    } else if (state.mode === 'BROADCAST') {
      assigned.forEach((target, subtask) => {
        target.set(state.name, broadcastCopies(counts, subtask, oldParallelism === newParallelism));
      });
    } else if (oldParallelism === newParallelism) {
      assigned.forEach((target, subtask) => {
        target.set(state.name, elementsOf(subtask, counts[subtask]!));
      });
    } else {
      start = dealOut({ name: state.name, elements: allElements(counts) }, assigned, start);
    }
  }
  return assigned;
}

function elementsOf(subtask: number, count: number): ElementRef[] {
  return Array.from({ length: count }, (_, index) => ({ subtask, index }));
}

function allElements(counts: readonly number[]): ElementRef[] {
  return counts.flatMap((count, subtask) => elementsOf(subtask, count));
}

/** Deals out the elements from a subtask on; returns the subtask where the next state begins. */
function dealOut(
  state: { readonly name: string; readonly elements: readonly ElementRef[] },
  assigned: readonly Map<string, ElementRef[]>[],
  start: number,
): number {
  const parallelism = assigned.length;
  const { elements } = state;
  const base = Math.floor(elements.length / parallelism);
  const odd = elements.length % parallelism;
  let at = 0;
  for (let i = 0; i < parallelism; i++) {
    const count = i < odd ? base + 1 : base;
    assigned[(start + i) % parallelism]!.set(state.name, elements.slice(at, at + count));
    at += count;
  }
  return (start + odd) % parallelism;
}

/** The copies of a broadcast state that a subtask gets: normally one; see the design note for partial reports. */
function broadcastCopies(counts: readonly number[], subtask: number, isSameParallelism: boolean): ElementRef[] {
  const reported = counts.flatMap((count, old) => (count > 0 ? [old] : []));
  if (reported.length === 0) return [];
  const dealt = reported[subtask % reported.length]!;
  const isPartial = reported.length < counts.length;
  if (!isSameParallelism) return elementsOf(dealt, counts[dealt]!);
  const own = elementsOf(subtask, counts[subtask]!);
  if (!isPartial) return own;
  return [...own, ...(dealt === subtask ? [] : elementsOf(dealt, counts[dealt]!))];
}
