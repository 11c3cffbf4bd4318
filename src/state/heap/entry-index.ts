/**
 * Finds the entry of a key in one key group: a table with open addressing, whose slots hold the hash beside the entry. The
 * hash is the one that has just chosen the key group, so nothing is hashed twice, and a lookup touches a slot and the
 * entry; a Map touches a bucket, its own entry, perhaps the keys of others, and then ours (docs/design/performance.md).
 */

import type { MapKey } from './heap-context.js';
import type { StateEntry } from './state-entry.js';

const FIRST_SLOTS = 8;
/** In the place of a hash, which is never negative. */
const EMPTY = -1;
const REMOVED = -2;
/** 2^32 divided by the golden ratio: spreads hashes that share their lowest bits, as those of one key group do. */
const SPREAD = 0x9e3779b1 | 0;

/** See the file comment. @internal */
export class EntryIndex {
  /** Number of entries. */
  size = 0;
  /** Another number whenever the entries have got other slots. */
  #layout = 0;
  /** Hash and entry by turns. */
  #slots = emptySlots(FIRST_SLOTS);
  #mask = 2 * FIRST_SLOTS - 1;
  #shift = 32 - Math.log2(FIRST_SLOTS);
  /** Slots that are not empty; what was removed fills its slot until the next growth. */
  #filled = 0;

  /** The entry of a key that is its own identity. */
  find(hash: number, key: unknown): StateEntry | undefined {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1;
    for (;;) {
      const found = slots[at] as number;
      if (found === hash) {
        const entry = slots[at + 1] as StateEntry;
        if (entry.key === key) return entry;
      } else if (found === EMPTY) return undefined;
      at = (at + 2) & mask;
    }
  }

  /** The entry of a key whose identity is made of it. */
  findIdentity(hash: number, mapKey: MapKey, identify: (key: unknown) => MapKey): StateEntry | undefined {
    const slots = this.#slots;
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1;
    for (; slots[at] !== EMPTY; at = (at + 2) & this.#mask) {
      if (slots[at] !== hash) continue;
      const entry = slots[at + 1] as StateEntry;
      const identity = identify(entry.key);
      if (identity === mapKey || (Number.isNaN(identity) && Number.isNaN(mapKey))) return entry;
    }
    return undefined;
  }

  /** Adds the entry of a key that has none. */
  add(hash: number, entry: StateEntry): void {
    const capacity = (this.#mask + 1) >> 1;
    if ((this.#filled + 1) * 3 > capacity * 2) this.#resize(this.size * 3 > capacity ? capacity * 2 : capacity);
    this.#put(hash, entry);
    this.#filled++;
    this.size++;
  }

  /** Puts an entry of the same key in the slot of another one. */
  replace(hash: number, entry: StateEntry, by: StateEntry): void {
    const slots = this.#slots;
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1;
    for (; slots[at] !== EMPTY; at = (at + 2) & this.#mask) {
      if (slots[at + 1] !== entry) continue;
      slots[at + 1] = by;
      return;
    }
  }

  /** Takes an entry out, if it is there. */
  delete(hash: number, entry: StateEntry): void {
    const slots = this.#slots;
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1;
    for (; slots[at] !== EMPTY; at = (at + 2) & this.#mask) {
      if (slots[at + 1] !== entry) continue;
      slots[at] = REMOVED;
      slots[at + 1] = undefined;
      this.size--;
      return;
    }
  }

  /** All entries; live: it goes on after changes, and shows an entry again when the slots were laid out anew. */
  entries(): Iterator<StateEntry> {
    let layout = this.#layout;
    let at = 1;
    return {
      next: () => {
        if (layout !== this.#layout) {
          layout = this.#layout;
          at = 1;
        }
        const slots = this.#slots;
        for (; at < slots.length; at += 2) {
          const entry = slots[at] as StateEntry | undefined;
          if (entry === undefined) continue;
          at += 2;
          return { done: false, value: entry };
        }
        return { done: true, value: undefined };
      },
    };
  }

  #put(hash: number, entry: StateEntry): void {
    const slots = this.#slots;
    let at = (Math.imul(hash, SPREAD) >>> this.#shift) << 1;
    while (slots[at] !== EMPTY) at = (at + 2) & this.#mask;
    slots[at] = hash;
    slots[at + 1] = entry;
  }

  #resize(capacity: number): void {
    const old = this.#slots;
    this.#slots = emptySlots(capacity);
    this.#mask = 2 * capacity - 1;
    this.#shift = 32 - Math.log2(capacity);
    this.#filled = this.size;
    this.#layout++;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] !== undefined) this.#put(old[at] as number, old[at + 1] as StateEntry);
    }
  }
}

/** Made of both kinds of elements from the start, so that all tables are of one kind to the compiler. */
function emptySlots(capacity: number): unknown[] {
  const slots: unknown[] = new Array(2 * capacity).fill(undefined);
  for (let at = 0; at < slots.length; at += 2) slots[at] = EMPTY;
  return slots;
}
