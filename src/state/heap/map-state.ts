/** Map state on the heap: a Map under each key, gone with its last entry. */

import { FlinkError } from '../../common/errors.js';
import type { NamespacedState } from '../keyed-state-backend.js';
import type { MapState } from '../state-descriptor.js';
import type { MapLike } from './composite-key-map.js';
import type { HeapContext } from './heap-context.js';
import type { StateTable } from './state-table.js';

/** See the file comment. @internal */
export class HeapMapState<K, V> implements MapState<K, V>, NamespacedState<unknown> {
  readonly #context: HeapContext;
  readonly #table: StateTable;
  readonly #createMap: () => MapLike<K, V>;

  constructor(context: HeapContext, table: StateTable, createMap: () => MapLike<K, V>) {
    this.#context = context;
    this.#table = table;
    this.#createMap = createMap;
  }

  get(key: K): V | null {
    return this.#touched()?.get(key) ?? null;
  }

  put(key: K, value: V): void {
    this.#forWriting().set(key, value ?? (null as V));
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    const list = Array.from(entries);
    if (list.length === 0) return;
    const map = this.#forWriting();
    for (const [key, value] of list) map.set(key, value ?? (null as V));
  }

  remove(key: K): void {
    const map = this.#touched();
    if (map?.delete(key) && map.size === 0) this.clear();
  }

  contains(key: K): boolean {
    return this.#peek()?.has(key) ?? false;
  }

  isEmpty(): boolean {
    return this.#table.find() === undefined;
  }

  *entries(): IterableIterator<[K, V]> {
    const map = this.#touched();
    if (map !== undefined) yield* map.entries();
  }

  keys(): IterableIterator<K> {
    return this.#peek()?.keys() ?? ([] as K[]).values();
  }

  *values(): IterableIterator<V> {
    const map = this.#touched();
    if (map !== undefined) yield* map.values();
  }

  clear(): void {
    const entry = this.#table.find();
    if (entry !== undefined) this.#table.remove(this.#context.group, entry);
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setNamespace(namespace);
  }

  mergeNamespaces(): void {
    throw new FlinkError('UNSUPPORTED', 'Map state cannot be merged over windows; use reducing or list state.');
  }

  #peek(): MapLike<K, V> | undefined {
    return this.#table.find()?.value as MapLike<K, V> | undefined;
  }

  #touched(): MapLike<K, V> | undefined {
    const entry = this.#table.find();
    if (entry === undefined) return undefined;
    if (entry.touched !== this.#context.generation) this.#context.touch(this.#table, entry);
    return entry.value as MapLike<K, V>;
  }

  #forWriting(): MapLike<K, V> {
    const present = this.#touched();
    if (present !== undefined) return present;
    const map = this.#createMap();
    this.#table.create(map);
    return map;
  }
}
