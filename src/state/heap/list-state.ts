/** List state on the heap: an array that is appended to in place. */

import { FlinkError } from '../../common/errors.js';
import type { FoldingState, FoldStep, NamespacedState } from '../keyed-state-backend.js';
import type { ListState } from '../state-descriptor.js';
import type { HeapContext } from './heap-context.js';
import { mergeEntries } from './merge-entries.js';
import { RESTORED } from './state-entry.js';
import type { StateTable } from './state-table.js';

const EMPTY: readonly never[] = Object.freeze([]);

/** See the file comment. @internal */
export class HeapListState<T> implements ListState<T>, NamespacedState<unknown>, FoldingState<T> {
  readonly #context: HeapContext;
  readonly #table: StateTable;

  constructor(context: HeapContext, table: StateTable) {
    this.#context = context;
    this.#table = table;
  }

  get(): readonly T[] {
    return this.#touched() ?? EMPTY;
  }

  add(value: T): void {
    if (value === null || value === undefined) throw noNull();
    const list = this.#touched();
    if (list === undefined) this.#table.create([value]);
    else list.push(value);
  }

  /** See `FoldingState`. */
  fold(value: T): FoldStep {
    if (value === null || value === undefined) throw noNull();
    const entry = this.#table.find();
    if (entry === undefined) {
      this.#table.create([value]);
      return 'CREATED';
    }
    const isFirst = entry.touched === RESTORED;
    if (entry.touched !== this.#context.generation) this.#context.touch(this.#table, entry);
    (entry.value as T[]).push(value);
    return isFirst ? 'RESTORED' : 'FOLDED';
  }

  addAll(values: Iterable<T>): void {
    const added = toList(values);
    if (added.length === 0) return;
    const list = this.#touched();
    if (list === undefined) this.#table.create(added);
    else for (const value of added) list.push(value);
  }

  update(values: Iterable<T>): void {
    const list = toList(values);
    if (list.length === 0) {
      this.clear();
      return;
    }
    const entry = this.#table.find();
    if (entry === undefined) {
      this.#table.create(list);
      return;
    }
    if (entry.touched !== this.#context.generation) this.#context.touch(this.#table, entry);
    entry.value = list;
  }

  clear(): void {
    const entry = this.#table.find();
    if (entry !== undefined) this.#table.remove(this.#context.group, entry);
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    const merge = (a: unknown, b: unknown): unknown => {
      for (const value of b as T[]) (a as T[]).push(value);
      return a;
    };
    mergeEntries(this.#context, this.#table, { target, sources, merge });
  }

  #touched(): T[] | undefined {
    const entry = this.#table.find();
    if (entry === undefined) return undefined;
    if (entry.touched !== this.#context.generation) this.#context.touch(this.#table, entry);
    return entry.value as T[];
  }
}

function toList<T>(values: Iterable<T>): T[] {
  const list = Array.from(values);
  for (const value of list) if (value === null || value === undefined) throw noNull();
  return list;
}

function noNull(): FlinkError {
  return new FlinkError('VALUE_INVALID', 'List state holds no null and no undefined.');
}
