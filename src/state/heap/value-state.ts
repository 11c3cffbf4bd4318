/** State handles that hold one value: value, reducing and aggregating state on the heap. */

import { FlinkError } from '../../common/errors.js';
import type { FoldingState, FoldStep, NamespacedState } from '../keyed-state-backend.js';
import type { AggregateFunction, AggregatingState, Reducer, ReducingState, ValueState } from '../state-descriptor.js';
import type { HeapContext } from './heap-context.js';
import { mergeEntries } from './merge-entries.js';
import { RESTORED } from './state-entry.js';
import type { StateTable } from './state-table.js';

/** A value; reading an object counts as a change, since it may be changed in place. @internal */
export class HeapValueState<T> implements ValueState<T>, NamespacedState<unknown> {
  readonly #context: HeapContext;
  readonly #table: StateTable;

  constructor(context: HeapContext, table: StateTable) {
    this.#context = context;
    this.#table = table;
  }

  value(): T | null {
    const entry = this.#table.find();
    if (entry === undefined) return null;
    const value = entry.value;
    if (typeof value === 'object' && entry.touched !== this.#context.generation)
      this.#context.touch(this.#table, entry);
    return value as T;
  }

  update(value: T | null): void {
    if (value === null || value === undefined) {
      this.clear();
      return;
    }
    const table = this.#table;
    const entry = table.find();
    if (entry === undefined) {
      table.create(value);
      return;
    }
    if (entry.touched !== this.#context.generation) this.#context.touch(table, entry);
    entry.value = value;
  }

  clear(): void {
    const entry = this.#table.find();
    if (entry !== undefined) this.#table.remove(this.#context.group, entry);
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setNamespace(namespace);
  }

  mergeNamespaces(): void {
    throw new FlinkError('UNSUPPORTED', 'Value state cannot be merged over windows; use reducing or list state.');
  }
}

/** A value that is folded with what is added. @internal */
export class HeapReducingState<T> implements ReducingState<T>, NamespacedState<unknown>, FoldingState<T> {
  readonly #context: HeapContext;
  readonly #table: StateTable;
  readonly #value: HeapValueState<T>;
  readonly #reducer: Reducer<T>;

  constructor(context: HeapContext, table: StateTable, reducer: Reducer<T>) {
    this.#context = context;
    this.#table = table;
    this.#value = new HeapValueState(context, table);
    this.#reducer = reducer;
  }

  get(): T | null {
    return this.#value.value();
  }

  add(value: T): void {
    if (value === null || value === undefined) {
      this.#value.clear();
      return;
    }
    const current = this.#value.value();
    this.#value.update(current === null ? value : this.#reducer(current, value));
  }

  /** See `FoldingState`. */
  fold(value: T): FoldStep {
    if (value === null || value === undefined) return this.#clearByNull();
    const context = this.#context;
    const table = this.#table;
    const entry = table.find();
    if (entry === undefined) {
      table.create(value);
      return 'CREATED';
    }
    const isFirst = entry.touched === RESTORED;
    if (entry.touched !== context.generation) context.touch(table, entry);
    const next = this.#reducer(entry.value as T, value);
    if (next === null || next === undefined) return this.#clearByNull();
    entry.value = next;
    return isFirst ? 'RESTORED' : 'FOLDED';
  }

  #clearByNull(): 'CLEARED' {
    this.#value.clear();
    return 'CLEARED';
  }

  /** Replaces the value without folding. */
  set(value: T): void {
    this.#value.update(value);
  }

  clear(): void {
    this.#value.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    mergeEntries(this.#context, this.#table, { target, sources, merge: this.#reducer as Reducer<unknown> });
  }
}

/** An accumulator that values are added to. @internal */
export class HeapAggregatingState<IN, ACC, OUT>
  implements AggregatingState<IN, OUT>, NamespacedState<unknown>, FoldingState<IN>
{
  readonly #context: HeapContext;
  readonly #table: StateTable;
  readonly #accumulator: HeapValueState<ACC>;
  readonly #aggregate: AggregateFunction<IN, ACC, OUT>;

  constructor(context: HeapContext, table: StateTable, aggregate: AggregateFunction<IN, ACC, OUT>) {
    this.#context = context;
    this.#table = table;
    this.#accumulator = new HeapValueState(context, table);
    this.#aggregate = aggregate;
  }

  get(): OUT | null {
    const accumulator = this.#accumulator.value();
    return accumulator === null ? null : this.#aggregate.getResult(accumulator);
  }

  add(value: IN): void {
    if (value === null || value === undefined) {
      this.#accumulator.clear();
      return;
    }
    const current = this.#accumulator.value();
    const aggregate = this.#aggregate;
    this.#accumulator.update(aggregate.add(value, current === null ? aggregate.createAccumulator() : current));
  }

  /** See `FoldingState`. */
  fold(value: IN): FoldStep {
    if (value === null || value === undefined) {
      this.#accumulator.clear();
      return 'CLEARED';
    }
    const context = this.#context;
    const table = this.#table;
    const aggregate = this.#aggregate;
    const entry = table.find();
    if (entry === undefined) {
      const created = aggregate.add(value, aggregate.createAccumulator());
      if (created === null || created === undefined) return 'CLEARED';
      table.create(created);
      return 'CREATED';
    }
    const isFirst = entry.touched === RESTORED;
    if (entry.touched !== context.generation) context.touch(table, entry);
    const next = aggregate.add(value, entry.value as ACC);
    if (next === null || next === undefined) {
      this.#accumulator.clear();
      return 'CLEARED';
    }
    entry.value = next;
    return isFirst ? 'RESTORED' : 'FOLDED';
  }

  /** The accumulator itself, for a time to live. */
  getAccumulator(): ACC | null {
    return this.#accumulator.value();
  }

  updateAccumulator(accumulator: ACC): void {
    this.#accumulator.update(accumulator);
  }

  clear(): void {
    this.#accumulator.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#table.setNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    const aggregate = this.#aggregate;
    const merge = (a: unknown, b: unknown): unknown => {
      if (aggregate.merge === undefined) {
        throw new FlinkError('UNSUPPORTED', 'The aggregate function has no merge, which merging windows need.');
      }
      return aggregate.merge(a as ACC, b as ACC);
    };
    mergeEntries(this.#context, this.#table, { target, sources, merge });
  }
}
