import { describe, expect, it } from 'vitest';
import {
  type BroadcastContext,
  BroadcastProcessFunction,
  type Collector,
  type KeyedBroadcastContext,
  KeyedBroadcastProcessFunction,
  type KeyedReadOnlyBroadcastContext,
  type OnTimerContext,
  type ReadOnlyBroadcastContext,
} from '../../src/api/functions.js';
import { MapStateDescriptor, type ValueState, ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG);
const COUNT = new ValueStateDescriptor('count', Types.LONG);
type Rule = readonly [name: string, threshold: number];

class Filter extends BroadcastProcessFunction<number, Rule, string> {
  override processElement(value: number, context: ReadOnlyBroadcastContext, out: Collector<string>): void {
    const rules = [...context.getBroadcastState(RULES).entries()].filter(([, threshold]) => value >= threshold);
    out.collect(`${value}:${rules.map(([name]) => name).join()}`);
  }

  override processBroadcastElement([name, threshold]: Rule, context: BroadcastContext): void {
    if (threshold < 0) context.getBroadcastState(RULES).remove(name);
    else context.getBroadcastState(RULES).put(name, threshold);
  }
}

class KeyedFilter extends KeyedBroadcastProcessFunction<string, string, Rule, string> {
  #count!: ValueState<number>;

  override open(): void {
    this.#count = this.getRuntimeContext().getState(COUNT);
  }

  override processElement(_value: string, context: KeyedReadOnlyBroadcastContext<string>): void {
    this.#count.update((this.#count.value() ?? 0) + 1);
    context.timerService().registerEventTimeTimer(10);
  }

  override processBroadcastElement(rule: Rule, context: KeyedBroadcastContext<string>, out: Collector<string>): void {
    context.getBroadcastState(RULES).put(rule[0], rule[1]);
    context.applyToKeyedState(COUNT, (key, count) => {
      out.collect(`${rule[0]} ${key}=${count.value()}`);
      count.update(0);
    });
  }

  override onTimer(
    _time: number,
    context: OnTimerContext<string> & KeyedReadOnlyBroadcastContext<string>,
    out: Collector<string>,
  ): void {
    const names = [...context.getBroadcastState(RULES).entries()].map(([name]) => name).sort();
    out.collect(`${context.getCurrentKey()}=${this.#count.value()} ${names.join()}`);
  }
}

describe('broadcast process', () => {
  it('gives every subtask the whole broadcast state, through restores and changes of parallelism', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'broadcastProcess' }, { function: new Filter(), broadcastStates: [RULES] }),
      inputs: 2,
      steps: [
        { broadcast: ['low', 1] },
        { element: 5 },
        { broadcast: ['high', 10] },
        { element: 12 },
        { element: 3 },
        { broadcast: ['low', -1] },
        { element: 12 },
        { watermark: 3 },
        { element: 2 },
        { end: true },
      ],
      expected: ['5:low', '12:low,high', '3:low', '12:high', '2:'],
    });
  });
});

describe('keyed broadcast process', () => {
  const keySelector = (value: string): string => value;
  const make = () =>
    operatorOf(
      { type: 'keyedBroadcastProcess' },
      { function: new KeyedFilter(), keySelector, broadcastStates: [RULES] },
    );

  it('keeps keyed state and timers beside the broadcast state', async () => {
    await checkOperator({
      operator: make,
      inputs: 2,
      keySelectors: [keySelector, undefined],
      steps: [
        { broadcast: ['one', 1] },
        { element: 'a' },
        { element: 'b' },
        { broadcast: ['two', 1] },
        { element: 'a' },
        { watermark: 5 },
        { element: 'c' },
        { watermark: 10 },
        { end: true },
      ],
      expected: ['two b=1', 'two a=1', 'a=1 one,two', 'b=0 one,two', 'c=1 one,two'],
      ordered: false,
    });
  });

  it('applies a function to the state of every key, whatever the current key', async () => {
    const harness = await openHarness(make, { inputs: 2, keySelectors: [keySelector, undefined], parallelism: 2 });

    for (const key of ['a', 'b', 'c', 'a']) harness.processElement(key);
    harness.broadcastElement(['rule', 1]);
    harness.broadcastElement(['next', 1]);

    expect(brief(harness.output).sort()).toEqual([
      'next a=0',
      'next b=0',
      'next c=0',
      'rule a=2',
      'rule b=1',
      'rule c=1',
    ]);
  });
});
