/** Operator state as objects: lists and maps by name, written whole and synchronously. */

import { FlinkError } from '../common/errors.js';
import {
  encodeOperatorState,
  type OperatorStateSnapshot,
  openOperatorState,
  type StoredBroadcast,
  type StoredList,
} from './files/operator-state-file.js';
import { type MapLike, mapMaker } from './heap/composite-key-map.js';
import { byBytes } from './heap/convert-table.js';
import type {
  BroadcastState,
  DistributionMode,
  OperatorListState,
  OperatorListStateDescriptor,
  OperatorStateStore,
} from './operator-state.js';
import type { TypeSerializer } from './serializer.js';
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

export type { OperatorStateSnapshot };

/** See the file comment. @internal */
export class HeapOperatorState implements OperatorStateStore {
  readonly #lists = new Map<string, StoredList>();
  readonly #broadcasts = new Map<string, StoredBroadcast>();

  /** All state as bytes; null when no state is registered. */
  snapshot(): OperatorStateSnapshot | null {
    if (this.#lists.size === 0 && this.#broadcasts.size === 0) return null;
    return encodeOperatorState(this.#lists, this.#broadcasts);
  }

  /**
   * Adds the elements that `states` names from a file of operator state, before the operator sees the store. Called once
   * for each file that the subtask gets a part of; of a broadcast state the last copy wins entry by entry.
   *
   * @throws FlinkError `SNAPSHOT_CORRUPT` or `SNAPSHOT_UNSUPPORTED`.
   */
  restore(bytes: Uint8Array, states: OperatorStateSnapshot['states']): void {
    const file = openOperatorState(bytes);
    for (const { name, mode, offsets } of states) {
      if (mode === 'BROADCAST') {
        const meta = file.broadcast(name);
        this.#restoredBroadcast(name, meta.key, meta.value).putAll(file.entries(meta, offsets));
      } else {
        const serializer = file.list(name);
        this.#restoredList(name, mode, serializer).addAll(file.elements(serializer, offsets));
      }
    }
  }

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
    const present = this.#broadcasts.get(name);
    this.#refuseOtherMode(name, this.#lists.get(name)?.mode, 'BROADCAST');
    if (present === undefined) return this.#addBroadcast(name, keyType, type) as BroadcastState<K, V>;
    checkType(`keys of broadcast state "${name}"`, present.keyType, keyType);
    checkType(`values of broadcast state "${name}"`, present.type, type);
    if (present.isRegistered) return present.state as BroadcastState<K, V>;
    const entries = Array.from(present.state.entries());
    const [toKey, toValue] = [converter(present.keyType, keyType), converter(present.type, type)];
    const state = this.#addBroadcast(name, keyType, type);
    for (const [key, value] of entries) state.put(toKey(key), toValue(value));
    return state as BroadcastState<K, V>;
  }

  #addBroadcast(
    name: string,
    keyType: Type<unknown>,
    type: Type<unknown>,
    isRegistered = true,
  ): BroadcastState<unknown, unknown> {
    const state = new HeapBroadcastState<unknown, unknown>(mapMaker(keyType)());
    this.#broadcasts.set(name, { keyType, type, state, isRegistered });
    return state;
  }

  #restoredBroadcast(
    name: string,
    key: TypeSerializer<unknown>,
    value: TypeSerializer<unknown>,
  ): BroadcastState<unknown, unknown> {
    const present = this.#broadcasts.get(name);
    return present?.state ?? this.#addBroadcast(name, { name, serializer: key }, { name, serializer: value }, false);
  }

  #restoredList(name: string, mode: DistributionMode, serializer: TypeSerializer<unknown>): OperatorListState<unknown> {
    const present = this.#lists.get(name);
    if (present !== undefined) return present.state;
    const state = new HeapOperatorListState<unknown>();
    this.#lists.set(name, { mode, type: { name, serializer }, state, isRegistered: false });
    return state;
  }

  #list<T>(descriptor: OperatorListStateDescriptor<T>, mode: DistributionMode): OperatorListState<T> {
    const { name } = descriptor;
    const type = descriptor.type as Type<unknown>;
    const present = this.#lists.get(name);
    this.#refuseOtherMode(name, this.#broadcasts.has(name) ? 'BROADCAST' : present?.mode, mode);
    if (present === undefined) {
      const state = new HeapOperatorListState<unknown>();
      this.#lists.set(name, { mode, type, state, isRegistered: true });
      return state as OperatorListState<T>;
    }
    checkType(`elements of operator state "${name}"`, present.type, type);
    if (!present.isRegistered) {
      present.state.update(present.state.get().map(converter(present.type, type)));
      this.#lists.set(name, { ...present, type, isRegistered: true });
    }
    return present.state as OperatorListState<T>;
  }

  #refuseOtherMode(name: string, present: DistributionMode | undefined, wanted: DistributionMode): void {
    if (present === undefined || present === wanted) return;
    throw new FlinkError(
      'STATE_TYPE_MISMATCH',
      `Operator state "${name}" is ${present}, and is asked for as ${wanted}.`,
    );
  }
}

/** Makes a restored value one of the type that the operator asks for, by way of its bytes. */
function converter(from: Type<unknown>, to: Type<unknown>): (value: unknown) => unknown {
  return byBytes(from.serializer, to.serializer);
}

function checkType(what: string, stored: Type<unknown>, wanted: Type<unknown>): void {
  const [has, asked] = [stored.serializer.snapshot, wanted.serializer.snapshot];
  if (snapshotsAgree(has, asked)) return;
  throw new FlinkError(
    'STATE_TYPE_MISMATCH',
    `The ${what} are ${describeSnapshot(has)}, and are asked for as ${describeSnapshot(asked)}.`,
  );
}
