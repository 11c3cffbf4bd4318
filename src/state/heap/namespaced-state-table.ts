/**
 * A state table with namespaces: per key group an index from key to the entries of the key. Those are a short chain, walked
 * by comparing namespaces, until they are many; then a Map by namespace. Most keys have one or two windows at a time, and
 * a Map for each would cost more than all the values.
 */

import type { Type } from '../type.js';
import { EntryIndex } from './entry-index.js';
import { type HeapContext, hashOf, type MapKey } from './heap-context.js';
import { namespaceEquality } from './namespace-equality.js';
import { Removals } from './removals.js';
import { NamespacedEntry, NEVER_SAVED, StateEntry } from './state-entry.js';
import type { StateTable } from './state-table.js';

/** Up to this many namespaces of one key are a chain: a walk over eight costs as much as one Map lookup. */
const LONGEST_CHAIN = 8;

/** What the index holds for a key of many namespaces. */
class ManyEntries extends StateEntry {
  readonly byNamespace = new Map<MapKey, NamespacedEntry>();

  constructor(key: unknown) {
    super(key, undefined, 0, 0);
  }
}

type Slot = NamespacedEntry | ManyEntries;
interface Group {
  readonly index: EntryIndex;
  size: number;
}

/** See the file comment. @internal */
export class NamespacedStateTable implements StateTable {
  readonly removals = new Removals();
  readonly #context: HeapContext;
  readonly #groups: (Group | undefined)[];
  readonly #equals: (a: unknown, b: unknown) => boolean;
  readonly #mapKeyOf: (namespace: never) => MapKey;
  #namespace: unknown = undefined;
  #cachedSequence = -1;
  #cached: NamespacedEntry | undefined = undefined;
  /** The slot of the current key, so that its further namespaces cost no further lookup. */
  #slotSequence = -1;
  #slot: Slot | undefined = undefined;

  constructor(context: HeapContext, namespaceType: Type<unknown>) {
    this.#context = context;
    this.#groups = new Array(context.groupCount).fill(undefined);
    const mapKeyOf = namespaceType.mapKey;
    if (mapKeyOf === undefined) throw new TypeError(`${namespaceType.name} cannot be a namespace type.`);
    this.#mapKeyOf = mapKeyOf;
    this.#equals = namespaceEquality(namespaceType);
  }

  find(): StateEntry | undefined {
    const context = this.#context;
    if (this.#cachedSequence === context.sequence) return this.#cached;
    if (this.#slotSequence !== context.sequence) {
      this.#slot = this.#lookup(context.group, context.currentHash(), context.mapKey);
      this.#slotSequence = context.sequence;
    }
    const slot = this.#slot;
    const entry = slot === undefined ? undefined : this.#inSlot(slot, this.#namespace);
    this.#cached = entry;
    this.#cachedSequence = context.sequence;
    return entry;
  }

  create(value: unknown): void {
    const context = this.#context;
    const entry = new NamespacedEntry(context.key, this.#namespace, value, context.generation, NEVER_SAVED);
    this.#add(context.group, context.currentHash(), context.mapKey, entry);
    this.#cached = entry;
    this.#cachedSequence = context.sequence;
  }

  remove(group: number, entry: StateEntry): void {
    const context = this.#context;
    if (entry.touched !== context.generation) context.touch(this, entry, group);
    const isCurrent = entry.key === context.key;
    const mapKey = isCurrent ? context.mapKey : context.identify(entry.key);
    this.#take(group, isCurrent ? context.currentHash() : hashOf(mapKey), mapKey, entry as NamespacedEntry);
    if (context.isRememberedAfterRemoval(entry)) {
      const { namespace } = entry as NamespacedEntry;
      this.removals.add(group, { key: entry.key, namespace, generation: context.generation });
    }
  }

  setNamespace(namespace: unknown): void {
    if (namespace === this.#namespace) return;
    this.#namespace = namespace;
    this.#cachedSequence = -1;
  }

  namespaceOf(entry: StateEntry): unknown {
    return (entry as NamespacedEntry).namespace;
  }

  restore(group: number, key: unknown, mapKey: MapKey, namespace: unknown, value: unknown): void {
    this.forget(group, mapKey, namespace);
    this.#add(group, hashOf(mapKey), mapKey, new NamespacedEntry(key, namespace, value, 0, 0));
  }

  peek(group: number, mapKey: MapKey, namespace: unknown): NamespacedEntry | undefined {
    const slot = this.#lookup(group, hashOf(mapKey), mapKey);
    return slot === undefined ? undefined : this.#inSlot(slot, namespace);
  }

  forget(group: number, mapKey: MapKey, namespace: unknown): void {
    const entry = this.peek(group, mapKey, namespace);
    if (entry !== undefined) this.#take(group, hashOf(mapKey), mapKey, entry);
  }

  *entries(group: number): Generator<StateEntry, undefined, undefined> {
    const slots = this.#groups[group]?.index.entries();
    if (slots === undefined) return undefined;
    for (let step = slots.next(); !step.done; step = slots.next()) {
      const slot = step.value as Slot;
      if (slot instanceof ManyEntries) yield* slot.byNamespace.values();
      else yield* chainOf(slot);
    }
    return undefined;
  }

  size(group: number): number {
    return this.#groups[group]?.size ?? 0;
  }

  clear(): void {
    this.#groups.fill(undefined);
    this.#slotSequence = -1;
    this.#cachedSequence = -1;
    this.#cached = undefined;
    this.removals.clear();
  }

  #lookup(group: number, hash: number, mapKey: MapKey): Slot | undefined {
    const index = this.#groups[group]?.index;
    if (index === undefined) return undefined;
    const context = this.#context;
    const found = context.keysAreIdentities
      ? index.find(hash, mapKey)
      : index.findIdentity(hash, mapKey, context.identify);
    return found as Slot | undefined;
  }

  #inSlot(slot: Slot, namespace: unknown): NamespacedEntry | undefined {
    if (slot instanceof ManyEntries) return slot.byNamespace.get(this.#mapKeyOf(namespace as never));
    for (let entry: NamespacedEntry | undefined = slot; entry !== undefined; entry = entry.next) {
      if (this.#equals(entry.namespace, namespace)) return entry;
    }
    return undefined;
  }

  #add(group: number, hash: number, mapKey: MapKey, entry: NamespacedEntry): void {
    this.#slotSequence = -1;
    let owner = this.#groups[group];
    if (owner === undefined) {
      owner = { index: new EntryIndex(), size: 0 };
      this.#groups[group] = owner;
    }
    owner.size++;
    const slot = this.#lookup(group, hash, mapKey);
    if (slot === undefined) {
      owner.index.add(hash, entry);
    } else if (slot instanceof ManyEntries) {
      slot.byNamespace.set(this.#mapKeyOf(entry.namespace as never), entry);
    } else if (!appendTo(slot, entry)) {
      const many = new ManyEntries(slot.key);
      const all = many.byNamespace;
      for (const linked of chainOf(slot)) all.set(this.#mapKeyOf(linked.namespace as never), linked);
      all.set(this.#mapKeyOf(entry.namespace as never), entry);
      owner.index.replace(hash, slot, many);
    }
  }

  #take(group: number, hash: number, mapKey: MapKey, entry: NamespacedEntry): void {
    const owner = this.#groups[group]!;
    const slot = this.#lookup(group, hash, mapKey)!;
    owner.size--;
    this.#slotSequence = -1;
    if (this.#cached === entry) this.#cached = undefined;
    if (slot instanceof ManyEntries) {
      slot.byNamespace.delete(this.#mapKeyOf(entry.namespace as never));
      if (slot.byNamespace.size === 0) owner.index.delete(hash, slot);
      return;
    }
    const head = withoutEntry(slot, entry);
    if (head === undefined) owner.index.delete(hash, slot);
    else if (head !== slot) owner.index.replace(hash, slot, head);
  }
}

/** A copy of a chain, safe while the chain changes. */
function chainOf(head: NamespacedEntry): NamespacedEntry[] {
  const chain: NamespacedEntry[] = [];
  for (let entry: NamespacedEntry | undefined = head; entry !== undefined; entry = entry.next) chain.push(entry);
  return chain;
}

/** Appends to a chain unless it is at its limit. */
function appendTo(head: NamespacedEntry, entry: NamespacedEntry): boolean {
  let last = head;
  let length = 1;
  while (last.next !== undefined) {
    last = last.next;
    length++;
  }
  if (length >= LONGEST_CHAIN) return false;
  last.next = entry;
  return true;
}

/** Unlinks an entry; the new head, undefined when none is left. */
function withoutEntry(head: NamespacedEntry, entry: NamespacedEntry): NamespacedEntry | undefined {
  if (head === entry) return entry.next;
  let before = head;
  while (before.next !== undefined && before.next !== entry) before = before.next;
  before.next = entry.next;
  return head;
}
