/**
 * The calls for one record: the first, its repeats by a retry strategy, and the timeout that spans them all. Answers may
 * come at any time and from anywhere; they are noted at once and dealt with in the task's turn.
 */

import type { AsyncRetryStrategy, ResultFuture } from '../../api/async-functions.js';
import { FlinkError, messageOf } from '../../common/errors.js';
import type { TimerHandle } from '../stream-operator.js';
import type { AsyncEntry } from './async-queue.js';
import type { AsyncTimeouts, Expiring } from './async-timeouts.js';

/** What a call needs of its operator. @internal */
export interface AsyncCallHost {
  readonly retry: AsyncRetryStrategy<unknown> | undefined;
  readonly timeouts: AsyncTimeouts;
  /** True at the end of input: what answers now is final. */
  readonly isFinishing: boolean;
  register(delayMs: number, callback: () => void): TimerHandle;
  /** Runs the action in the task's turn, between elements. */
  runInTask(action: () => void): void;
  invoke(value: unknown, future: ResultFuture<unknown>): void;
  /** The function's own answer to a timeout; false when it has none. */
  onTimeout(value: unknown, future: ResultFuture<unknown>): boolean;
  onAnswered(entry: AsyncEntry): void;
  onFailed(value: unknown, error: unknown): void;
  /** The call waits for its repeat, or waits no more. */
  setWaiting(call: AsyncCall, isWaiting: boolean): void;
}

interface Answer {
  readonly results?: readonly unknown[];
  readonly error?: unknown;
}

/** The result future of one record. @internal */
export class AsyncCall implements ResultFuture<unknown>, Expiring {
  readonly #host: AsyncCallHost;
  readonly #entry: AsyncEntry;
  #attempts = 1;
  /** True from an answer on, until the call is repeated. */
  #hasAnswer = false;
  #repeat: TimerHandle | undefined;

  constructor(host: AsyncCallHost, entry: AsyncEntry) {
    this.#host = host;
    this.#entry = entry;
  }

  /** Calls the function for the first time. */
  start(): void {
    this.#host.timeouts.add(this);
    this.#host.invoke(this.#entry.value, this);
  }

  complete(results: Iterable<unknown>): void {
    if (this.#hasAnswer) return;
    let list: unknown[];
    try {
      list = Array.from(results);
    } catch {
      this.completeExceptionally(
        new FlinkError('VALUE_INVALID', 'complete() of a result future needs an iterable of results.'),
      );
      return;
    }
    this.#answer({ results: list });
  }

  completeExceptionally(error: unknown): void {
    if (!this.#hasAnswer) this.#answer({ error });
  }

  /** The time for all calls together is over. */
  onTimeout(): void {
    if (this.#entry.results !== undefined) return;
    if (this.#repeat !== undefined) {
      this.#repeat.cancel();
      this.#repeat = undefined;
      this.#host.setWaiting(this, false);
      this.#hasAnswer = false;
    }
    // An answer that came in the same turn counts.
    if (this.#hasAnswer) return;
    try {
      if (this.#host.onTimeout(this.#entry.value, this)) return;
    } catch (error) {
      this.completeExceptionally(error);
      return;
    }
    this.completeExceptionally(new FlinkError('USER_FUNCTION_FAILED', 'Async function call has timed out.'));
  }

  /** Repeats the call now instead of later. */
  repeatNow(): void {
    this.#repeat?.cancel();
    this.#repeatCall();
  }

  /** Forgets the repeat: the operator is closed. */
  cancel(): void {
    this.#hasAnswer = true;
    this.#repeat?.cancel();
  }

  #answer(answer: Answer): void {
    this.#hasAnswer = true;
    this.#host.runInTask(() => this.#settle(answer));
  }

  #settle(answer: Answer): void {
    if (this.#isRepeated(answer)) {
      const delayMs = this.#host.retry?.getBackoffTimeMillis(this.#attempts) ?? 0;
      this.#host.setWaiting(this, true);
      this.#repeat = this.#host.register(delayMs, () => this.#repeatCall());
      return;
    }
    this.#host.timeouts.delete(this);
    if (answer.results === undefined) {
      this.#host.onFailed(this.#entry.value, answer.error);
      return;
    }
    this.#entry.results = answer.results;
    this.#host.onAnswered(this.#entry);
  }

  #isRepeated({ results, error }: Answer): boolean {
    const { retry, isFinishing } = this.#host;
    if (retry === undefined || isFinishing) return false;
    const { resultPredicate, exceptionPredicate } = retry.getRetryPredicate();
    const isWanted = results === undefined ? exceptionPredicate?.(error) === true : resultPredicate?.(results) === true;
    return isWanted && retry.canRetry(this.#attempts);
  }

  #repeatCall(): void {
    this.#repeat = undefined;
    this.#host.setWaiting(this, false);
    this.#attempts++;
    this.#hasAnswer = false;
    this.#host.invoke(this.#entry.value, this);
  }
}

/** The error of a failed call, as the job reports it. @internal */
export function callFailure(value: unknown, error: unknown): FlinkError {
  let shown: string | undefined;
  try {
    shown = JSON.stringify(value);
  } catch {
    // A value that is no JSON is not shown.
  }
  const record = shown === undefined ? 'a record' : `the record ${shown.slice(0, 200)}`;
  const message = `Could not complete ${record}: ${messageOf(error)}`;
  return new FlinkError('USER_FUNCTION_FAILED', message, { cause: error });
}
