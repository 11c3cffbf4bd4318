/** How expired values go that nobody reads: a few with each access, or left out of snapshots. */

import type { TtlValue } from '../serializers/window-serializers.js';
import type { StateKind } from '../state-descriptor.js';
import type { MapLike } from './composite-key-map.js';
import type { HeapContext } from './heap-context.js';
import type { StateDefinition } from './state-definition.js';
import type { StateEntry } from './state-entry.js';
import type { StateTable } from './state-table.js';

type IsExpired = (stored: TtlValue<unknown>) => boolean;

/** What is left of a table value without what has expired; undefined when nothing is. @internal */
export function withoutExpired(definition: StateDefinition, value: unknown, isExpired: IsExpired): unknown {
  const kind: StateKind = definition.kind;
  if (kind === 'LIST') {
    const list = value as readonly TtlValue<unknown>[];
    const kept = list.filter((element) => !isExpired(element));
    if (kept.length === list.length) return value;
    return kept.length === 0 ? undefined : kept;
  }
  if (kind === 'MAP') {
    const kept = definition.createMap!();
    const map = value as MapLike<unknown, TtlValue<unknown>>;
    for (const [key, stored] of map) if (!isExpired(stored)) kept.set(key, stored);
    if (kept.size === map.size) return value;
    return kept.size === 0 ? undefined : kept;
  }
  return isExpired(value as TtlValue<unknown>) ? undefined : value;
}

/** What a snapshot writes of a table value; undefined where it writes everything. @internal */
export function snapshotFilter(definition: StateDefinition, now: number): ((value: unknown) => unknown) | undefined {
  const { ttl } = definition;
  if (ttl?.cleanup.type !== 'fullSnapshot') return undefined;
  const isExpired: IsExpired = (stored) => stored.lastAccess + ttl.ttl <= now;
  return (value) => withoutExpired(definition, value, isExpired);
}

/** Walks over a table, some entries with each call, round and round. @internal */
export class IncrementalCleanup {
  readonly #context: HeapContext;
  readonly #table: StateTable;
  readonly #definition: StateDefinition;
  readonly #size: number;
  readonly #isExpired: IsExpired;
  #group = 0;
  #entries: Iterator<StateEntry> | undefined = undefined;

  constructor(
    context: HeapContext,
    table: StateTable,
    how: { readonly definition: StateDefinition; readonly size: number; readonly isExpired: IsExpired },
  ) {
    this.#context = context;
    this.#table = table;
    this.#definition = how.definition;
    this.#size = how.size;
    this.#isExpired = how.isExpired;
  }

  step(): void {
    let turns = 0;
    for (let seen = 0; seen < this.#size; ) {
      this.#entries ??= this.#table.entries(this.#group);
      const step = this.#entries.next();
      if (step.done !== true) {
        this.#clean(step.value);
        seen++;
        continue;
      }
      this.#entries = undefined;
      this.#group = (this.#group + 1) % Math.max(this.#context.groupCount, 1);
      // Empty key groups count too, so that a table that is nearly empty is not walked over at each access.
      if (++turns > this.#size) return;
    }
  }

  #clean(entry: StateEntry): void {
    const kept = withoutExpired(this.#definition, entry.value, this.#isExpired);
    if (kept === entry.value) return;
    if (kept === undefined) {
      this.#table.remove(this.#group, entry);
      return;
    }
    if (entry.touched !== this.#context.generation) this.#context.touch(this.#table, entry, this.#group);
    entry.value = kept;
  }
}
