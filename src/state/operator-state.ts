/** Operator state: lists and maps of a subtask that do not belong to a key; small, held as objects, snapshotted whole. */

import type { Type } from './type.js';

/** How a list or map is dealt out when it is restored, in Flink's words. */
export type DistributionMode = 'SPLIT_DISTRIBUTE' | 'UNION' | 'BROADCAST';

/** A list of the operator. */
export interface OperatorListState<T> {
  get(): readonly T[];
  add(value: T): void;
  addAll(values: Iterable<T>): void;
  update(values: Iterable<T>): void;
  clear(): void;
}

/** A map that every subtask holds in full. */
export interface BroadcastState<K, V> extends ReadonlyBroadcastState<K, V> {
  put(key: K, value: V): void;
  putAll(entries: Iterable<readonly [K, V]>): void;
  remove(key: K): void;
  clear(): void;
}

/** The reading side of a {@link BroadcastState}. */
export interface ReadonlyBroadcastState<K, V> {
  get(key: K): V | null;
  contains(key: K): boolean;
  entries(): IterableIterator<[K, V]>;
}

/** Describes operator list state: its name and the type of an element. */
export interface OperatorListStateDescriptor<T> {
  readonly name: string;
  readonly type: Type<T>;
}

/** The operator state of one subtask. */
export interface OperatorStateStore {
  /** A list that is cut and dealt out evenly when the parallelism changes. */
  getListState<T>(descriptor: OperatorListStateDescriptor<T>): OperatorListState<T>;
  /** A list of which every subtask gets all elements of all subtasks when restored. */
  getUnionListState<T>(descriptor: OperatorListStateDescriptor<T>): OperatorListState<T>;
  /** A map that every subtask holds in full. */
  getBroadcastState<K, V>(descriptor: {
    readonly name: string;
    readonly keyType: Type<K>;
    readonly type: Type<V>;
  }): BroadcastState<K, V>;
}
