/**
 * The values of one state: an index for each key group, from key to entry. The lookup of the current key is remembered, so
 * that a read followed by a write is one lookup.
 */

import { EntryIndex } from './entry-index.js';
import { type HeapContext, hashOf, type MapKey } from './heap-context.js';
import { Removals } from './removals.js';
import { NEVER_SAVED, StateEntry } from './state-entry.js';

/** The values of one state. @internal */
export interface StateTable {
  readonly removals: Removals;
  /** The entry of the current key and namespace. */
  find(): StateEntry | undefined;
  /** Adds the entry of the current key and namespace, which has none. */
  create(value: unknown): void;
  /** Removes an entry of a key group; snapshots see it before. */
  remove(group: number, entry: StateEntry): void;
  /** Every later `find` and `create` is for this namespace. */
  setNamespace(namespace: unknown): void;
  namespaceOf(entry: StateEntry): unknown;
  /** Puts a restored value in, as if it had always been there. */
  restore(group: number, key: unknown, mapKey: MapKey, namespace: unknown, value: unknown): void;
  /** The entry of a key that need not be the current one. */
  peek(group: number, mapKey: MapKey, namespace: unknown): StateEntry | undefined;
  /** Takes an entry out that a delta says is gone. */
  forget(group: number, mapKey: MapKey, namespace: unknown): void;
  /** The entries of a key group; live: it may be read on after changes. */
  entries(group: number): Iterator<StateEntry>;
  /** Number of entries of a key group. */
  size(group: number): number;
  clear(): void;
}

const NO_ENTRIES: Iterator<StateEntry> = { next: () => ({ done: true, value: undefined }) };

/** A state table without namespaces. @internal */
export class PlainStateTable implements StateTable {
  readonly removals = new Removals();
  readonly #context: HeapContext;
  readonly #groups: (EntryIndex | undefined)[];
  #cachedSequence = -1;
  #cached: StateEntry | undefined = undefined;

  constructor(context: HeapContext) {
    this.#context = context;
    this.#groups = new Array(context.groupCount).fill(undefined);
  }

  find(): StateEntry | undefined {
    const context = this.#context;
    if (this.#cachedSequence === context.sequence) return this.#cached;
    const entry = this.#lookup(context.group, context.currentHash(), context.mapKey);
    this.#cached = entry;
    this.#cachedSequence = context.sequence;
    return entry;
  }

  create(value: unknown): void {
    const context = this.#context;
    const entry = new StateEntry(context.key, value, context.generation, NEVER_SAVED);
    this.#indexOf(context.group).add(context.currentHash(), entry);
    this.#cached = entry;
    this.#cachedSequence = context.sequence;
  }

  remove(group: number, entry: StateEntry): void {
    const context = this.#context;
    if (entry.touched !== context.generation) context.touch(this, entry, group);
    const index = this.#groups[group];
    if (index === undefined) return;
    index.delete(entry.key === context.key ? context.currentHash() : hashOf(context.identify(entry.key)), entry);
    if (this.#cached === entry) this.#cached = undefined;
    if (context.isRememberedAfterRemoval(entry)) {
      this.removals.add(group, { key: entry.key, namespace: null, generation: context.generation });
    }
  }

  setNamespace(_namespace: unknown): void {
    // There is one namespace.
  }

  namespaceOf(_entry: StateEntry): unknown {
    return null;
  }

  restore(group: number, key: unknown, mapKey: MapKey, _namespace: unknown, value: unknown): void {
    const hash = hashOf(mapKey);
    const present = this.#lookup(group, hash, mapKey);
    const entry = new StateEntry(key, value, 0, 0);
    if (present !== undefined) this.#indexOf(group).delete(hash, present);
    this.#indexOf(group).add(hash, entry);
  }

  peek(group: number, mapKey: MapKey, _namespace: unknown): StateEntry | undefined {
    return this.#lookup(group, hashOf(mapKey), mapKey);
  }

  forget(group: number, mapKey: MapKey, _namespace: unknown): void {
    const hash = hashOf(mapKey);
    const entry = this.#lookup(group, hash, mapKey);
    if (entry !== undefined) this.#indexOf(group).delete(hash, entry);
  }

  entries(group: number): Iterator<StateEntry> {
    return this.#groups[group]?.entries() ?? NO_ENTRIES;
  }

  size(group: number): number {
    return this.#groups[group]?.size ?? 0;
  }

  clear(): void {
    this.#groups.fill(undefined);
    this.#cachedSequence = -1;
    this.#cached = undefined;
    this.removals.clear();
  }

  #lookup(group: number, hash: number, mapKey: MapKey): StateEntry | undefined {
    const index = this.#groups[group];
    if (index === undefined) return undefined;
    const context = this.#context;
    return context.keysAreIdentities ? index.find(hash, mapKey) : index.findIdentity(hash, mapKey, context.identify);
  }

  #indexOf(group: number): EntryIndex {
    let index = this.#groups[group];
    if (index === undefined) {
      index = new EntryIndex();
      this.#groups[group] = index;
    }
    return index;
  }
}
