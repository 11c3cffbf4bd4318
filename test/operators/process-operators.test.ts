import { describe, expect, it } from 'vitest';
import {
  type Collector,
  CoProcessFunction,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type OnTimerContext,
  type ProcessContext,
  ProcessFunction,
} from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { NO_TIMESTAMP } from '../../src/common/time.js';
import { type ValueState, ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf, timed } from '../support/operators.js';

const ODD = new OutputTag<number>('odd');
const keySelector = (value: string): string => value[0] as string;

/** Counts per key, and says so at the end of each ten milliseconds of event time. */
class CountPerTen extends KeyedProcessFunction<string, string, string> {
  #count!: ValueState<number>;

  override open(): void {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
  }

  override processElement(_value: string, context: KeyedProcessContext<string>): void {
    this.#count.update((this.#count.value() ?? 0) + 1);
    const timestamp = context.timestamp() ?? 0;
    context.timerService().registerEventTimeTimer(timestamp - (timestamp % 10) + 9);
  }

  override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()}${this.#count.value()}`);
    this.#count.clear();
  }
}

describe('process', () => {
  class Split extends ProcessFunction<number, string> {
    override processElement(value: number, context: ProcessContext, out: Collector<string>): void {
      out.collect(`${value}@${context.timestamp()}`);
      if (value % 2 === 1) context.output(ODD, value);
    }
  }

  it('emits to the main and to side outputs with the timestamp of the element', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'process' }, { function: new Split() }),
      steps: [{ element: 1, timestamp: 5 }, { element: 2 }, { watermark: 7 }, { element: 3, timestamp: 8 }],
      expected: [
        ['1@5', 5],
        [{ odd: 1 }, 5],
        ['2@null', NO_TIMESTAMP],
        ['3@8', 8],
        [{ odd: 3 }, 8],
      ],
      withTimestamps: true,
    });
  });

  it('refuses timers on a stream without keys', async () => {
    class Timers extends ProcessFunction<number, number> {
      override processElement(_value: number, context: ProcessContext): void {
        context.timerService().registerEventTimeTimer(5);
      }
    }
    const harness = await openHarness(operatorOf({ type: 'process' }, { function: new Timers() }));

    expect(() => harness.processElement(1)).toThrow(/Timers need a key/);
  });

  it('shows the clocks', async () => {
    class Clocks extends ProcessFunction<number, unknown> {
      override processElement(_value: number, context: ProcessContext, out: Collector<unknown>): void {
        const timers = context.timerService();
        out.collect([timers.currentWatermark(), timers.currentProcessingTime()]);
      }
    }
    const harness = await openHarness(operatorOf({ type: 'process' }, { function: new Clocks() }));

    harness.processElement(1);
    harness.setProcessingTime(100);
    harness.processWatermark(7);
    harness.processElement(2);

    expect(brief(harness.output)).toEqual([[Number.NEGATIVE_INFINITY, 0], 'wm 7', [7, 100]]);
  });
});

describe('keyed process', () => {
  it('keeps state and timers by key, through restores and changes of parallelism', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'keyedProcess' }, { function: new CountPerTen(), keySelector }),
      keySelectors: [keySelector],
      steps: [
        { element: 'a', timestamp: 1 },
        { element: 'b', timestamp: 2 },
        { element: 'a', timestamp: 4 },
        { watermark: 5 },
        { element: 'c', timestamp: 11 },
        { element: 'a', timestamp: 8 },
        { watermark: 9 },
        { element: 'b', timestamp: 15 },
        { watermark: 30 },
        { end: true },
      ],
      expected: [
        ['a3', 9],
        ['b1', 9],
        ['c1', 19],
        ['b1', 19],
      ],
      withTimestamps: true,
      outputKey: (value: string) => value[0],
    });
  });

  it('keeps processing-time timers over a restore', async () => {
    class Later extends KeyedProcessFunction<string, string, string> {
      override processElement(_value: string, context: KeyedProcessContext<string>): void {
        const timers = context.timerService();
        timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 10);
      }

      override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
        out.collect(`${context.getCurrentKey()}${time} ${context.timeDomain()}`);
      }
    }

    await checkOperator({
      operator: () => operatorOf({ type: 'keyedProcess' }, { function: new Later(), keySelector }),
      keySelectors: [keySelector],
      steps: [{ element: 'a' }, { time: 5 }, { element: 'b' }, { time: 9 }, { time: 10 }, { time: 20 }, { end: true }],
      expected: [
        ['a10 PROCESSING_TIME', NO_TIMESTAMP],
        ['b15 PROCESSING_TIME', NO_TIMESTAMP],
      ],
      withTimestamps: true,
    });
  });
});

describe('connected streams', () => {
  it('co-process calls the function of the input', async () => {
    class Both extends CoProcessFunction<number, string, string> {
      override processElement1(value: number, context: ProcessContext, out: Collector<string>): void {
        out.collect(`1:${value}@${context.timestamp()}`);
      }

      override processElement2(value: string, context: ProcessContext, out: Collector<string>): void {
        out.collect(`2:${value}@${context.timestamp()}`);
      }
    }

    await checkOperator({
      operator: () => operatorOf({ type: 'coProcess' }, { function: new Both() }),
      inputs: 2,
      steps: [{ element: 1, timestamp: 3 }, { element: 'x', input: 1, timestamp: 4 }, { watermark: 5 }, { end: true }],
      expected: ['1:1@3', '2:x@4'],
    });
  });

  it('keyed co-process shares state between the inputs, and takes the lower watermark', async () => {
    class Join extends KeyedCoProcessFunction<string, string, string, string> {
      #seen!: ValueState<string>;

      override open(): void {
        this.#seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', Types.STRING));
      }

      override processElement1(value: string, context: KeyedProcessContext<string>): void {
        this.#seen.update(value);
        context.timerService().registerEventTimeTimer(context.timestamp() ?? 0);
      }

      override processElement2(value: string, _context: KeyedProcessContext<string>, out: Collector<string>): void {
        out.collect(`${this.#seen.value()}+${value}`);
      }

      override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
        out.collect(`${context.getCurrentKey()}!${time}`);
      }
    }

    await checkOperator({
      operator: () =>
        operatorOf({ type: 'keyedCoProcess' }, { function: new Join(), keySelector, keySelector2: keySelector }),
      inputs: 2,
      keySelectors: [keySelector, keySelector],
      steps: [
        { element: 'a1', timestamp: 10 },
        { element: 'a2', input: 1 },
        { element: 'b2', input: 1 },
        { watermark: 10, input: 0 },
        { element: 'b1', timestamp: 12 },
        { watermark: 11, input: 1 },
        { element: 'b3', input: 1 },
        { watermark: 20, input: 0 },
        { watermark: 20, input: 1 },
        { end: true },
      ],
      expected: ['a1+a2', 'null+b2', 'a!10', 'b1+b3', 'b!12'],
      outputKey: (value: string) => (value.startsWith('null') ? 'b' : value[0]),
    });
  });

  it('leaves an idle input out of the watermark, and is idle when both are', async () => {
    const harness = await openHarness(
      operatorOf({ type: 'coMap' }, { function: { map1: (n: number) => n, map2: (n: number) => n } }),
      { inputs: 2 },
    );

    harness.processWatermark(5, 0);
    harness.processStatus(true, 1);
    harness.processWatermark(8, 0);
    harness.processStatus(true, 0);
    harness.processStatus(false, 1);
    harness.processWatermark(20, 1);

    expect(brief(harness.output)).toEqual(['wm 5', 'wm 8', 'idle', 'active', 'wm 20']);
  });
});

describe('functions that return promises', () => {
  it('are refused by process, and named', async () => {
    class Waiting extends KeyedProcessFunction<string, string, string> {
      // A job file in plain JavaScript may do this.
      override async processElement(): Promise<void> {
        await Promise.resolve();
      }
    }
    const harness = await openHarness(operatorOf({ type: 'keyedProcess' }, { function: new Waiting(), keySelector }), {
      keySelectors: [keySelector],
    });

    expect(() => harness.processElement('a')).toThrow(/given to process\(\) returned a promise/);
  });

  it('may be opened asynchronously', async () => {
    class Prepared extends ProcessFunction<string, string> {
      #prefix = '';

      override async open(): Promise<void> {
        await Promise.resolve();
        this.#prefix = 'ready ';
      }

      override processElement(value: string, _context: ProcessContext, out: Collector<string>): void {
        out.collect(this.#prefix + value);
      }
    }
    const harness = await openHarness(operatorOf({ type: 'process' }, { function: new Prepared() }));

    harness.processElement('a');

    expect(brief(harness.output)).toEqual(['ready a']);
  });
});

describe('timestamps of timers', () => {
  class Marks extends KeyedProcessFunction<string, string, string> {
    override processElement(_value: string, context: KeyedProcessContext<string>): void {
      context.timerService().registerEventTimeTimer(5);
      context.timerService().registerProcessingTimeTimer(7);
    }

    override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
      out.collect(`main ${context.timestamp()}`);
      context.output(new OutputTag<string>('side'), `side ${time}`);
    }
  }

  it('are the time of the timer, but for the main output of a processing-time timer, which has none', async () => {
    const harness = await openHarness(operatorOf({ type: 'keyedProcess' }, { function: new Marks(), keySelector }), {
      keySelectors: [keySelector],
    });

    harness.processElement('a', 1);
    harness.processWatermark(5);
    harness.setProcessingTime(7);

    expect(timed(harness.output)).toEqual([
      ['main 5', 5],
      ['side 5', 5],
      ['main 7', NO_TIMESTAMP],
      ['side 7', 7],
    ]);
  });
});
