/**
 * Deals the operator state of old subtasks out to new ones, by the mode of each state. Only handles are dealt with: an
 * element is an offset in the file of the subtask that wrote it, and the file is read by whoever gets the element.
 */

import type { DistributionMode } from '../state/operator-state.js';
import { assignOperatorState as assignElements, type ElementRef } from '../state/redistribution.js';
import type { OperatorStateHandle } from './state-handle.js';

type HandledState = OperatorStateHandle['states'][number];

interface NamedState {
  readonly name: string;
  readonly mode: DistributionMode;
  /** The offsets of the elements in each old subtask; empty where it did not report the state. */
  readonly offsets: (readonly number[])[];
}

/**
 * The handles of each new subtask, in the order of the old subtasks that wrote them; `old` has an entry for every old
 * subtask.
 *
 * @internal
 */
export function assignOperatorState(
  old: readonly (OperatorStateHandle | undefined)[],
  newParallelism: number,
): OperatorStateHandle[][] {
  const states = statesOf(old);
  const counted = [...states.values()].map(({ name, mode, offsets }) => ({
    name,
    mode,
    counts: offsets.map((each) => each.length),
  }));
  return assignElements(counted, old.length, newParallelism).map((elements) => {
    const parts = new Map<number, HandledState[]>();
    for (const [name, refs] of elements) addParts(parts, states.get(name)!, refs);
    return [...parts]
      .sort(([a], [b]) => a - b)
      .map(([subtask, handled]) => ({ states: handled, stream: old[subtask]!.stream }));
  });
}

/** The states in the order of their names, which fixes where the dealing out of each begins. */
function statesOf(old: readonly (OperatorStateHandle | undefined)[]): Map<string, NamedState> {
  const states = new Map<string, NamedState>();
  for (const [subtask, handle] of old.entries()) {
    for (const { name, mode, offsets } of handle?.states ?? []) {
      let state = states.get(name);
      if (state === undefined) {
        state = { name, mode, offsets: old.map(() => []) };
        states.set(name, state);
      }
      state.offsets[subtask] = offsets;
    }
  }
  return new Map([...states].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addParts(parts: Map<number, HandledState[]>, state: NamedState, refs: readonly ElementRef[]): void {
  const bySubtask = new Map<number, number[]>();
  for (const { subtask, index } of refs) {
    const offset = state.offsets[subtask]![index]!;
    const offsets = bySubtask.get(subtask);
    if (offsets === undefined) bySubtask.set(subtask, [offset]);
    else offsets.push(offset);
  }
  for (const [subtask, offsets] of bySubtask) {
    const handled = { name: state.name, mode: state.mode, offsets };
    const before = parts.get(subtask);
    if (before === undefined) parts.set(subtask, [handled]);
    else before.push(handled);
  }
}
