/**
 * The contracts of asynchronous functions: the one place where a function of a stream may wait. The operator calls the
 * function for one record after the other without waiting for the answers, keeps the records until they are answered, and
 * emits the answers with the timestamps of their records.
 */

import { AbstractRichFunction, type LifecycleFunction } from './functions.js';

/** Takes the answer for one record; only the first answer counts. */
export interface ResultFuture<OUT> {
  /** The results for the record, none or more. */
  complete(results: Iterable<OUT>): void;
  /** The call failed: the job fails, unless a retry strategy asks once more. */
  completeExceptionally(error: unknown): void;
}

/** Answers each record through a {@link ResultFuture}, at once or later. */
export interface AsyncFunction<IN, OUT> extends LifecycleFunction {
  /** Begins the work for a record; must not block. A promise that it returns is watched for its rejection only. */
  asyncInvoke(value: IN, resultFuture: ResultFuture<OUT>): void | Promise<void>;
  /** The time for a record is over; without this method the job fails. */
  timeout?(value: IN, resultFuture: ResultFuture<OUT>): void;
}

/** An {@link AsyncFunction} with a runtime context. */
export abstract class RichAsyncFunction<IN, OUT> extends AbstractRichFunction implements AsyncFunction<IN, OUT> {
  abstract asyncInvoke(value: IN, resultFuture: ResultFuture<OUT>): void | Promise<void>;
}

/**
 * What a promise of a plain asynchronous function stands for: the elements of an array, nothing for undefined, and
 * otherwise the value itself.
 */
export type AsyncResult<R> = R extends readonly (infer E)[] ? E : R extends undefined ? never : R;

/** When a call is repeated. */
export interface AsyncRetryPredicate<OUT> {
  /** Repeats a call that answered with these results. */
  readonly resultPredicate?: ((results: readonly OUT[]) => boolean) | undefined;
  /** Repeats a call that failed with this error. */
  readonly exceptionPredicate?: ((error: unknown) => boolean) | undefined;
}

/** Says whether, and how long after the answer, a call is repeated. */
export interface AsyncRetryStrategy<OUT> {
  /** Whether there may be another call after this many. */
  canRetry(currentAttempts: number): boolean;
  /** Milliseconds until the next call. */
  getBackoffTimeMillis(currentAttempts: number): number;
  getRetryPredicate(): AsyncRetryPredicate<OUT>;
}

/** Predicates that most retry strategies need. */
export const RetryPredicates = {
  /** No result came. */
  EMPTY_RESULT_PREDICATE: (results: readonly unknown[]): boolean => results.length === 0,
  /** The call failed, with whatever error. */
  HAS_EXCEPTION_PREDICATE: (_error: unknown): boolean => true,
} as const;

abstract class RetryStrategyBuilder<OUT> {
  #result: AsyncRetryPredicate<OUT>['resultPredicate'];
  #exception: AsyncRetryPredicate<OUT>['exceptionPredicate'];

  /** Repeats a call whose results fulfil the predicate. */
  ifResult(predicate: (results: readonly OUT[]) => boolean): this {
    this.#result = predicate;
    return this;
  }

  /** Repeats a call that failed with an error that fulfils the predicate. */
  ifException(predicate: (error: unknown) => boolean): this {
    this.#exception = predicate;
    return this;
  }

  /** The strategy. */
  build(): AsyncRetryStrategy<OUT> {
    const predicate = { resultPredicate: this.#result, exceptionPredicate: this.#exception };
    const { maxAttempts } = this;
    const delayOf = this.createDelays();
    return {
      canRetry: (currentAttempts) => currentAttempts <= maxAttempts,
      getBackoffTimeMillis: delayOf,
      getRetryPredicate: () => predicate,
    };
  }

  /** How often a call is repeated at most. @internal */
  abstract get maxAttempts(): number;
  /** Milliseconds before the next call. @internal */
  abstract createDelays(): (currentAttempts: number) => number;
}

/** Repeats a call after a fixed time. */
class FixedDelayRetryStrategyBuilder<OUT> extends RetryStrategyBuilder<OUT> {
  readonly #maxAttempts: number;
  readonly #delayMs: number;

  constructor(maxAttempts: number, backoffTimeMillis: number) {
    super();
    this.#maxAttempts = positive('maxAttempts', maxAttempts);
    this.#delayMs = positive('backoffTimeMillis', backoffTimeMillis);
  }

  get maxAttempts(): number {
    return this.#maxAttempts;
  }

  createDelays(): () => number {
    const delayMs = this.#delayMs;
    return () => delayMs;
  }
}

/** Repeats a call after a time that grows with each repeat. */
class ExponentialBackoffDelayRetryStrategyBuilder<OUT> extends RetryStrategyBuilder<OUT> {
  readonly #maxAttempts: number;
  readonly #initialDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #multiplier: number;

  constructor(maxAttempts: number, initialDelay: number, maxRetryDelay: number, multiplier: number) {
    super();
    this.#maxAttempts = positive('maxAttempts', maxAttempts);
    this.#initialDelayMs = positive('initialDelay', initialDelay);
    this.#maxDelayMs = positive('maxRetryDelay', maxRetryDelay);
    if (!(multiplier >= 1)) throw new TypeError(`The multiplier of a retry strategy is at least 1, not ${multiplier}.`);
    this.#multiplier = multiplier;
  }

  get maxAttempts(): number {
    return this.#maxAttempts;
  }

  createDelays(): (currentAttempts: number) => number {
    return (currentAttempts) => {
      if (currentAttempts <= 1) return this.#initialDelayMs;
      const grown = this.#initialDelayMs * this.#multiplier ** (currentAttempts - 1);
      return Math.min(Math.trunc(grown), this.#maxDelayMs);
    };
  }
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`${name} of a retry strategy is a positive whole number, not ${value}.`);
}

/**
 * Builders of retry strategies:
 * `new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<Row>(3, 100).ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE).build()`.
 */
export const AsyncRetryStrategies = {
  /** `(maxAttempts, backoffTimeMillis)`: up to `maxAttempts` repeats, each so long after the answer before it. */
  FixedDelayRetryStrategyBuilder,
  /** `(maxAttempts, initialDelay, maxRetryDelay, multiplier)`: each delay is the one before times the multiplier. */
  ExponentialBackoffDelayRetryStrategyBuilder,
  /** No repeats. */
  NO_RETRY_STRATEGY: {
    canRetry: () => false,
    getBackoffTimeMillis: () => 0,
    getRetryPredicate: () => ({}),
  } as AsyncRetryStrategy<unknown>,
} as const;
