/**
 * Asks the outside world about each record: `AsyncDataStream.unorderedWait(orders, lookUpCustomer, 1000, 100)`. Plain
 * functions return a promise, objects answer through a `ResultFuture`.
 */

import { FlinkError } from '../common/errors.js';
import type { AsyncFunction, AsyncResult, AsyncRetryStrategy } from './async-functions.js';
import type { DataStream } from './data-stream.js';
import { checkFunction } from './function-forms.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** How an asynchronous operator is set up; data of the graph. @internal */
export interface AsyncWaitConfig {
  /** Whether answers go out in the order of their records. */
  readonly ordered: boolean;
  /** Milliseconds; 0 = no timeout. */
  readonly timeoutMs: number;
  /** Records under way, answered ones that were not emitted included. */
  readonly capacity: number;
}

/** Records under way where a call does not say how many. */
const DEFAULT_CAPACITY = 100;

/** Calls of `orderedWait` and `unorderedWait`. */
export interface AsyncWait {
  /** With a function that returns a promise: of an array of results, of one result, or of undefined for none. */
  <IN, R>(
    stream: DataStream<IN>,
    asyncFunction: (value: IN) => Promise<R>,
    timeoutMs: number,
    capacity?: number,
  ): SingleOutputStreamOperator<AsyncResult<R>>;
  /** With an object that answers through a result future. */
  <IN, OUT>(
    stream: DataStream<IN>,
    asyncFunction: AsyncFunction<IN, OUT>,
    timeoutMs: number,
    capacity?: number,
  ): SingleOutputStreamOperator<OUT>;
}

/** Calls of `orderedWaitWithRetry` and `unorderedWaitWithRetry`. */
export interface AsyncWaitWithRetry {
  /** With a function that returns a promise: of an array of results, of one result, or of undefined for none. */
  <IN, R>(
    stream: DataStream<IN>,
    asyncFunction: (value: IN) => Promise<R>,
    timeoutMs: number,
    capacity: number,
    retryStrategy: AsyncRetryStrategy<NoInfer<AsyncResult<R>>>,
  ): SingleOutputStreamOperator<AsyncResult<R>>;
  /** With an object that answers through a result future. */
  <IN, OUT>(
    stream: DataStream<IN>,
    asyncFunction: AsyncFunction<IN, OUT>,
    timeoutMs: number,
    capacity: number,
    retryStrategy: AsyncRetryStrategy<NoInfer<OUT>>,
  ): SingleOutputStreamOperator<OUT>;
}

function createWait<CallT extends AsyncWait | AsyncWaitWithRetry>(name: string, ordered: boolean): CallT {
  const call = <T>(
    stream: DataStream<T>,
    asyncFunction: unknown,
    timeoutMs: number,
    capacity: number = DEFAULT_CAPACITY,
    retry?: AsyncRetryStrategy<never>,
  ): SingleOutputStreamOperator<unknown> => {
    checkFunction(asyncFunction, 'asyncInvoke', name);
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new FlinkError('GRAPH_INVALID', `${name} needs a capacity of at least 1, not ${String(capacity)}.`);
    }
    const isTimeout = retry === undefined ? timeoutMs >= 0 : timeoutMs > 0;
    if (!isTimeout || !Number.isFinite(timeoutMs)) {
      const least = retry === undefined ? '0 ms or more' : 'more than 0 ms';
      throw new FlinkError('GRAPH_INVALID', `${name} needs a timeout of ${least}, not ${String(timeoutMs)}.`);
    }
    const config: AsyncWaitConfig = { ordered, timeoutMs, capacity };
    return stream.addOperator(
      'async wait operator',
      { type: 'custom', operator: 'asyncWait', config },
      { function: asyncFunction, ...(retry !== undefined && { retry }) },
    );
  };
  return call as unknown as CallT;
}

/**
 * Streams of answers to questions that take time. `timeoutMs`: how long an answer may take, 0 = as long as it takes;
 * `capacity`: how many records may be under way (100).
 */
export const AsyncDataStream = {
  /** Answers go out in the order of their records: each waits for those before it, and watermarks keep their place. */
  orderedWait: createWait<AsyncWait>('orderedWait()', true) as AsyncWait,
  /** Answers go out as they come, but never across a watermark. */
  unorderedWait: createWait<AsyncWait>('unorderedWait()', false) as AsyncWait,
  /** `orderedWait` that repeats calls by a strategy; the timeout, which must be there, spans all calls of a record. */
  orderedWaitWithRetry: createWait<AsyncWaitWithRetry>('orderedWaitWithRetry()', true) as AsyncWaitWithRetry,
  /** `unorderedWait` that repeats calls by a strategy; the timeout, which must be there, spans all calls of a record. */
  unorderedWaitWithRetry: createWait<AsyncWaitWithRetry>('unorderedWaitWithRetry()', false) as AsyncWaitWithRetry,
} as const;
