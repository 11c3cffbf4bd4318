import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operatorIdFromHex, type VertexId } from '../../src/common/ids.js';
import { assignOperatorState } from '../../src/snapshot/operator-state-assignment.js';
import type { OperatorState } from '../../src/snapshot/snapshot-metadata.js';
import { type AssignableVertex, assignState, type StateAssignment } from '../../src/snapshot/state-assignment.js';
import type { KeyedStateHandle, OperatorStateHandle, OperatorSubtaskState } from '../../src/snapshot/state-handle.js';
import { rangeOf } from '../../src/state/key-groups.js';
import { sampleTrailer } from './sample-metadata.js';

interface OperatorCase {
  readonly id: string;
  readonly op: 'operator';
  readonly modes: Readonly<Record<string, 'split' | 'union' | 'broadcast'>>;
  readonly oldParallelism: number;
  readonly newParallelism: number;
  readonly counts: readonly Readonly<Record<string, number>>[];
  readonly assigned: readonly Readonly<Record<string, readonly (readonly [number, number])[]>>[];
}

interface KeyedCase {
  readonly id: string;
  readonly op: 'keyed';
  readonly maxParallelism: number;
  readonly oldParallelism: number;
  readonly newParallelism: number;
  readonly assigned: readonly (readonly (readonly [number, number, number])[])[];
}

const CASES = readFileSync(new URL('../fixtures/golden/redistribution.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as OperatorCase | KeyedCase);

const MODES = { split: 'SPLIT_DISTRIBUTE', union: 'UNION', broadcast: 'BROADCAST' } as const;

/** The stream of an old subtask; its offsets are the positions of the elements. */
function stream(subtask: number): OperatorStateHandle['stream'] {
  return { kind: 'inline', name: String(subtask), bytes: new Uint8Array() };
}

function handleOf(golden: OperatorCase, subtask: number): OperatorStateHandle {
  const states = Object.entries(golden.counts[subtask]!).map(([name, count]) => ({
    name,
    mode: MODES[golden.modes[name]!],
    offsets: Array.from({ length: count }, (_, index) => index),
  }));
  return { states, stream: stream(subtask) };
}

function itemsOf(handles: readonly OperatorStateHandle[], state: string): [number, number][] {
  return handles.flatMap((handle) =>
    handle.states
      .filter(({ name }) => name === state)
      .flatMap(({ offsets }) =>
        offsets.map((offset): [number, number] => [Number((handle.stream as { name: string }).name), offset]),
      ),
  );
}

describe('assignOperatorState', () => {
  it.each(CASES.filter((each) => each.op === 'operator'))('deals out as Flink does: $id', (golden) => {
    const old = golden.counts.map((_, subtask) => handleOf(golden, subtask));

    const assigned = assignOperatorState(old, golden.newParallelism);

    const actual = assigned.map((handles) =>
      Object.fromEntries(Object.keys(golden.modes).map((name) => [name, itemsOf(handles, name).sort(byPosition)])),
    );
    expect(actual).toEqual(golden.assigned);
  });
});

function byPosition(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}

const ID = operatorIdFromHex('aa'.repeat(16));
const VERTEX = ID as string as VertexId;

function keyed(maxParallelism: number, parallelism: number, subtask: number): KeyedStateHandle {
  const { first, last } = rangeOf(maxParallelism, parallelism, subtask);
  const offsets = Array.from({ length: last - first + 1 }, () => 8);
  return { kind: 'key-groups', format: 'canonical', tag: 7, firstKeyGroup: first, offsets, stream: stream(subtask) };
}

function operatorState(more: Partial<OperatorState> = {}): OperatorState {
  const parallelism = more.parallelism ?? 2;
  const subtasks = Array.from({ length: parallelism }, (_, subtask): [number, OperatorSubtaskState] => [
    subtask,
    { managedKeyed: [keyed(more.maxParallelism ?? 128, parallelism, subtask)] },
  ]);
  return { operatorId: ID, parallelism, maxParallelism: 128, finished: 'none', subtasks: new Map(subtasks), ...more };
}

function vertex(more: Partial<AssignableVertex> = {}): AssignableVertex {
  return {
    id: VERTEX,
    name: 'Count',
    parallelism: 2,
    maxParallelism: 128,
    maxParallelismConfigured: false,
    operators: [{ operatorId: ID, name: 'Count' }],
    ...more,
  };
}

function assign(
  operators: readonly OperatorState[],
  vertices: readonly AssignableVertex[],
  allow = false,
): StateAssignment {
  const metadata = { version: 3, checkpointId: 7, masterStates: [], operators };
  const snapshot = { metadata, directory: '/sp', uri: 'file:/sp' };
  return assignState(snapshot, vertices, { allowNonRestoredState: allow });
}

/** For each new subtask the old subtasks whose keyed state it restores. */
function sources(assignment: StateAssignment): string[][] {
  return assignment.restored.tasks.map((task) =>
    task.operators.flatMap(({ state }) =>
      state.keyed.map((handle) => (handle.kind === 'key-groups' ? (handle.stream as { name: string }).name : '?')),
    ),
  );
}

describe('assignState', () => {
  it.each(CASES.filter((each) => each.op === 'keyed'))(
    'gives each subtask the key groups that Flink gives it: $id',
    (golden) => {
      const { maxParallelism, oldParallelism, newParallelism } = golden;
      const state = operatorState({ parallelism: oldParallelism, maxParallelism });

      const assignment = assign([state], [vertex({ parallelism: newParallelism })]);

      expect(assignment.maxParallelism.get(VERTEX)).toBe(maxParallelism);
      expect(sources(assignment)).toEqual(golden.assigned.map((parts) => parts.map(([old]) => String(old))));
    },
  );

  it('lists every task in order, and only operators that have state', () => {
    const other = vertex({
      id: 'bb' as VertexId,
      operators: [{ operatorId: operatorIdFromHex('bb'.repeat(16)), name: 'B' }],
    });

    const { restored } = assign([operatorState()], [other, vertex()]);

    expect(restored).toMatchObject({ checkpointId: 7, directory: '/sp' });
    expect(restored.tasks.map((task) => [task.vertex, task.subtask, task.operators.length])).toEqual([
      ['bb', 0, 0],
      ['bb', 1, 0],
      [VERTEX, 0, 1],
      [VERTEX, 1, 1],
    ]);
  });

  it('finds state by the hash that the user set before the operator’s own id', () => {
    const set = operatorIdFromHex('cc'.repeat(16));
    const operators = [{ operatorId: ID, uidHash: set, name: 'Count' }];

    const assignment = assign([operatorState({ operatorId: set })], [vertex({ operators })]);

    expect(assignment.restored.tasks[0]?.operators[0]?.operatorId).toBe(ID);
  });

  it('hands coordinator state to the operator of the job', () => {
    const coordinatorState = Uint8Array.of(1);

    const assignment = assign([operatorState({ coordinatorState, subtasks: new Map() })], [vertex()]);

    expect(assignment.coordinators).toEqual([{ operatorId: ID, bytes: coordinatorState }]);
  });

  it('refuses state that no operator takes, with Flink’s text, the uid and the nearest one', () => {
    const state = operatorState({ uid: 'counter' });
    const operators = [{ operatorId: operatorIdFromHex('bb'.repeat(16)), name: 'B', uid: 'countr' }];

    expect(() => assign([state], [vertex({ operators })])).toThrow(
      expect.objectContaining({
        code: 'STATE_NOT_MAPPED',
        message:
          `Failed to rollback to checkpoint/savepoint file:/sp. Cannot map checkpoint/savepoint state for operator ${ID} to ` +
          'the new program, because the operator is not available in the new program. If you want to allow to skip this, ' +
          'you can set the --allowNonRestoredState option on the CLI. The operator has the uid "counter". The nearest uid ' +
          'of the program is "countr".',
      }),
    );
  });

  it('drops it when that is allowed, and ignores operators that had none', () => {
    const none = operatorState({ operatorId: operatorIdFromHex('dd'.repeat(16)), subtasks: new Map([[0, {}]]) });

    const assignment = assign([operatorState({ uid: 'counter' }), none], [], true);

    expect(assignment.dropped).toEqual([{ operatorId: ID, uid: 'counter' }]);
    expect(assign([none], []).dropped).toEqual([]);
  });

  it('takes the uid from the trailer of a file without names', () => {
    const metadata = {
      version: 3,
      checkpointId: 1,
      masterStates: [],
      operators: [operatorState()],
      trailer: sampleTrailer(),
    };

    expect(() =>
      assignState({ metadata, directory: '/', uri: 'file:/' }, [], { allowNonRestoredState: false }),
    ).toThrow(/The operator has the uid "count"\.$/);
  });

  it('keeps the maximum parallelism of the snapshot unless the job sets another', () => {
    const state = operatorState({ maxParallelism: 4 });

    expect(assign([state], [vertex()]).maxParallelism.get(VERTEX)).toBe(4);
    expect(() => assign([state], [vertex({ maxParallelism: 8, maxParallelismConfigured: true })])).toThrow(
      expect.objectContaining({
        code: 'MAX_PARALLELISM_MISMATCH',
        message:
          'Failed to rollback to checkpoint/savepoint Checkpoint Metadata. Max parallelism mismatch between checkpoint/savepoint ' +
          `state and new program. Cannot map operator ${ID} with max parallelism 4 to new program with max parallelism 8. This ` +
          'indicates that the program has been changed in a non-compatible way after the checkpoint/savepoint.',
      }),
    );
  });

  it('refuses a parallelism above the maximum of the snapshot', () => {
    expect(() => assign([operatorState({ maxParallelism: 4 })], [vertex({ parallelism: 5 })])).toThrow(
      `The state for task ${VERTEX} can not be restored. The maximum parallelism (4) of the restored state is lower than the configured parallelism (5). Please reduce the parallelism of the task to be lower or equal to the maximum parallelism.`,
    );
  });

  it('marks tasks whose operators had all ended, and refuses a chain of which a part had', () => {
    const second = operatorIdFromHex('bb'.repeat(16));
    const done = operatorState({ finished: 'fully', subtasks: new Map() });
    const chain = vertex({ operators: [...vertex().operators, { operatorId: second, name: 'Sink' }] });

    const { restored } = assign([done, { ...done, operatorId: second }], [chain]);

    expect(restored.tasks.map((task) => task.finished)).toEqual([true, true]);
    expect(() => assign([done], [chain])).toThrow(/1 of its 2 operators had read all their input/);
  });

  it.each<[string, OperatorSubtaskState]>([
    ['raw state', { rawKeyed: [keyed(128, 1, 0)] }],
    [
      'records in flight',
      { inputChannels: [{ subtask: 0, gate: 0, channel: 0, offsets: [], size: 0, stream: stream(0) }] },
    ],
    ['changelog', { managedKeyed: [{ kind: 'foreign', tag: 14, streams: [stream(0)] }] }],
  ])('refuses %s, which it does not read', (words, subtask) => {
    const state = operatorState({ subtasks: new Map([[0, subtask]]) });

    expect(() => assign([state], [vertex()])).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNSUPPORTED', message: expect.stringContaining(words) }),
    );
  });
});
