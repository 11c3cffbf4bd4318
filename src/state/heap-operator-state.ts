/** Operator state as objects: lists and maps by name, written whole and synchronously. */

import { FlinkError } from '../common/errors.js';
import { type MapLike, mapMaker } from './heap/composite-key-map.js';
import type {
  BroadcastState,
  DistributionMode,
  OperatorListState,
  OperatorListStateDescriptor,
  OperatorStateStore,
} from './operator-state.js';
import { describeSnapshot, snapshotsAgree } from './serializers/snapshots.js';
import type { Type } from './type.js';

class HeapOperatorListState<T> implements OperatorListState<T> {
  #values: T[] = [];

  get(): readonly T[] {
    return this.#values;
  }

  add(value: T): void {
    this.#values.push(value);
  }

  addAll(values: Iterable<T>): void {
    for (const value of values) this.#values.push(value);
  }

  update(values: Iterable<T>): void {
    this.#values = Array.from(values);
  }

  clear(): void {
    this.#values = [];
  }
}

class HeapBroadcastState<K, V> implements BroadcastState<K, V> {
  readonly #map: MapLike<K, V>;

  constructor(map: MapLike<K, V>) {
    this.#map = map;
  }

  get(key: K): V | null {
    return this.#map.get(key) ?? null;
  }

  contains(key: K): boolean {
    return this.#map.has(key);
  }

  entries(): IterableIterator<[K, V]> {
    return this.#map.entries();
  }

  put(key: K, value: V): void {
    this.#map.set(key, value);
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    for (const [key, value] of entries) this.#map.set(key, value);
  }

  remove(key: K): void {
    this.#map.delete(key);
  }

  clear(): void {
    for (const key of Array.from(this.#map.keys())) this.#map.delete(key);
  }
}

/** A list state by name. @internal */
export interface StoredList {
  readonly mode: DistributionMode;
  readonly type: Type<unknown>;
  readonly state: OperatorListState<unknown>;
}

/** A broadcast state by name. @internal */
export interface StoredBroadcast {
  readonly keyType: Type<unknown>;
  readonly type: Type<unknown>;
  readonly state: BroadcastState<unknown, unknown>;
}

/** See the file comment. @internal */
export class HeapOperatorState implements OperatorStateStore {
  readonly lists = new Map<string, StoredList>();
  readonly broadcasts = new Map<string, StoredBroadcast>();

  getListState<T>(descriptor: OperatorListStateDescriptor<T>): OperatorListState<T> {
    return this.#list(descriptor, 'SPLIT_DISTRIBUTE');
  }

  getUnionListState<T>(descriptor: OperatorListStateDescriptor<T>): OperatorListState<T> {
    return this.#list(descriptor, 'UNION');
  }

  getBroadcastState<K, V>(descriptor: {
    readonly name: string;
    readonly keyType: Type<K>;
    readonly type: Type<V>;
  }): BroadcastState<K, V> {
    const { name } = descriptor;
    const keyType = descriptor.keyType as Type<unknown>;
    const type = descriptor.type as Type<unknown>;
    const present = this.broadcasts.get(name);
    if (present !== undefined) {
      checkType(`keys of broadcast state "${name}"`, present.keyType, keyType);
      checkType(`values of broadcast state "${name}"`, present.type, type);
      return present.state as BroadcastState<K, V>;
    }
    this.#refuseOtherMode(name, this.lists.get(name)?.mode, 'BROADCAST');
    const state = new HeapBroadcastState<unknown, unknown>(mapMaker(keyType)());
    this.broadcasts.set(name, { keyType, type, state });
    return state as BroadcastState<K, V>;
  }

  #list<T>(descriptor: OperatorListStateDescriptor<T>, mode: DistributionMode): OperatorListState<T> {
    const { name } = descriptor;
    const type = descriptor.type as Type<unknown>;
    const present = this.lists.get(name);
    this.#refuseOtherMode(name, this.broadcasts.has(name) ? 'BROADCAST' : present?.mode, mode);
    if (present !== undefined) {
      checkType(`elements of operator state "${name}"`, present.type, type);
      return present.state as OperatorListState<T>;
    }
    const state = new HeapOperatorListState<unknown>();
    this.lists.set(name, { mode, type, state });
    return state as OperatorListState<T>;
  }

  #refuseOtherMode(name: string, present: DistributionMode | undefined, wanted: DistributionMode): void {
    if (present === undefined || present === wanted) return;
    throw new FlinkError(
      'STATE_TYPE_MISMATCH',
      `Operator state "${name}" is ${present}, and is asked for as ${wanted}.`,
    );
  }
}

function checkType(what: string, stored: Type<unknown>, wanted: Type<unknown>): void {
  const [has, asked] = [stored.serializer.snapshot, wanted.serializer.snapshot];
  if (snapshotsAgree(has, asked)) return;
  throw new FlinkError(
    'STATE_TYPE_MISMATCH',
    `The ${what} are ${describeSnapshot(has)}, and are asked for as ${describeSnapshot(asked)}.`,
  );
}
