/** Operator state and key groups after a change of parallelism, against Flink's assignment. */

import type { DistributionMode } from '../../src/state/operator-state.js';
import { assignKeyGroups, assignOperatorState } from '../../src/state/redistribution.js';

interface RedistributionCase {
  readonly op: 'keyed' | 'operator';
  readonly oldParallelism: number;
  readonly newParallelism: number;
  readonly maxParallelism: number;
  readonly modes: Readonly<Record<string, 'split' | 'union' | 'broadcast'>>;
  readonly counts: readonly Readonly<Record<string, number>>[];
  readonly assigned: unknown;
}

const MODES: Readonly<Record<string, DistributionMode>> = {
  split: 'SPLIT_DISTRIBUTE',
  union: 'UNION',
  broadcast: 'BROADCAST',
};

/** What a row of `redistribution.jsonl` says, and what the engine computes. */
export function runCase(row: unknown): { readonly expected: unknown; readonly got: unknown } {
  const testCase = row as RedistributionCase;
  const got = testCase.op === 'keyed' ? keyed(testCase) : operator(testCase);
  return { expected: testCase.assigned, got };
}

function keyed({ maxParallelism, oldParallelism, newParallelism }: RedistributionCase): unknown {
  return assignKeyGroups(maxParallelism, oldParallelism, newParallelism).map((shares) =>
    shares.map(({ oldSubtask, range }) => [oldSubtask, range.first, range.last]),
  );
}

function operator({ modes, counts, oldParallelism, newParallelism }: RedistributionCase): unknown {
  const states = Object.entries(modes).map(([name, mode]) => ({
    name,
    mode: MODES[mode]!,
    counts: counts.map((subtask) => subtask[name] ?? 0),
  }));
  return assignOperatorState(states, oldParallelism, newParallelism).map((assigned) =>
    Object.fromEntries(
      Object.keys(modes).map((name) => {
        const elements = (assigned.get(name) ?? []).map(({ subtask, index }) => [subtask, index] as const);
        return [name, elements.sort((a, b) => a[0] - b[0] || a[1] - b[1])];
      }),
    ),
  );
}
