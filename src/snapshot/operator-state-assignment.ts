/**
 * Deals the operator state of old subtasks out to new ones, by the mode of each state. Only handles are dealt with: an
 * element is an offset in the file of the subtask that wrote it, and the file is read by whoever gets the element.
 */

import type { DistributionMode } from '../state/operator-state.js';
import type { OperatorStateHandle } from './state-handle.js';

/** The elements of one state in one old subtask; a subtask without elements did not report the state. */
interface Share {
  readonly subtask: number;
  readonly offsets: readonly number[];
}

/** For a new subtask: which offsets it gets, by old subtask and state. */
type Assigned = Map<number, { name: string; mode: DistributionMode; offsets: number[] }[]>;

/**
 * The handles of each new subtask, in the order of the old subtasks that wrote them. At equal parallelism a list stays
 * where it is; else its elements are dealt out in order, as many to each subtask, and what does not divide goes one each
 * to the subtasks after those that got more before.
 *
 * @internal
 */
export function assignOperatorState(
  old: readonly (OperatorStateHandle | undefined)[],
  newParallelism: number,
): OperatorStateHandle[][] {
  const isRescaled = old.length !== newParallelism;
  const assigned = Array.from({ length: newParallelism }, (): Assigned => new Map());
  let start = 0;
  for (const { name, mode, shares } of statesOf(old)) {
    const give = (subtask: number, share: Share): void => {
      if (share.offsets.length > 0)
        grant(assigned[subtask]!, share.subtask, { name, mode, offsets: [...share.offsets] });
    };
    if (mode === 'UNION') {
      for (let subtask = 0; subtask < newParallelism; subtask++) for (const share of shares) give(subtask, share);
    } else if (mode === 'BROADCAST') {
      dealCopies(shares, old.length, newParallelism, give);
    } else if (isRescaled) {
      start = dealElements(shares, newParallelism, start, give);
    } else {
      for (const share of shares) give(share.subtask, share);
    }
  }
  return assigned.map((parts) => handlesOf(parts, old));
}

/** The states by name, which fixes the order in which lists are dealt out. */
function statesOf(
  old: readonly (OperatorStateHandle | undefined)[],
): { readonly name: string; readonly mode: DistributionMode; readonly shares: Share[] }[] {
  const states = new Map<string, { name: string; mode: DistributionMode; shares: Share[] }>();
  for (const [subtask, handle] of old.entries()) {
    for (const { name, mode, offsets } of handle?.states ?? []) {
      const state = states.get(name) ?? { name, mode, shares: [] };
      states.set(name, state);
      if (offsets.length > 0) state.shares.push({ subtask, offsets });
    }
  }
  return [...states.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the subtask at which the next list begins. */
function dealElements(
  shares: readonly Share[],
  newParallelism: number,
  start: number,
  give: (subtask: number, share: Share) => void,
): number {
  const total = shares.reduce((sum, share) => sum + share.offsets.length, 0);
  const odd = total % newParallelism;
  let share = 0;
  let taken = 0;
  for (let i = 0; i < newParallelism; i++) {
    const subtask = (start + i) % newParallelism;
    let wanted = Math.floor(total / newParallelism) + (i < odd ? 1 : 0);
    while (wanted > 0) {
      const from = shares[share]!;
      const offsets = from.offsets.slice(taken, taken + wanted);
      give(subtask, { subtask: from.subtask, offsets });
      wanted -= offsets.length;
      taken += offsets.length;
      if (taken === from.offsets.length) {
        share++;
        taken = 0;
      }
    }
  }
  return (start + odd) % newParallelism;
}

/** Each subtask gets one copy; at equal parallelism its own, and one of the others' when some subtask has none. */
function dealCopies(
  shares: readonly Share[],
  oldParallelism: number,
  newParallelism: number,
  give: (subtask: number, share: Share) => void,
): void {
  if (shares.length === 0) return;
  const keepsOwn = oldParallelism === newParallelism;
  if (keepsOwn) for (const share of shares) give(share.subtask, share);
  if (keepsOwn && shares.length === oldParallelism) return;
  for (let subtask = 0; subtask < newParallelism; subtask++) {
    const share = shares[subtask % shares.length]!;
    if (!keepsOwn || share.subtask !== subtask) give(subtask, share);
  }
}

function grant(
  parts: Assigned,
  oldSubtask: number,
  state: { name: string; mode: DistributionMode; offsets: number[] },
): void {
  const states = parts.get(oldSubtask);
  if (states === undefined) parts.set(oldSubtask, [state]);
  else states.push(state);
}

function handlesOf(parts: Assigned, old: readonly (OperatorStateHandle | undefined)[]): OperatorStateHandle[] {
  return [...parts]
    .sort(([a], [b]) => a - b)
    .map(([oldSubtask, states]) => ({ states, stream: old[oldSubtask]!.stream }));
}
