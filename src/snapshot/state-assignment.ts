/**
 * From the state of a snapshot to the tasks of a job, whose program and parallelism may have changed: which operator
 * gets which state, what is left over, and which subtask restores which files. Nothing is read here but `_metadata`.
 */

import { FlinkError } from '../common/errors.js';
import type { OperatorId, VertexId } from '../common/ids.js';
import { type KeyGroupRange, rangeOf } from '../state/key-groups.js';
import { nearestName } from './nearest-name.js';
import { assignOperatorState } from './operator-state-assignment.js';
import { streamsOfSubtask } from './snapshot-files.js';
import type { OperatorState } from './snapshot-metadata.js';
import type { LoadedSnapshot } from './snapshot-pointer.js';
import type { KeyedStateHandle, OperatorStateHandle, OperatorSubtaskState } from './state-handle.js';

/** A vertex of the job, as far as state is concerned; a `JobVertex` is one. @internal */
export interface AssignableVertex {
  readonly id: VertexId;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly maxParallelismConfigured: boolean;
  readonly operators: readonly {
    readonly operatorId: OperatorId;
    readonly name: string;
    readonly uid?: string;
    readonly uidHash?: OperatorId;
  }[];
}

/** What becomes of a snapshot; `restored` is a `RestoredTasks` of the worker's messages. @internal */
export interface StateAssignment {
  readonly restored: {
    readonly checkpointId: number;
    readonly directory: string;
    /** Every subtask of every vertex, in order. */
    readonly tasks: readonly AssignedTask[];
  };
  /** The maximum parallelism of each vertex: the snapshot's where the job left it open. */
  readonly maxParallelism: ReadonlyMap<VertexId, number>;
  /** State of split enumerators, by the operator's id in the job. */
  readonly coordinators: readonly { readonly operatorId: OperatorId; readonly bytes: Uint8Array }[];
  /** State that was dropped because the job has no such operator (`--allowNonRestoredState`). */
  readonly dropped: readonly { readonly operatorId: OperatorId; readonly uid?: string }[];
}

/** What one task restores. @internal */
export interface AssignedTask {
  readonly vertex: VertexId;
  readonly subtask: number;
  /** Set when all operators of the task had ended when the snapshot was taken: it has nothing to do but to end. */
  readonly finished?: true;
  readonly operators: readonly {
    readonly operatorId: OperatorId;
    readonly state: { readonly keyed: readonly KeyedStateHandle[]; readonly operator: readonly OperatorStateHandle[] };
  }[];
}

interface Match {
  readonly operatorId: OperatorId;
  readonly state: OperatorState;
}

/**
 * Assigns the state of a snapshot to the vertices of a job.
 *
 * @throws FlinkError `STATE_NOT_MAPPED` when an operator of the snapshot has state and the job has no such operator;
 * `MAX_PARALLELISM_MISMATCH` when the key groups do not fit; `SNAPSHOT_UNSUPPORTED` for state that only a real Flink reads.
 * @internal
 */
export function assignState(
  snapshot: Pick<LoadedSnapshot, 'metadata' | 'directory' | 'uri'>,
  vertices: readonly AssignableVertex[],
  options: { readonly allowNonRestoredState: boolean },
): StateAssignment {
  const states = new Map(snapshot.metadata.operators.map((state) => [state.operatorId, state]));
  const matches = new Map<VertexId, Match[]>();
  const taken = new Set<OperatorId>();
  for (const vertex of vertices) {
    const found = matchVertex(vertex, states);
    for (const match of found) taken.add(match.state.operatorId);
    matches.set(vertex.id, found);
  }
  const left = snapshot.metadata.operators.filter((state) => !taken.has(state.operatorId) && hasState(state));
  if (!options.allowNonRestoredState && left[0] !== undefined) throw notMapped(snapshot, left[0], vertices);

  const maxParallelism = new Map<VertexId, number>();
  const tasks: AssignedTask[] = [];
  for (const vertex of vertices) {
    const found = matches.get(vertex.id)!;
    const keyGroups = maxParallelismOf(vertex, found);
    maxParallelism.set(vertex.id, keyGroups);
    tasks.push(...assignVertex(vertex, found, keyGroups));
  }
  const coordinators = [...matches.values()]
    .flat()
    .flatMap(({ operatorId, state }) =>
      state.coordinatorState === undefined ? [] : [{ operatorId, bytes: state.coordinatorState }],
    );
  return {
    restored: { checkpointId: snapshot.metadata.checkpointId, directory: snapshot.directory, tasks },
    maxParallelism,
    coordinators,
    dropped: left.map(({ operatorId }) => withUid(operatorId, uidOf(snapshot, operatorId))),
  };
}

/** The states of a vertex's operators: by the hash that the user set, else by the operator's own id. */
function matchVertex(vertex: AssignableVertex, states: ReadonlyMap<OperatorId, OperatorState>): Match[] {
  const matches: Match[] = [];
  for (const { operatorId, uidHash } of vertex.operators) {
    const state = (uidHash === undefined ? undefined : states.get(uidHash)) ?? states.get(operatorId);
    if (state !== undefined) matches.push({ operatorId, state });
  }
  return matches;
}

function hasState(state: OperatorState): boolean {
  return (
    state.coordinatorState !== undefined ||
    [...state.subtasks.values()].some((subtask) => streamsOfSubtask(subtask).length > 0)
  );
}

/** Flink's checks: a maximum that the job set must be the snapshot's; one that it left open becomes the snapshot's. */
function maxParallelismOf(vertex: AssignableVertex, matches: readonly Match[]): number {
  for (const { operatorId, state } of matches) {
    if (!vertex.maxParallelismConfigured || state.maxParallelism === vertex.maxParallelism) continue;
    throw mismatch(operatorId, state.maxParallelism, vertex.maxParallelism);
  }
  const keyed = matches.filter(({ state }) => [...state.subtasks.values()].some(hasKeyedState));
  const [first] = keyed.length > 0 ? keyed : matches;
  if (first === undefined) return vertex.maxParallelism;
  const keyGroups = first.state.maxParallelism;
  for (const { operatorId, state } of keyed) {
    if (state.maxParallelism !== keyGroups) throw mismatch(operatorId, state.maxParallelism, keyGroups);
  }
  if (keyGroups < vertex.parallelism) {
    throw new FlinkError(
      'MAX_PARALLELISM_MISMATCH',
      `The state for task ${vertex.id} can not be restored. The maximum parallelism (${keyGroups}) of the restored state ` +
        `is lower than the configured parallelism (${vertex.parallelism}). Please reduce the parallelism of the task to be ` +
        'lower or equal to the maximum parallelism.',
    );
  }
  return keyGroups;
}

function mismatch(operatorId: OperatorId, inSnapshot: number, inJob: number): FlinkError {
  return new FlinkError(
    'MAX_PARALLELISM_MISMATCH',
    'Failed to rollback to checkpoint/savepoint Checkpoint Metadata. Max parallelism mismatch between ' +
      `checkpoint/savepoint state and new program. Cannot map operator ${operatorId} with max parallelism ${inSnapshot} ` +
      `to new program with max parallelism ${inJob}. This indicates that the program has been changed in a ` +
      'non-compatible way after the checkpoint/savepoint.',
  );
}

function assignVertex(vertex: AssignableVertex, matches: readonly Match[], keyGroups: number): AssignedTask[] {
  const hasFinished = checkFinished(vertex, matches);
  const operatorStates = matches.map(({ state }) =>
    assignOperatorState(managedOperatorStates(state), vertex.parallelism),
  );
  return Array.from({ length: vertex.parallelism }, (_, subtask) => {
    const range = rangeOf(keyGroups, vertex.parallelism, subtask);
    const operators = matches.flatMap(({ operatorId, state }, index) => {
      const keyed = keyedHandles(state, range);
      const operator = operatorStates[index]![subtask]!;
      return keyed.length + operator.length === 0 ? [] : [{ operatorId, state: { keyed, operator } }];
    });
    return { vertex: vertex.id, subtask, ...(hasFinished && { finished: true as const }), operators };
  });
}

/** Whether the whole vertex had ended; a chain of which only a part had cannot be run. */
function checkFinished(vertex: AssignableVertex, matches: readonly Match[]): boolean {
  const finished = matches.filter(({ state }) => state.finished === 'fully').length;
  if (finished === 0) return false;
  if (finished === vertex.operators.length) return true;
  throw new FlinkError(
    'STATE_NOT_MAPPED',
    `Cannot restore vertex ${vertex.name} (${vertex.id}): ${finished} of its ${vertex.operators.length} operators had ` +
      'read all their input when the snapshot was taken, the others had not, or were not there.',
  );
}

function managedOperatorStates(state: OperatorState): (OperatorStateHandle | undefined)[] {
  return Array.from({ length: state.parallelism }, (_, subtask) => {
    const old = state.subtasks.get(subtask);
    if (old !== undefined) checkSupported(state.operatorId, old);
    return old?.managedOperator;
  });
}

/** Keyed state is never read past what the task's backend understands: what it could not is refused by name. */
function checkSupported(operatorId: OperatorId, state: OperatorSubtaskState): void {
  const problem =
    state.rawOperator !== undefined || (state.rawKeyed?.length ?? 0) > 0
      ? 'raw state'
      : (state.inputChannels?.length ?? 0) + (state.outputChannels?.length ?? 0) > 0
        ? 'records in flight (it is an unaligned checkpoint)'
        : state.managedKeyed?.some((handle) => handle.kind === 'foreign')
          ? 'keyed state in the format of the changelog'
          : null;
  if (problem === null) return;
  throw new FlinkError('SNAPSHOT_UNSUPPORTED', `The snapshot holds ${problem} of operator ${operatorId}.`);
}

function hasKeyedState(state: OperatorSubtaskState): boolean {
  return (state.managedKeyed?.length ?? 0) > 0;
}

/** The handles that touch a range, whole, by the old subtask that wrote them. */
function keyedHandles(state: OperatorState, range: KeyGroupRange): KeyedStateHandle[] {
  return [...state.subtasks]
    .sort(([a], [b]) => a - b)
    .flatMap(([, old]) => old.managedKeyed ?? [])
    .filter((handle) => {
      const { first, last } = rangeOfHandle(handle);
      return first <= last && first <= range.last && last >= range.first;
    });
}

function rangeOfHandle(handle: KeyedStateHandle): KeyGroupRange {
  const first = handle.firstKeyGroup ?? 0;
  const count = handle.kind === 'key-groups' ? handle.offsets.length : (handle.keyGroupCount ?? 0);
  return { first, last: first + count - 1 };
}

function notMapped(
  snapshot: Pick<LoadedSnapshot, 'metadata' | 'uri'>,
  state: OperatorState,
  vertices: readonly AssignableVertex[],
): FlinkError {
  const uid = uidOf(snapshot, state.operatorId);
  const jobUids = vertices.flatMap((vertex) => vertex.operators.flatMap((operator) => operator.uid ?? []));
  const nearest = uid === undefined ? null : nearestName(uid, jobUids);
  const hint = nearest === null ? '' : ` The nearest uid of the program is "${nearest}".`;
  return new FlinkError(
    'STATE_NOT_MAPPED',
    `Failed to rollback to checkpoint/savepoint ${snapshot.uri}. Cannot map checkpoint/savepoint state for operator ` +
      `${state.operatorId} to the new program, because the operator is not available in the new program. If you want to ` +
      'allow to skip this, you can set the --allowNonRestoredState option on the CLI.' +
      (uid === undefined ? '' : ` The operator has the uid "${uid}".${hint}`),
  );
}

function uidOf(snapshot: Pick<LoadedSnapshot, 'metadata'>, operatorId: OperatorId): string | undefined {
  const { operators, trailer } = snapshot.metadata;
  return (
    operators.find((operator) => operator.operatorId === operatorId)?.uid ??
    trailer?.operators.find((operator) => operator.operatorId === operatorId)?.uid
  );
}

function withUid(operatorId: OperatorId, uid: string | undefined): StateAssignment['dropped'][number] {
  return { operatorId, ...(uid !== undefined && { uid }) };
}
