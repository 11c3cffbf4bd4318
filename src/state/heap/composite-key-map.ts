/**
 * A Map whose keys are equal by value: tuples, rows and plain objects as keys of map state. JavaScript's Map would take
 * two equal arrays for two keys.
 */

import { DataOutput } from '../data-output.js';
import type { Type } from '../type.js';
import type { MapKey } from './heap-context.js';

/** What map state needs of a Map. @internal */
export interface MapLike<K, V> {
  readonly size: number;
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
  has(key: K): boolean;
  delete(key: K): boolean;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[K, V]>;
  [Symbol.iterator](): IterableIterator<[K, V]>;
}

/** See the file comment. @internal */
export class CompositeKeyMap<K, V> implements MapLike<K, V> {
  readonly #identityOf: (key: K) => MapKey;
  readonly #entries = new Map<MapKey, [K, V]>();

  constructor(identityOf: (key: K) => MapKey) {
    this.#identityOf = identityOf;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(this.#identityOf(key))?.[1];
  }

  set(key: K, value: V): this {
    const identity = this.#identityOf(key);
    const entry = this.#entries.get(identity);
    if (entry === undefined) this.#entries.set(identity, [key, value]);
    else entry[1] = value;
    return this;
  }

  has(key: K): boolean {
    return this.#entries.has(this.#identityOf(key));
  }

  delete(key: K): boolean {
    return this.#entries.delete(this.#identityOf(key));
  }

  *keys(): IterableIterator<K> {
    for (const entry of this.#entries.values()) yield entry[0];
  }

  *values(): IterableIterator<V> {
    for (const entry of this.#entries.values()) yield entry[1];
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.#entries.values()) yield [key, value];
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }
}

const PRIMITIVE_KEYS = new Set(['STRING', 'BOOLEAN', 'BYTE', 'SHORT', 'INT', 'LONG', 'LONG_BIGINT']);

/** Makes the maps of a map state: JavaScript's own where keys are primitive by type. @internal */
export function mapMaker<K, V>(keyType: Type<K>): () => MapLike<K, V> {
  if (PRIMITIVE_KEYS.has(keyType.name)) return () => new Map<K, V>();
  const identityOf = keyType.mapKey ?? bytesIdentity(keyType);
  return () => new CompositeKeyMap<K, V>(identityOf);
}

/** Keys of a type without identities are as equal as their bytes; primitives are themselves. */
function bytesIdentity<K>(keyType: Type<K>): (key: K) => MapKey {
  const scratch = new DataOutput();
  return (key) => {
    if (typeof key === 'string') return key.charCodeAt(0) === 0 ? `\0s${key}` : key;
    if (typeof key === 'number' || typeof key === 'boolean' || typeof key === 'bigint') return key;
    scratch.reset();
    keyType.serializer.serialize(key, scratch);
    return `\0b${Buffer.from(scratch.view()).toString('latin1')}`;
  };
}
