/** Lists and maps with a time to live: each element, and each map entry, has its own. */

import type { NamespacedState } from '../keyed-state-backend.js';
import type { TtlValue } from '../serializers/window-serializers.js';
import type { ListState, MapState } from '../state-descriptor.js';
import type { HeapListState } from './list-state.js';
import type { HeapMapState } from './map-state.js';
import type { TtlPolicy } from './ttl-policy.js';
import type { TtlParts } from './ttl-states.js';

/** A list with a time to live of its elements. @internal */
export class TtlListState<T> implements ListState<T>, NamespacedState<unknown> {
  readonly #original: HeapListState<TtlValue<T>>;
  readonly #policy: TtlPolicy;
  readonly #onAccess: () => void;

  constructor(parts: TtlParts<HeapListState<TtlValue<T>>>) {
    this.#original = parts.original;
    this.#policy = parts.policy;
    this.#onAccess = parts.onAccess;
  }

  get(): readonly T[] {
    this.#onAccess();
    const stored = this.#original.get();
    const alive = stored.filter((element) => !this.#policy.isExpired(element));
    const visible = this.#policy.returnsExpired ? stored : alive;
    const values = visible.map((element) => element.value);
    if (alive.length === 0) {
      if (stored.length > 0) this.#original.clear();
    } else if (this.#policy.renewsOnRead) {
      this.#original.update(alive.map((element) => this.#policy.wrap(element.value)));
    }
    return values;
  }

  add(value: T): void {
    this.#onAccess();
    this.#original.add(this.#wrap(value));
  }

  addAll(values: Iterable<T>): void {
    this.#onAccess();
    this.#original.addAll(Array.from(values, (value) => this.#wrap(value)));
  }

  update(values: Iterable<T>): void {
    this.#onAccess();
    this.#original.update(Array.from(values, (value) => this.#wrap(value)));
  }

  clear(): void {
    this.#onAccess();
    this.#original.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#original.setCurrentNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    this.#original.mergeNamespaces(target, sources);
  }

  /** A null stays one, so that the list refuses it. */
  #wrap(value: T): TtlValue<T> {
    return value === null || value === undefined ? (value as never) : this.#policy.wrap(value);
  }
}

/** A map with a time to live of its entries. @internal */
export class TtlMapState<K, V> implements MapState<K, V>, NamespacedState<unknown> {
  readonly #original: HeapMapState<K, TtlValue<V>>;
  readonly #policy: TtlPolicy;
  readonly #onAccess: () => void;

  constructor(parts: TtlParts<HeapMapState<K, TtlValue<V>>>) {
    this.#original = parts.original;
    this.#policy = parts.policy;
    this.#onAccess = parts.onAccess;
  }

  get(key: K): V | null {
    this.#onAccess();
    return this.#read(key)?.value ?? null;
  }

  put(key: K, value: V): void {
    this.#onAccess();
    this.#original.put(key, this.#policy.wrap(value));
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    this.#onAccess();
    this.#original.putAll(Array.from(entries, ([key, value]) => [key, this.#policy.wrap(value)] as const));
  }

  remove(key: K): void {
    this.#onAccess();
    this.#original.remove(key);
  }

  contains(key: K): boolean {
    this.#onAccess();
    return this.#read(key) !== null;
  }

  /** Counts expired entries that nothing has removed, as Flink does. */
  isEmpty(): boolean {
    this.#onAccess();
    return this.#original.isEmpty();
  }

  *entries(): IterableIterator<[K, V]> {
    this.#onAccess();
    for (const key of Array.from(this.#original.keys())) {
      const stored = this.#read(key);
      if (stored !== null) yield [key, stored.value];
    }
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  clear(): void {
    this.#onAccess();
    this.#original.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#original.setCurrentNamespace(namespace);
  }

  mergeNamespaces(): void {
    this.#original.mergeNamespaces();
  }

  /** Reads an entry as the policy says: renews it, or removes it and shows it at most once. */
  #read(key: K): TtlValue<V> | null {
    const stored = this.#original.get(key);
    if (stored === null) return null;
    if (this.#policy.isExpired(stored)) {
      this.#original.remove(key);
      return this.#policy.returnsExpired ? stored : null;
    }
    if (this.#policy.renewsOnRead) this.#original.put(key, this.#policy.wrap(stored.value));
    return stored;
  }
}
