import { describe, expect, it } from 'vitest';
import { type AsyncFunction, AsyncRetryStrategies, RetryPredicates } from '../../src/api/async-functions.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

interface Settings {
  readonly ordered?: boolean;
  readonly timeoutMs?: number;
  readonly capacity?: number;
  readonly retry?: unknown;
}

const wait = (asyncFunction: unknown, settings: Settings = {}) => {
  const { ordered = true, timeoutMs = 1000, capacity = 10, retry } = settings;
  return operatorOf(
    { type: 'custom', operator: 'asyncWait', config: { ordered, timeoutMs, capacity } },
    { function: asyncFunction, retry },
  );
};

/** Never answers by itself; once the time is over, each record is answered with its double. */
const slow: AsyncFunction<number, number> = {
  asyncInvoke: () => {},
  timeout: (value, future) => future.complete([2 * value]),
};

describe('an asynchronous operator', () => {
  it.each([true, false])('asks again for what was under way, in every mode (ordered: %s)', async (ordered) => {
    await checkOperator({
      operator: () => wait(slow, { ordered, timeoutMs: 5, capacity: 100 }),
      steps: [
        { element: 1, timestamp: 1 },
        { element: 2, timestamp: 2 },
        { watermark: 2 },
        { element: 3, timestamp: 3 },
        { time: 100 },
        { element: 4, timestamp: 4 },
        { time: 200 },
      ],
      expected: [
        [2, 1],
        [4, 2],
        [6, 3],
        [8, 4],
      ],
      withTimestamps: true,
      ordered,
    });
  });

  it('gives what a promise gives: the elements of an array, nothing for undefined, or the value', async () => {
    const answers: Record<string, unknown> = { list: [1, 2], none: undefined, one: 'x', nil: null };
    const harness = await openHarness(wait(async (name: string) => answers[name]));

    for (const name of Object.keys(answers)) harness.processElement(name);
    await harness.endInput();

    expect(brief(harness.output)).toEqual([1, 2, 'x', null, 'wm Infinity']);
  });

  it('keeps the order, or only that of the watermarks', async () => {
    for (const ordered of [true, false]) {
      const answers: (() => void)[] = [];
      const harness = await openHarness(
        wait(
          { asyncInvoke: (v: number, f: { complete(r: number[]): void }) => answers.push(() => f.complete([v])) },
          { ordered },
        ),
      );
      harness.processElement(1);
      harness.processElement(2);
      harness.processWatermark(5);
      harness.processElement(3);

      for (const index of [2, 1, 0]) {
        answers[index]?.();
        harness.runActions();
      }

      expect(brief(harness.output)).toEqual(ordered ? [1, 2, 'wm 5', 3] : [2, 1, 'wm 5', 3]);
    }
  });

  it('holds the input while as many records as it may have are under way', async () => {
    const answers: (() => void)[] = [];
    const asyncFunction: AsyncFunction<number, number> = {
      asyncInvoke: (value, future) => {
        answers.push(() => future.complete([value]));
      },
    };
    const harness = await openHarness(wait(asyncFunction, { capacity: 2 }));

    for (const value of [1, 2, 3]) harness.processElement(value);
    const [held, asked] = [harness.isInputHeld(), answers.length];
    answers[0]?.();
    harness.runActions();
    const askedThen = answers.length;
    for (const answer of answers) answer();
    harness.runActions();

    expect([held, asked, askedThen, harness.isInputHeld()]).toEqual([true, 2, 3, false]);
    expect(brief(harness.output)).toEqual([1, 2, 3]);
  });

  it('takes the first answer only', async () => {
    const harness = await openHarness(
      wait({
        asyncInvoke: (
          value: number,
          future: { complete(results: number[]): void; completeExceptionally(e: unknown): void },
        ) => {
          future.complete([value]);
          future.complete([value, value]);
          future.completeExceptionally(new Error('no'));
        },
      }),
    );

    harness.processElement(7);
    harness.runActions();

    expect(brief(harness.output)).toEqual([7]);
  });

  it('fails the job with the record when a call fails, and when the time is over', async () => {
    const failing = await openHarness(wait(async () => Promise.reject(new Error('no route'))));
    const hanging = await openHarness(wait(() => new Promise(() => {}), { timeoutMs: 5 }));

    failing.processElement({ id: 4 });
    hanging.processElement('slow');

    await expect(failing.endInput()).rejects.toThrow('Could not complete the record {"id":4}: no route');
    expect(() => {
      hanging.setProcessingTime(5);
      hanging.runActions();
    }).toThrow('Could not complete the record "slow": Async function call has timed out.');
  });

  it('forgets the timer of a record that was answered, and what is answered after the end', async () => {
    let answer = () => {};
    const asyncFunction: AsyncFunction<number, number> = {
      asyncInvoke: (value, future) => {
        answer = () => future.complete([value]);
      },
    };
    const harness = await openHarness(wait(asyncFunction, { timeoutMs: 5 }));
    harness.processElement(1);
    answer();
    harness.runActions();
    harness.setProcessingTime(100);
    harness.processElement(2);

    await harness.close();
    answer();

    expect(brief(harness.output)).toEqual([1]);
  });
});

describe('retries', () => {
  const { FixedDelayRetryStrategyBuilder, ExponentialBackoffDelayRetryStrategyBuilder } = AsyncRetryStrategies;

  it('repeat a call that the predicates choose, at growing distances, and then take what came', async () => {
    const calls: number[] = [];
    let now = 0;
    const retry = new ExponentialBackoffDelayRetryStrategyBuilder<number>(3, 10, 35, 2)
      .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
      .ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE)
      .build();
    const asyncFunction: AsyncFunction<number, number> = {
      asyncInvoke: (_value, future) => {
        calls.push(now);
        if (calls.length === 2) future.completeExceptionally(new Error('try again'));
        else future.complete([]);
      },
    };
    const harness = await openHarness(wait(asyncFunction, { retry }));

    harness.processElement(1);
    for (; now < 100; now += 5) {
      harness.setProcessingTime(now);
      harness.runActions();
    }

    expect(calls).toEqual([0, 10, 30, 65]);
    expect(brief(harness.output)).toEqual([]);
  });

  it('are asked for at once at the end of the input', async () => {
    let calls = 0;
    const retry = new FixedDelayRetryStrategyBuilder<number>(5, 1000).ifException(() => true).build();
    const asyncFunction = async (value: number) => {
      if (++calls === 1) throw new Error('try again');
      return value;
    };
    const harness = await openHarness(wait(asyncFunction, { retry, timeoutMs: 10_000 }));
    harness.processElement(1);
    await harness.settle();
    await Promise.resolve();

    await harness.endInput();

    expect(brief(harness.output)).toEqual([1, 'wm Infinity']);
  });

  it('are told their numbers when they are made', () => {
    expect(() => new FixedDelayRetryStrategyBuilder(0, 10)).toThrow('maxAttempts');
    expect(() => new ExponentialBackoffDelayRetryStrategyBuilder(1, 1, 1, 0.5)).toThrow('multiplier');
  });
});
