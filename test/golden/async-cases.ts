/** Drives the asynchronous operator with its cases: the test answers each call when the case says so. */

import type { AsyncWaitConfig } from '../../src/api/async-data-stream.js';
import {
  type AsyncFunction,
  AsyncRetryStrategies,
  type AsyncRetryStrategy,
  type ResultFuture,
  RetryPredicates,
} from '../../src/api/async-functions.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { canonical, type Difference } from './compare.js';
import {
  type GoldenCase,
  type GoldenEntry,
  type GoldenItem,
  type Outcome,
  timeFromJson,
  timeToJson,
} from './golden-case.js';

/** Remembers the latest call of each element. */
class Script {
  readonly open = new Map<number, ResultFuture<number>>();
  readonly invoked = new Set<number>();
  answersAtOnce = false;
  readonly #onTimeout: unknown;

  constructor(onTimeout: unknown) {
    this.#onTimeout = onTimeout;
  }

  /** A fresh function: restored operators have their own. */
  createFunction(): AsyncFunction<number, number> {
    return {
      asyncInvoke: (value, future) => {
        this.invoked.add(value);
        if (this.answersAtOnce) future.complete([10 * value]);
        else this.open.set(value, future);
      },
      timeout: (value, future) => {
        this.open.delete(value);
        if (this.#onTimeout === 'negate') future.complete([-value]);
        else if (this.#onTimeout === 'empty') future.complete([]);
        else future.completeExceptionally(new Error('timed out'));
      },
    };
  }

  answer(value: number, results: readonly number[] | undefined): void {
    const future = this.open.get(value);
    this.open.delete(value);
    if (results === undefined) future?.completeExceptionally(new Error('failed'));
    else future?.complete(results);
  }

  answerAll(): void {
    for (const value of [...this.open.keys()].sort((a, b) => a - b)) this.answer(value, [10 * value]);
    this.answersAtOnce = true;
  }

  takeInvoked(): number[] {
    const invoked = [...this.invoked].sort((a, b) => a - b);
    this.invoked.clear();
    return invoked;
  }
}

/** Runs an `async` case. */
export async function runAsyncCase(testCase: GoldenCase): Promise<Outcome> {
  const { operator } = testCase;
  const script = new Script(operator['onTimeout']);
  const config: AsyncWaitConfig = {
    ordered: operator['mode'] === 'ordered',
    timeoutMs: Number(operator['timeout']),
    capacity: 1_000_000,
  };
  const node = { name: 'async', spec: { type: 'custom', operator: 'asyncWait', config }, keyed: [false] } as const;
  const retry = retryOf(operator['retry'] as RetryOptions | undefined);
  const harness = new OperatorTestHarness({
    createOperator: () => createOperator(node, { function: script.createFunction(), retry }),
  });
  const output: GoldenEntry[] = [];
  await harness.open();
  for (const [i, item] of testCase.input.entries()) {
    try {
      await apply(harness, script, item);
    } catch {
      output.push(...invokedOf(script, i), { i, error: 'the operator failed' });
      await harness.close();
      return { output, final: { late: 0, failed: true } };
    }
    output.push(...invokedOf(script, i), ...harness.output.splice(0).map((emitted) => toEntry(emitted, i)));
  }
  await harness.close();
  return { output, final: { late: 0 } };
}

async function apply(harness: OperatorTestHarness, script: Script, item: GoldenItem): Promise<void> {
  if ('e' in item) harness.processElement(item['e'], timeFromJson(item['t']));
  else if ('wm' in item) harness.processWatermark(timeFromJson(item['wm']));
  else if ('pt' in item) harness.setProcessingTime(Number(item['pt']));
  else if ('complete' in item) script.answer(Number(item['complete']), item['result'] as number[]);
  else if ('fail' in item) script.answer(Number(item['fail']), undefined);
  else if ('completeAll' in item) script.answerAll();
  else if ('end' in item) await harness.endInput();
  else {
    const snapshot = await harness.snapshot();
    script.open.clear();
    script.answersAtOnce = false;
    await harness.restore(snapshot, 'clock' in item ? { time: Number(item['clock']) } : {});
  }
  harness.runActions();
}

function invokedOf(script: Script, i: number): GoldenEntry[] {
  const invoked = script.takeInvoked();
  return invoked.length === 0 ? [] : [{ i, invoked }];
}

function toEntry(emitted: Emitted, i: number): GoldenEntry {
  if (emitted.kind === 'watermark') return { i, wm: timeToJson(emitted.timestamp) };
  if (emitted.kind === 'status') return { i, status: emitted.isIdle ? 'idle' : 'active' };
  const { value, timestamp } = emitted;
  return { i, v: value, ...(timestamp !== Number.NEGATIVE_INFINITY && { t: timeToJson(timestamp) }) };
}

/** Which elements the function was called for, item by item; what happens at the end of input is not binding. */
export function invokedDifference(testCase: GoldenCase, outcome: Outcome): Difference | undefined {
  const binding = (entries: readonly GoldenEntry[]) =>
    entries.filter((entry) => 'invoked' in entry && !('end' in (testCase.input[Number(entry['i'])] ?? {})));
  const [expected, got] = [binding(testCase.output), binding(outcome.output)];
  return canonical(expected) === canonical(got) ? undefined : { what: 'calls', expected, got };
}

interface RetryOptions {
  readonly type: 'fixedDelay' | 'exponential';
  readonly maxAttempts: number;
  readonly delay: number;
  readonly maxDelay: number;
  readonly multiplier: number;
  readonly ifEmpty?: boolean;
  readonly ifFailed?: boolean;
}

function retryOf(options: RetryOptions | undefined): AsyncRetryStrategy<number> | undefined {
  if (options === undefined) return undefined;
  const { maxAttempts, delay, maxDelay, multiplier } = options;
  const { FixedDelayRetryStrategyBuilder, ExponentialBackoffDelayRetryStrategyBuilder } = AsyncRetryStrategies;
  const builder =
    options.type === 'fixedDelay'
      ? new FixedDelayRetryStrategyBuilder<number>(maxAttempts, delay)
      : new ExponentialBackoffDelayRetryStrategyBuilder<number>(maxAttempts, delay, maxDelay, multiplier);
  if (options.ifEmpty === true) builder.ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE);
  if (options.ifFailed === true) builder.ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE);
  return builder.build();
}
