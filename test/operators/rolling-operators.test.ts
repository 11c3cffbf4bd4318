import { describe, expect, it } from 'vitest';
import { MAX_TIMESTAMP } from '../../src/common/time.js';
import type { RollingAggregate } from '../../src/graph/transformation.js';
import type { StreamOperator } from '../../src/operators/stream-operator.js';
import { checkOperator, type Step } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf, timed } from '../support/operators.js';

type Reading = readonly [key: string, value: number, note: string];
const keySelector = (reading: Reading): string => reading[0];

const readings: readonly Reading[] = [
  ['a', 3, 'first'],
  ['a', 1, 'second'],
  ['b', 7, 'other'],
  ['a', 3, 'third'],
  ['a', 1, 'fourth'],
];
const steps: readonly Step[] = readings.map((element, index) => ({ element, timestamp: index }));

function aggregate(kind: RollingAggregate, first = true): StreamOperator {
  return operatorOf({ type: 'aggregate', kind, field: 1, first }, { keySelector });
}

describe('reduce', () => {
  const add = (a: Reading, b: Reading): Reading => [a[0], a[1] + b[1], b[2]];

  it('emits the running value of the key with each element', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'reduce' }, { function: add, keySelector }),
      keySelectors: [keySelector],
      steps: [...steps, { end: true }],
      expected: [
        ['a', 3, 'first'],
        ['a', 4, 'second'],
        ['b', 7, 'other'],
        ['a', 7, 'third'],
        ['a', 8, 'fourth'],
      ],
      outputKey: keySelector,
    });
  });

  it('emits only the last value of each key, at the end, in BATCH mode', async () => {
    const harness = await openHarness(operatorOf({ type: 'reduce' }, { function: add, keySelector }), {
      keySelectors: [keySelector],
      isBatch: true,
    });

    for (const [index, reading] of readings.entries()) harness.processElement(reading, index);
    const before = harness.output.length;
    await harness.endInput();

    expect(before).toBe(0);
    expect(timed(harness.output)).toEqual([
      [['a', 8, 'fourth'], MAX_TIMESTAMP],
      [['b', 7, 'other'], MAX_TIMESTAMP],
    ]);
  });

  it('refuses a stream without keys', () => {
    expect(() => operatorOf({ type: 'reduce' }, { function: add })).toThrow(/call keyBy\(\) first/);
  });
});

describe('aggregations of a field', () => {
  it.each<[RollingAggregate, boolean, readonly Reading[]]>([
    [
      'sum',
      true,
      [
        ['a', 3, 'first'],
        ['a', 4, 'first'],
        ['b', 7, 'other'],
        ['a', 7, 'first'],
        ['a', 8, 'first'],
      ],
    ],
    [
      'min',
      true,
      [
        ['a', 3, 'first'],
        ['a', 1, 'first'],
        ['b', 7, 'other'],
        ['a', 1, 'first'],
        ['a', 1, 'first'],
      ],
    ],
    [
      'max',
      true,
      [
        ['a', 3, 'first'],
        ['a', 3, 'first'],
        ['b', 7, 'other'],
        ['a', 3, 'first'],
        ['a', 3, 'first'],
      ],
    ],
    [
      'minBy',
      true,
      [
        ['a', 3, 'first'],
        ['a', 1, 'second'],
        ['b', 7, 'other'],
        ['a', 1, 'second'],
        ['a', 1, 'second'],
      ],
    ],
    [
      'minBy',
      false,
      [
        ['a', 3, 'first'],
        ['a', 1, 'second'],
        ['b', 7, 'other'],
        ['a', 1, 'second'],
        ['a', 1, 'fourth'],
      ],
    ],
    [
      'maxBy',
      false,
      [
        ['a', 3, 'first'],
        ['a', 3, 'first'],
        ['b', 7, 'other'],
        ['a', 3, 'third'],
        ['a', 3, 'third'],
      ],
    ],
  ])('%s (first: %s) follows the rules of Flink', async (kind, first, expected) => {
    await checkOperator({
      operator: () => aggregate(kind, first),
      keySelectors: [keySelector],
      steps,
      expected,
      outputKey: keySelector,
    });
  });

  it('takes fields of objects by name and changes no record that was emitted', async () => {
    const spec = { type: 'aggregate', kind: 'sum', field: 'n', first: true } as const;
    const harness = await openHarness(operatorOf(spec, { keySelector: (value: { k: string }) => value.k }), {
      keySelectors: [(value: { k: string }) => value.k],
    });

    harness.processElement({ k: 'a', n: 1 });
    harness.processElement({ k: 'a', n: 2 });
    const [first, second] = brief(harness.output);

    expect(first).toEqual({ k: 'a', n: 1 });
    expect(second).toEqual({ k: 'a', n: 3 });
    expect(() => harness.processElement({ k: 'a', n: 10n })).toThrow('sum("n") needs numbers or bigints');
  });

  it('keeps the class of an object', async () => {
    class Sample {
      readonly k = 'a';
      n: number;

      constructor(n: number) {
        this.n = n;
      }
    }
    const spec = { type: 'aggregate', kind: 'max', field: 'n', first: true } as const;
    const selector = (value: Sample): string => value.k;
    const harness = await openHarness(operatorOf(spec, { keySelector: selector }), { keySelectors: [selector] });

    harness.processElement(new Sample(1));
    harness.processElement(new Sample(2));

    expect(brief(harness.output)).toEqual([new Sample(1), new Sample(2)]);
    expect(brief(harness.output)[1]).toBeInstanceOf(Sample);
  });

  it('names the field that an element lacks', async () => {
    const harness = await openHarness(aggregate('sum'), { keySelectors: [keySelector] });
    harness.processElement(['a', 1, '']);

    expect(() => harness.processElement(['a'])).toThrow('sum(1) found an element without the field.');
  });
});
