/**
 * Removed entries, remembered for deltas: a delta says of each which key and namespace is gone. They are kept from the
 * first incremental snapshot on, until a completed checkpoint covers them.
 */

/** An entry that was removed in a generation. @internal */
export interface Removal {
  readonly key: unknown;
  readonly namespace: unknown;
  readonly generation: number;
}

/** The removals of one state, by key group, in order of generation. @internal */
export class Removals {
  #groups = new Map<number, Removal[]>();

  add(group: number, removal: Removal): void {
    const list = this.#groups.get(group);
    if (list === undefined) this.#groups.set(group, [removal]);
    else list.push(removal);
  }

  /** Removals of a key group with `after < generation <= until`. */
  between(group: number, after: number, until: number): readonly Removal[] {
    const list = this.#groups.get(group);
    if (list === undefined) return [];
    return list.filter((removal) => removal.generation > after && removal.generation <= until);
  }

  /** Forgets the removals of generations up to this one. */
  dropUntil(generation: number): void {
    for (const [group, list] of this.#groups) {
      const kept = list.filter((removal) => removal.generation > generation);
      if (kept.length === 0) this.#groups.delete(group);
      else this.#groups.set(group, kept);
    }
  }

  clear(): void {
    this.#groups = new Map();
  }
}
