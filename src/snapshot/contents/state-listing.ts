/** Which states a snapshot has and how they are written, from the headers of its files alone: no entry is read. */

import type { OperatorId } from '../../common/ids.js';
import { DataInput } from '../../state/data-input.js';
import { filesOfIncremental, isOwnIncremental } from '../incremental-files.js';
import { sizeOfSubtask } from '../snapshot-files.js';
import type { OperatorState } from '../snapshot-metadata.js';
import type { KeyedStateHandle, OperatorSubtaskState } from '../state-handle.js';
import { describeKeyedFile } from './keyed-contents.js';
import { openStream } from './located-streams.js';
import { readOperatorContents } from './operator-contents.js';
import { readRawTimers } from './raw-timers.js';
import { describeTree, type SerializerTree } from './serializer-tree.js';
import { type SnapshotContents, UNREADABLE } from './snapshot-contents.js';
import { type KeyedFileHeader, readKeyedFileHeader, type StateInfo } from './state-headers.js';
import { isUndecodable } from './value-reader.js';

/** A state of an operator. @internal */
export interface ListedState {
  readonly state: string;
  readonly kind: string;
  /** How its parts are written; null where that is not known, or there is no such part. */
  readonly keyType: string | null;
  readonly namespaceType: string | null;
  readonly valueType: string | null;
}

/** An operator with its states. @internal */
export interface ListedOperator {
  readonly uid: string | null;
  readonly operatorId: OperatorId;
  readonly name: string | null;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly finished: OperatorState['finished'];
  /** Bytes of all its state. */
  readonly stateSize: number;
  readonly states: readonly ListedState[];
  /** What of it `state dump` cannot show, and why. */
  readonly unreadable: readonly string[];
}

/** Kinds of operator state, as `dump` calls them. */
const MODES = { SPLIT_DISTRIBUTE: 'OPERATOR_LIST', UNION: 'OPERATOR_UNION', BROADCAST: 'BROADCAST' } as const;

/** All operators of a snapshot. @internal */
export function listStates(contents: SnapshotContents, directory: string): ListedOperator[] {
  return contents.operators.map((operator) => new Listing(contents, operator, directory).list());
}

class Listing {
  readonly #contents: SnapshotContents;
  readonly #operator: OperatorState;
  readonly #directory: string;
  readonly #states = new Map<string, ListedState>();
  readonly #unreadable = new Set<string>();

  constructor(contents: SnapshotContents, operator: OperatorState, directory: string) {
    this.#contents = contents;
    this.#operator = operator;
    this.#directory = directory;
  }

  list(): ListedOperator {
    const operator = this.#operator;
    for (const state of operator.subtasks.values()) this.#look(() => this.#subtask(state));
    const coordinator: ListedState[] =
      operator.coordinatorState === undefined
        ? []
        : [{ state: '', kind: 'COORDINATOR', keyType: null, namespaceType: null, valueType: 'BYTES' }];
    return {
      uid: this.#contents.uidOf(operator),
      operatorId: operator.operatorId,
      name: this.#contents.nameOf(operator),
      parallelism: operator.parallelism,
      maxParallelism: operator.maxParallelism,
      finished: operator.finished,
      stateSize: [...operator.subtasks.values()].reduce((sum, state) => sum + sizeOfSubtask(state), 0),
      states: [...coordinator, ...this.#states.values()],
      unreadable: [...this.#unreadable],
    };
  }

  #subtask({ managedKeyed, rawKeyed, managedOperator, rawOperator }: OperatorSubtaskState): void {
    for (const handle of managedKeyed ?? []) this.#look(() => this.#keyed(handle));
    for (const handle of rawKeyed ?? []) this.#look(() => this.#raw(handle));
    if (rawOperator !== undefined) this.#unreadable.add(UNREADABLE.rawOperator);
    if (managedOperator === undefined || managedOperator.stream.kind === 'empty-segment') return;
    const { typeOf } = this.#contents.reading(this.#operator);
    for (const { name, mode, info } of readOperatorContents(managedOperator, this.#directory, typeOf)) {
      this.#add({ state: name, kind: MODES[mode], ...typesOf(info, undefined) });
    }
  }

  #keyed(handle: KeyedStateHandle): void {
    if (handle.kind === 'foreign') {
      this.#unreadable.add(UNREADABLE.changelog);
    } else if (handle.kind === 'key-groups') {
      if (handle.stream.kind === 'empty-segment') return;
      const reading = this.#contents.reading(this.#operator);
      this.#header(describeKeyedFile({ ...handle, format: handle.format }, reading));
    } else if (isOwnIncremental(handle)) {
      const reading = this.#contents.reading(this.#operator);
      for (const file of filesOfIncremental(handle)) this.#header(describeKeyedFile(file, reading));
    } else {
      this.#unreadable.add(UNREADABLE.rocksdb);
      const reader = openStream(handle.meta, this.#directory);
      const bytes = reader.read(0, reader.size);
      reader.close();
      this.#header(readKeyedFileHeader(new DataInput(bytes), bytes));
    }
  }

  #header({ key, states, problem }: KeyedFileHeader): void {
    if (problem !== undefined) this.#unreadable.add(problem);
    for (const state of states) {
      if (state === undefined) continue;
      if (state.problem !== undefined) this.#unreadable.add(`state "${state.name}": ${state.problem}`);
      this.#add({ state: state.name, kind: state.kind, ...typesOf(state, key) });
    }
  }

  #raw(handle: KeyedStateHandle): void {
    if (handle.kind !== 'key-groups') {
      this.#unreadable.add(UNREADABLE.raw);
      return;
    }
    const onQueue = ({ state, key, namespace }: { state: string; key: SerializerTree; namespace: SerializerTree }) =>
      this.#add({
        state,
        kind: 'TIMERS',
        keyType: describeTree(key),
        namespaceType: describeTree(namespace),
        valueType: null,
      });
    for (const _ of readRawTimers(handle, this.#directory, onQueue));
  }

  #add(state: ListedState): void {
    this.#states.set(`${state.kind} ${state.state}`, state);
  }

  #look(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      this.#unreadable.add((error as Error).message);
    }
  }
}

function typesOf(info: StateInfo | undefined, key: SerializerTree | undefined): Omit<ListedState, 'state' | 'kind'> {
  const text = (tree: SerializerTree | undefined) => (tree === undefined ? null : describeTree(tree));
  if (info?.type === 'timers') {
    const [timerKey, namespace] = info.value?.parts ?? [];
    return { keyType: text(timerKey), namespaceType: text(namespace), valueType: null };
  }
  return { keyType: text(key ?? info?.key), namespaceType: text(info?.namespace), valueType: text(info?.value) };
}
