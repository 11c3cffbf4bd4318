/**
 * Descriptors name a state and say how its values are stored; the state handles are what a function reads and writes.
 * The names and the meaning are Flink's. Where no type is given, values are stored as MessagePack (`Types.ANY`).
 */

import type { StateTtlConfig } from './state-ttl-config.js';
import type { Type } from './type.js';
import { Types } from './types.js';

/** State of the current key: null where nothing is stored. */
export interface ValueState<T> {
  /** The stored value, or null when there is none. */
  value(): T | null;
  /** Stores a value; null clears. */
  update(value: T | null): void;
  clear(): void;
}

/** A list of the current key. */
export interface ListState<T> {
  /** The elements in order, empty when there are none; must not be changed. */
  get(): readonly T[];
  add(value: T): void;
  addAll(values: Iterable<T>): void;
  /** Replaces all elements; an empty iterable clears. */
  update(values: Iterable<T>): void;
  clear(): void;
}

/** A map of the current key. */
export interface MapState<K, V> {
  /** The value of a key, or null when there is none. */
  get(key: K): V | null;
  put(key: K, value: V): void;
  putAll(entries: Iterable<readonly [K, V]>): void;
  remove(key: K): void;
  contains(key: K): boolean;
  isEmpty(): boolean;
  entries(): IterableIterator<[K, V]>;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  clear(): void;
}

/** State that folds what is added into one value of the same type. */
export interface ReducingState<T> {
  get(): T | null;
  add(value: T): void;
  clear(): void;
}

/** State that folds what is added into an accumulator. */
export interface AggregatingState<IN, OUT> {
  get(): OUT | null;
  add(value: IN): void;
  clear(): void;
}

/** Folds values through an accumulator; `merge` is needed for session windows only. */
export interface AggregateFunction<IN, ACC, OUT> {
  createAccumulator(): ACC;
  add(value: IN, accumulator: ACC): ACC;
  getResult(accumulator: ACC): OUT;
  merge?(a: ACC, b: ACC): ACC;
}

/** Folds two values into one. Declared as a method, so that a descriptor of a type is one of `unknown`. */
export type Reducer<T> = { reduce(a: T, b: T): T }['reduce'];

/** Flink's names of the kinds of keyed state. */
export type StateKind = 'VALUE' | 'LIST' | 'MAP' | 'REDUCING' | 'AGGREGATING';

abstract class BaseDescriptor {
  /** The name, unique in its operator. */
  readonly name: string;
  #ttl: StateTtlConfig | undefined;

  constructor(name: string) {
    if (typeof name !== 'string' || name === '') throw new TypeError('A state descriptor needs a name.');
    this.name = name;
  }

  /** The time to live, if one was set. */
  get ttl(): StateTtlConfig | undefined {
    return this.#ttl;
  }

  /** Lets values expire after a time. */
  enableTimeToLive(ttl: StateTtlConfig): this {
    this.#ttl = ttl;
    return this;
  }
}

/** Describes a {@link ValueState}. */
export class ValueStateDescriptor<T> extends BaseDescriptor {
  readonly kind = 'VALUE';
  readonly type: Type<T>;

  constructor(name: string, type: Type<T> = Types.ANY<T>()) {
    super(name);
    this.type = type;
  }
}

/** Describes a {@link ListState}; the type is that of an element. */
export class ListStateDescriptor<T> extends BaseDescriptor {
  readonly kind = 'LIST';
  readonly type: Type<T>;

  constructor(name: string, type: Type<T> = Types.ANY<T>()) {
    super(name);
    this.type = type;
  }
}

/** Describes a {@link MapState}. */
export class MapStateDescriptor<K, V> extends BaseDescriptor {
  readonly kind = 'MAP';
  readonly keyType: Type<K>;
  readonly type: Type<V>;

  constructor(name: string, keyType: Type<K> = Types.ANY<K>(), valueType: Type<V> = Types.ANY<V>()) {
    super(name);
    this.keyType = keyType;
    this.type = valueType;
  }
}

/** Describes a {@link ReducingState}. */
export class ReducingStateDescriptor<T> extends BaseDescriptor {
  readonly kind = 'REDUCING';
  readonly reducer: Reducer<T>;
  readonly type: Type<T>;

  constructor(name: string, reducer: Reducer<T>, type: Type<T> = Types.ANY<T>()) {
    super(name);
    this.reducer = reducer;
    this.type = type;
  }
}

/** Describes an {@link AggregatingState}; the type is that of the accumulator. */
export class AggregatingStateDescriptor<IN, ACC, OUT> extends BaseDescriptor {
  readonly kind = 'AGGREGATING';
  readonly aggregate: AggregateFunction<IN, ACC, OUT>;
  readonly type: Type<ACC>;

  constructor(name: string, aggregate: AggregateFunction<IN, ACC, OUT>, type: Type<ACC> = Types.ANY<ACC>()) {
    super(name);
    this.aggregate = aggregate;
    this.type = type;
  }
}
