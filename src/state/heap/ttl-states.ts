/**
 * States with a time to live: each wraps the state that holds the values with their times of access. What is expired is
 * removed when it is read; the details are Flink's, down to who may see an expired value once more.
 */

import type { NamespacedState } from '../keyed-state-backend.js';
import type { TtlValue } from '../serializers/window-serializers.js';
import type { AggregateFunction, AggregatingState, ReducingState, ValueState } from '../state-descriptor.js';
import type { TtlPolicy } from './ttl-policy.js';
import type { HeapAggregatingState, HeapReducingState, HeapValueState } from './value-state.js';

/** What the states with a time to live share. @internal */
export interface TtlParts<S> {
  readonly original: S;
  readonly policy: TtlPolicy;
  /** Called before each access: cleaning up along the way. */
  readonly onAccess: () => void;
}

/** A value with a time to live. @internal */
export class TtlValueState<T> implements ValueState<T>, NamespacedState<unknown> {
  readonly #original: HeapValueState<TtlValue<T>>;
  readonly #policy: TtlPolicy;
  readonly #onAccess: () => void;

  constructor(parts: TtlParts<HeapValueState<TtlValue<T>>>) {
    this.#original = parts.original;
    this.#policy = parts.policy;
    this.#onAccess = parts.onAccess;
  }

  value(): T | null {
    this.#onAccess();
    const stored = this.#original.value();
    if (stored === null) return null;
    if (this.#policy.isExpired(stored)) {
      this.#original.clear();
      return this.#policy.returnsExpired ? stored.value : null;
    }
    if (this.#policy.renewsOnRead) this.#original.update(this.#policy.wrap(stored.value));
    return stored.value;
  }

  update(value: T | null): void {
    this.#onAccess();
    this.#original.update(value === null || value === undefined ? null : this.#policy.wrap(value));
  }

  clear(): void {
    this.#onAccess();
    this.#original.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#original.setCurrentNamespace(namespace);
  }

  mergeNamespaces(): void {
    this.#original.mergeNamespaces();
  }
}

/** The fold of a reducing state over values with times. @internal */
export function ttlReducer<T>(
  reducer: (a: T, b: T) => T,
  policy: TtlPolicy,
): (a: TtlValue<T>, b: TtlValue<T>) => TtlValue<T> {
  return (a, b) => {
    const [left, right] = [policy.visible(a), policy.visible(b)];
    if (left !== null && right !== null) return policy.wrap(reducer(left, right));
    return left === null ? b : a;
  };
}

/** A reducing state with a time to live. @internal */
export class TtlReducingState<T> implements ReducingState<T>, NamespacedState<unknown> {
  readonly #original: HeapReducingState<TtlValue<T>>;
  readonly #policy: TtlPolicy;
  readonly #onAccess: () => void;

  constructor(parts: TtlParts<HeapReducingState<TtlValue<T>>>) {
    this.#original = parts.original;
    this.#policy = parts.policy;
    this.#onAccess = parts.onAccess;
  }

  get(): T | null {
    this.#onAccess();
    const stored = this.#original.get();
    if (stored === null) return null;
    if (this.#policy.isExpired(stored)) {
      this.#original.clear();
      return this.#policy.returnsExpired ? stored.value : null;
    }
    if (this.#policy.renewsOnRead) this.#original.set(this.#policy.wrap(stored.value));
    return stored.value;
  }

  add(value: T): void {
    this.#onAccess();
    this.#original.add(this.#policy.wrap(value));
  }

  clear(): void {
    this.#onAccess();
    this.#original.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#original.setCurrentNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    this.#original.mergeNamespaces(target, sources);
  }
}

/** The aggregate function of an aggregating state over accumulators with times. @internal */
export function ttlAggregate<IN, ACC, OUT>(
  aggregate: AggregateFunction<IN, ACC, OUT>,
  policy: TtlPolicy,
): AggregateFunction<IN, TtlValue<ACC>, OUT> {
  const { merge } = aggregate;
  return {
    createAccumulator: () => policy.wrap(aggregate.createAccumulator()),
    add(value, stored) {
      const accumulator = policy.visible(stored);
      return policy.wrap(aggregate.add(value, accumulator === null ? aggregate.createAccumulator() : accumulator));
    },
    getResult: (stored) => aggregate.getResult(stored.value),
    ...(merge !== undefined && {
      merge(a: TtlValue<ACC>, b: TtlValue<ACC>): TtlValue<ACC> {
        const [left, right] = [policy.visible(a), policy.visible(b)];
        if (left !== null && right !== null) return policy.wrap(merge.call(aggregate, left, right));
        return left === null ? b : a;
      },
    }),
  };
}

/** An aggregating state with a time to live. @internal */
export class TtlAggregatingState<IN, ACC, OUT> implements AggregatingState<IN, OUT>, NamespacedState<unknown> {
  readonly #original: HeapAggregatingState<IN, TtlValue<ACC>, OUT>;
  readonly #aggregate: AggregateFunction<IN, ACC, OUT>;
  readonly #policy: TtlPolicy;
  readonly #onAccess: () => void;

  constructor(
    parts: TtlParts<HeapAggregatingState<IN, TtlValue<ACC>, OUT>>,
    aggregate: AggregateFunction<IN, ACC, OUT>,
  ) {
    this.#original = parts.original;
    this.#aggregate = aggregate;
    this.#policy = parts.policy;
    this.#onAccess = parts.onAccess;
  }

  get(): OUT | null {
    this.#onAccess();
    const stored = this.#original.getAccumulator();
    if (stored === null) return null;
    if (this.#policy.isExpired(stored)) {
      this.#original.clear();
      return this.#policy.returnsExpired ? this.#aggregate.getResult(stored.value) : null;
    }
    if (this.#policy.renewsOnRead) this.#original.updateAccumulator(this.#policy.wrap(stored.value));
    return this.#aggregate.getResult(stored.value);
  }

  add(value: IN): void {
    this.#onAccess();
    this.#original.add(value);
  }

  clear(): void {
    this.#onAccess();
    this.#original.clear();
  }

  setCurrentNamespace(namespace: unknown): void {
    this.#original.setCurrentNamespace(namespace);
  }

  mergeNamespaces(target: unknown, sources: readonly unknown[]): void {
    this.#original.mergeNamespaces(target, sources);
  }
}
