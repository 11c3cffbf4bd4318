import { describe, expect, it } from 'vitest';
import {
  type Collector,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type OnTimerContext,
} from '../../src/api/functions.js';
import type { OperatorSpec } from '../../src/graph/transformation.js';
import { compareKeys } from '../../src/operators/batch/key-order.js';
import { createBatchOperator } from '../../src/operators/operator-factory.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { brief, timed } from '../support/operators.js';
import { seededRandom } from '../support/seeded-random.js';

type Click = readonly [key: string, value: number];
type Context = KeyedProcessContext<string>;
type Out = Collector<string>;

const keySelector = (click: Click): string => click[0];

async function open(spec: OperatorSpec, userFunction: unknown, inputs: 1 | 2 = 1): Promise<OperatorTestHarness> {
  const functions = { function: userFunction, keySelector, keySelector2: keySelector };
  const keyed = [true, inputs === 2];
  const harness = new OperatorTestHarness({
    createOperator: () => createBatchOperator({ name: 'test', spec, keyed }, functions),
    inputs,
    keySelectors: [keySelector, keySelector],
    isBatch: true,
    isCheckpointingEnabled: false,
  });
  await harness.open();
  return harness;
}

/** Says what it sees; its timers are at 100 by each clock, and the one of event time registers another. */
class Witness extends KeyedProcessFunction<string, Click, string> {
  override processElement([key, value]: Click, context: Context, out: Out): void {
    const timers = context.timerService();
    timers.registerEventTimeTimer(100);
    timers.registerProcessingTimeTimer(100);
    out.collect(`${key}${value} at ${context.timestamp()}, watermark ${timers.currentWatermark()}`);
  }

  override onTimer(time: number, context: OnTimerContext<string>, out: Out): void {
    out.collect(`${context.getCurrentKey()} ${context.timeDomain()} ${time}`);
    if (time === 100 && context.timeDomain() === 'EVENT_TIME') context.timerService().registerEventTimeTimer(200);
  }
}

class Both extends KeyedCoProcessFunction<string, Click, Click, string> {
  override processElement1([key, value]: Click, _context: Context, out: Out): void {
    out.collect(`${key} 1:${value}`);
  }

  override processElement2([key, value]: Click, _context: Context, out: Out): void {
    out.collect(`${key} 2:${value}`);
  }
}

describe('operators of a batch job', () => {
  it('see one key after the other, by time, and its timers behind its last record', async () => {
    const harness = await open({ type: 'keyedProcess' }, new Witness());

    harness.processElement(['b', 1], 5);
    harness.processElement(['a', 2], 9);
    harness.processElement(['a', 3], 4);
    harness.setProcessingTime(1000);
    const before = harness.output.length;
    await harness.endInput();

    expect(before).toBe(0);
    expect(brief(harness.output)).toEqual([
      'a3 at 4, watermark -Infinity',
      'a2 at 9, watermark -Infinity',
      'a EVENT_TIME 100',
      'a EVENT_TIME 200',
      'a PROCESSING_TIME 100',
      'b1 at 5, watermark -Infinity',
      'b EVENT_TIME 100',
      'b EVENT_TIME 200',
      'b PROCESSING_TIME 100',
      'wm Infinity',
    ]);
  });

  it('see both inputs of a key together', async () => {
    const harness = await open({ type: 'keyedCoProcess' }, new Both(), 2);

    harness.processElement(['b', 1], 1, 0);
    harness.processElement(['a', 1], 2, 1);
    harness.processElement(['b', 2], 3, 1);
    harness.processElement(['a', 2], 4, 0);
    await harness.endInput();

    expect(brief(harness.output)).toEqual(['a 2:1', 'a 1:2', 'b 1:1', 'b 2:2', 'wm Infinity']);
  });

  it('put out one fold a key, in order of the keys', async () => {
    const harness = await open({ type: 'reduce' }, (a: Click, b: Click): Click => [a[0], a[1] + b[1]]);
    const random = seededRandom(3);
    const sums = new Map<string, number>();
    for (let i = 0; i < 500; i++) {
      const [key, value] = [`k${random.integer(40)}`, random.integer(100)];
      sums.set(key, (sums.get(key) ?? 0) + value);
      harness.processElement([key, value], i);
    }

    await harness.endInput();

    const expected = [...sums].sort().map((sum) => [sum, Number.POSITIVE_INFINITY]);
    expect(timed(harness.output)).toEqual(expected);
  });

  it('have nothing to say of an empty input', async () => {
    const harness = await open({ type: 'keyedProcess' }, new Witness());

    await harness.endInput();

    expect(brief(harness.output)).toEqual(['wm Infinity']);
  });
});

describe('the order of keys', () => {
  it('is total, and equal only for equal keys', () => {
    const keys = [Number.NEGATIVE_INFINITY, -2, -0, 0, 1.5, 10, Number.NaN];
    const texts = ['', 'a', 'aa', 'b', '\uD83D'];
    const rows = [
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
      [2, 'a', 0],
    ];
    const objects = [
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
    ];

    for (const sorted of [keys, texts, rows, objects, [false, true], [-3n, 4n]] as readonly unknown[][]) {
      for (const [i, a] of sorted.entries()) {
        for (const [j, b] of sorted.entries()) expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(i - j));
      }
    }
  });
});
