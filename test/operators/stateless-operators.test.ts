import { describe, expect, it } from 'vitest';
import { type Collector, RichMapFunction, type RuntimeContext } from '../../src/api/functions.js';
import { ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { checkOperator, type Step } from '../support/operator-harness.js';
import { openHarness, operatorOf } from '../support/operators.js';

const numbers: readonly Step[] = [1, 2, 3, 4, 5, 6].map((element) => ({ element, timestamp: element * 10 }));

describe('map, filter and flatMap', () => {
  it('map gives each element to the function and keeps its timestamp', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'map' }, { function: (value: number) => value * 2 }),
      steps: [...numbers, { watermark: 60 }, { end: true }],
      expected: [1, 2, 3, 4, 5, 6].map((n) => [n * 2, n * 10]),
      withTimestamps: true,
    });
  });

  it('filter keeps the elements for which the function returns true', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'filter' }, { function: { filter: (value: number) => value % 2 === 0 } }),
      steps: [...numbers, { watermark: 60 }, { end: true }],
      expected: [2, 4, 6],
    });
  });

  it('flatMap emits what the function collects', async () => {
    const repeat = (value: number, out: Collector<number>): void => {
      for (let n = 0; n < value; n++) out.collect(value);
    };

    await checkOperator({
      operator: () => operatorOf({ type: 'flatMap' }, { function: repeat }),
      steps: [numbers[0]!, numbers[1]!, numbers[2]!, { end: true }],
      expected: [
        [1, 10],
        [2, 20],
        [2, 20],
        [3, 30],
        [3, 30],
        [3, 30],
      ],
      withTimestamps: true,
    });
  });

  it('flatMap emits the elements of the iterable that the function returns', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'flatMap' }, { function: (line: string) => line.split(' ') }),
      steps: [{ element: 'to be' }, { element: 'or not' }],
      expected: ['to', 'be', 'or', 'not'],
    });
  });

  it.each(['map', 'filter', 'flatMap'] as const)('%s refuses a promise and names AsyncDataStream', async (type) => {
    const harness = await openHarness(operatorOf({ type }, { function: async (value: number) => value }));

    expect(() => harness.processElement(1)).toThrow(/returned a promise.*AsyncDataStream/);
  });

  it('offers its step for fusion only where the stream has no key', () => {
    const identity = (value: string): string => value;

    expect(operatorOf({ type: 'map' }, { function: identity }).inlineStage?.()).toMatchObject({ kind: 'map' });
    expect(operatorOf({ type: 'filter' }, { function: identity }).inlineStage?.()).toMatchObject({ kind: 'filter' });
    expect(operatorOf({ type: 'map' }, { function: identity, keySelector: identity }).inlineStage?.()).toBeUndefined();
  });
});

describe('function objects', () => {
  class Recording extends RichMapFunction<string, string> {
    readonly calls: string[] = [];

    override open(): void {
      const context: RuntimeContext = this.getRuntimeContext();
      this.calls.push(`open ${context.getIndexOfThisSubtask()} of ${context.getNumberOfParallelSubtasks()}`);
    }

    override map(value: string): string {
      this.calls.push(value);
      return value;
    }

    override close(): void {
      this.calls.push('close');
    }
  }

  it('are opened with a runtime context, called, and closed once', async () => {
    const userFunction = new Recording();
    const harness = await openHarness(operatorOf({ type: 'map' }, { function: userFunction }));

    harness.processElement('a');
    await harness.close();

    expect(userFunction.calls).toEqual(['open 0 of 1', 'a', 'close']);
  });

  it('have keyed state on a keyed stream, whatever the operator', async () => {
    class Count extends RichMapFunction<string, string> {
      override map(value: string): string {
        const state = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
        state.update((state.value() ?? 0) + 1);
        return `${value}${state.value()}`;
      }
    }
    const keySelector = (value: string): string => value;

    await checkOperator({
      operator: () => operatorOf({ type: 'map' }, { function: new Count(), keySelector }),
      keySelectors: [keySelector],
      steps: ['a', 'b', 'a', 'c', 'a', 'b'].map((element) => ({ element })),
      expected: ['a1', 'b1', 'a2', 'c1', 'a3', 'b2'],
      outputKey: (value: string) => value[0],
    });
  });

  it('are told to call keyBy when they ask for state without keys', async () => {
    class Stateful extends RichMapFunction<number, number> {
      override open(): void {
        this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
      }

      override map(value: number): number {
        return value;
      }
    }

    const opening = openHarness(operatorOf({ type: 'map' }, { function: new Stateful() }));

    await expect(opening).rejects.toThrow(/call keyBy\(\) first/);
  });
});

describe('coMap and coFlatMap', () => {
  const steps: readonly Step[] = [
    { element: 1, input: 0 },
    { element: 'a', input: 1 },
    { watermark: 5, input: 0 },
    { element: 2, input: 0 },
    { watermark: 7, input: 1 },
    { element: 'b', input: 1 },
    { idle: true, input: 0 },
    { end: true },
  ];

  it('coMap calls the function of the input', async () => {
    const userFunction = { map1: (n: number) => n + 1, map2: (s: string) => s.toUpperCase() };

    await checkOperator({
      operator: () => operatorOf({ type: 'coMap' }, { function: userFunction }),
      inputs: 2,
      steps,
      expected: [2, 'A', 3, 'B'],
    });
  });

  it('coFlatMap calls the function of the input', async () => {
    const userFunction = {
      flatMap1: (n: number, out: Collector<unknown>) => {
        out.collect(n);
        out.collect(n);
      },
      flatMap2: (s: string, out: Collector<unknown>) => out.collect(s),
    };

    await checkOperator({
      operator: () => operatorOf({ type: 'coFlatMap' }, { function: userFunction }),
      inputs: 2,
      steps,
      expected: [1, 1, 'a', 2, 2, 'b'],
    });
  });
});
