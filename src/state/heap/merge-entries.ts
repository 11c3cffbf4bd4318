/** Merging windows: the values of several namespaces of the current key become the value of one. */

import type { HeapContext } from './heap-context.js';
import type { StateTable } from './state-table.js';

/** Takes the values of `sources` out, in order, and folds them into that of `target`. @internal */
export function mergeEntries(
  context: HeapContext,
  table: StateTable,
  how: {
    readonly target: unknown;
    readonly sources: readonly unknown[];
    readonly merge: (a: unknown, b: unknown) => unknown;
  },
): void {
  let merged: unknown;
  for (const source of how.sources) {
    table.setNamespace(source);
    const entry = table.find();
    if (entry === undefined) continue;
    table.remove(context.group, entry);
    merged = merged === undefined ? entry.value : how.merge(merged, entry.value);
  }
  table.setNamespace(how.target);
  if (merged === undefined) return;
  const target = table.find();
  if (target === undefined) {
    table.create(merged);
    return;
  }
  if (target.touched !== context.generation) context.touch(table, target);
  target.value = how.merge(target.value, merged);
}
