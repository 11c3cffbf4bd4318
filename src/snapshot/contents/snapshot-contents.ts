/**
 * The contents of a snapshot, read without the job that wrote it: flink-ts, or a real Flink of any version whose `_metadata`
 * is read. Entries are handed on one by one, operator by operator. What cannot be read (RocksDB's own files, changelogs,
 * raw state of users) is reported and left out; damage is an error that names the file and the offset.
 */

import { FlinkError } from '../../common/errors.js';
import type { OperatorId } from '../../common/ids.js';
import { filesOfIncremental, isOwnIncremental } from '../incremental-files.js';
import type { OperatorState } from '../snapshot-metadata.js';
import type { LoadedSnapshot } from '../snapshot-pointer.js';
import type { KeyedStateHandle, OperatorSubtaskState, StreamHandle } from '../state-handle.js';
import { type KeyedReading, readKeyedChain, readKeyedFile } from './keyed-contents.js';
import type { KeyedEntry } from './keyed-groups.js';
import { nameOfStream } from './located-streams.js';
import { readOperatorContents } from './operator-contents.js';
import { hexOf, type PlainValue } from './plain-value.js';
import { readRawTimers } from './raw-timers.js';
import { parseTypeName } from './type-name.js';
import { isUndecodable } from './value-reader.js';

/** What every line says first. */
interface LineHead {
  /** Null where the snapshot does not tell it (files of Flink before 2.0). */
  readonly uid: string | null;
  readonly operatorId: OperatorId;
}

/** One line of `state dump`; its fields are documented in `docs/cli.md`, and stable. @internal */
export type ContentLine = LineHead &
  (
    | {
        readonly kind: 'VALUE' | 'LIST' | 'MAP' | 'REDUCING' | 'AGGREGATING';
        readonly state: string;
        readonly keyGroup: number;
        readonly key: PlainValue;
        readonly namespace: PlainValue;
        readonly value: PlainValue;
      }
    | {
        readonly kind: 'TIMERS';
        readonly state: string;
        readonly key: PlainValue;
        readonly namespace: PlainValue;
        readonly timestamp: PlainValue;
      }
    | {
        readonly kind: 'OPERATOR_LIST' | 'OPERATOR_UNION';
        readonly state: string;
        readonly subtask: number;
        readonly value: PlainValue;
      }
    | { readonly kind: 'BROADCAST'; readonly state: string; readonly key: PlainValue; readonly value: PlainValue }
    | { readonly kind: 'COORDINATOR'; readonly value: string }
  );

/** State that could not be read, and why. @internal */
export interface UnreadState {
  readonly uid: string | null;
  readonly operatorId: OperatorId;
  readonly reason: string;
}

/** Which lines are wanted. @internal */
export interface ContentFilter {
  /** Ids of operators; undefined = all. */
  readonly operators?: ReadonlySet<OperatorId>;
  /** The name of a state; coordinator state has none. */
  readonly state?: string;
}

/** What is told about state that cannot be read. @internal */
export const UNREADABLE = {
  rocksdb:
    'keyed state in files of RocksDB (SST), which flink-ts does not read; take a savepoint in canonical format instead',
  changelog:
    'keyed state in the format of the changelog backend, which flink-ts does not read; take a savepoint in canonical format instead',
  raw: 'raw keyed state, which only its operator can read',
  rawOperator: 'raw operator state, which only its operator can read',
} as const;

/** See the file comment. @internal */
export class SnapshotContents {
  readonly #snapshot: Pick<LoadedSnapshot, 'metadata' | 'directory'>;
  readonly #unread = new Map<string, UnreadState>();
  readonly #uids: ReadonlyMap<string, string>;

  /** `uids`: names of operators that the caller knows, by id. */
  constructor(snapshot: Pick<LoadedSnapshot, 'metadata' | 'directory'>, uids: ReadonlyMap<string, string> = new Map()) {
    this.#snapshot = snapshot;
    this.#uids = uids;
  }

  /** What could not be read so far, each reason once an operator. */
  get unread(): readonly UnreadState[] {
    return [...this.#unread.values()];
  }

  get operators(): readonly OperatorState[] {
    return this.#snapshot.metadata.operators;
  }

  /** The uid of an operator, as far as the snapshot or the caller knows it. */
  uidOf(operator: OperatorState): string | null {
    const { operatorId } = operator;
    const described = this.#snapshot.metadata.trailer?.operators.find((each) => each.operatorId === operatorId);
    return operator.uid ?? described?.uid ?? this.#uids.get(operatorId) ?? null;
  }

  /** The name of an operator, as far as the snapshot tells. */
  nameOf(operator: OperatorState): string | null {
    const described = this.#snapshot.metadata.trailer?.operators.find(
      ({ operatorId }) => operatorId === operator.operatorId,
    );
    return operator.name ?? described?.name ?? null;
  }

  /**
   * All lines that the filter lets pass.
   *
   * @throws FlinkError `SNAPSHOT_CORRUPT` with file and offset.
   */
  *lines(filter: ContentFilter = {}): Generator<ContentLine, void, undefined> {
    for (const operator of this.operators) {
      if (filter.operators?.has(operator.operatorId) === false) continue;
      for (const line of this.#operatorLines(operator)) {
        if (filter.state === undefined || ('state' in line && line.state === filter.state)) yield line;
      }
    }
  }

  *#operatorLines(operator: OperatorState): Generator<ContentLine, void, undefined> {
    const head = { uid: this.uidOf(operator), operatorId: operator.operatorId };
    if (operator.coordinatorState !== undefined) {
      yield { ...head, kind: 'COORDINATOR', value: hexOf(operator.coordinatorState) };
    }
    const subtasks = [...operator.subtasks].sort(([a], [b]) => a - b);
    for (const [, state] of subtasks) {
      for (const handle of state.managedKeyed ?? []) yield* this.#keyedLines(operator, handle);
      for (const handle of state.rawKeyed ?? []) yield* this.#rawLines(operator, handle);
    }
    yield* this.#managedOperatorLines(operator, subtasks);
  }

  *#keyedLines(operator: OperatorState, handle: KeyedStateHandle): Generator<ContentLine, void, undefined> {
    const head = { uid: this.uidOf(operator), operatorId: operator.operatorId };
    const entries = this.#keyedEntries(operator, handle);
    for (const { state, keyGroup, key, namespace, value } of this.#guarded(operator, streamOf(handle), entries)) {
      const { name } = state;
      if (state.type === 'timers') {
        yield { ...head, kind: 'TIMERS', state: name, key, namespace, timestamp: value };
      } else {
        const kind = state.kind as 'VALUE';
        yield { ...head, kind, state: name, keyGroup, key, namespace, value };
      }
    }
  }

  #keyedEntries(operator: OperatorState, handle: KeyedStateHandle): Iterable<KeyedEntry> {
    if (handle.kind === 'foreign') return this.#report(operator, UNREADABLE.changelog);
    const reading = this.reading(operator);
    if (handle.kind === 'key-groups' && handle.stream.kind === 'empty-segment') return [];
    if (handle.kind === 'key-groups') return readKeyedFile({ ...handle, format: formatOf(handle) }, reading);
    if (!isOwnIncremental(handle)) return this.#report(operator, UNREADABLE.rocksdb);
    return readKeyedChain(filesOfIncremental(handle), reading);
  }

  /** How the keyed state of an operator is read. */
  reading(operator: OperatorState): KeyedReading {
    const described = this.#snapshot.metadata.trailer?.operators.find(
      ({ operatorId }) => operatorId === operator.operatorId,
    );
    const types = new Map(described?.states?.map(({ name, type }) => [name, parseTypeName(type)]));
    return {
      directory: this.#snapshot.directory,
      maxParallelism: operator.maxParallelism,
      typeOf: (state) => types.get(state),
      keyType: () => (described?.keyType === undefined ? undefined : parseTypeName(described.keyType)),
      lost: (what) => this.#report(operator, what),
    };
  }

  *#rawLines(operator: OperatorState, handle: KeyedStateHandle): Generator<ContentLine, void, undefined> {
    const head = { uid: this.uidOf(operator), operatorId: operator.operatorId };
    if (handle.kind !== 'key-groups') {
      this.#report(operator, UNREADABLE.raw);
      return;
    }
    const timers = readRawTimers(handle, this.#snapshot.directory);
    for (const timer of this.#guarded(operator, handle.stream, timers)) yield { ...head, kind: 'TIMERS', ...timer };
  }

  *#managedOperatorLines(
    operator: OperatorState,
    subtasks: readonly (readonly [number, OperatorSubtaskState])[],
  ): Generator<ContentLine, void, undefined> {
    const head = { uid: this.uidOf(operator), operatorId: operator.operatorId };
    // Every subtask has the whole broadcast state: the first copy is enough.
    const broadcasts = new Set<string>();
    for (const [subtask, { managedOperator, rawOperator }] of subtasks) {
      if (rawOperator !== undefined) this.#report(operator, UNREADABLE.rawOperator);
      if (managedOperator === undefined) continue;
      for (const [name, mode, value] of this.#operatorValues(operator, managedOperator)) {
        if (mode !== 'BROADCAST') {
          yield { ...head, kind: mode === 'UNION' ? 'OPERATOR_UNION' : 'OPERATOR_LIST', state: name, subtask, value };
        } else if (!broadcasts.has(name)) {
          const [key = null, item = null] = value as readonly PlainValue[];
          yield { ...head, kind: 'BROADCAST', state: name, key, value: item };
        }
      }
      for (const { name, mode } of managedOperator.states) if (mode === 'BROADCAST') broadcasts.add(name);
    }
  }

  #operatorValues(operator: OperatorState, handle: NonNullable<OperatorSubtaskState['managedOperator']>) {
    const { directory } = this.#snapshot;
    const { typeOf } = this.reading(operator);
    function* values() {
      // Flink's merged files: nothing was written for this subtask.
      if (handle.stream.kind === 'empty-segment') return;
      for (const state of readOperatorContents(handle, directory, typeOf)) {
        for (const value of state.values()) yield [state.name, state.mode, value] as const;
      }
    }
    return this.#guarded(operator, handle.stream, values());
  }

  /** Adds the file to the errors of damage, and turns what is not supported into a report. */
  *#guarded<T>(operator: OperatorState, stream: StreamHandle, items: Iterable<T>): Generator<T, void, undefined> {
    try {
      yield* items;
    } catch (error) {
      if (isUndecodable(error)) this.#report(operator, (error as FlinkError).message);
      else throw withFile(error, nameOfStream(stream, this.#snapshot.directory));
    }
  }

  #report(operator: OperatorState, reason: string): [] {
    const { operatorId } = operator;
    this.#unread.set(`${operatorId} ${reason}`, { uid: this.uidOf(operator), operatorId, reason });
    return [];
  }
}

/** Which layout a handle of key groups has: canonical files carry a tag of their own, but older RocksDB files do not. */
function formatOf(handle: KeyedStateHandle & { kind: 'key-groups' }): 'canonical' | 'native' {
  // In a native file no key group is empty, so none begins at 0.
  return handle.format === 'canonical' || handle.offsets.includes(0) ? 'canonical' : 'native';
}

/** The stream that messages name: for our chains the newest file. */
function streamOf(handle: KeyedStateHandle): StreamHandle {
  if (handle.kind === 'key-groups') return handle.stream;
  if (handle.kind === 'incremental') return handle.shared.at(-1)?.stream ?? handle.meta;
  return handle.streams[0] ?? { kind: 'empty-segment' };
}

function withFile(error: unknown, file: string): unknown {
  if (!(error instanceof FlinkError) || error.message.includes(file)) return error;
  return new FlinkError(error.code, `${file}: ${error.message}`, { cause: error });
}
