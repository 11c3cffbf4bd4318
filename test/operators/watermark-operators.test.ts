import { describe, expect, it } from 'vitest';
import { type WatermarkGenerator, WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import { NO_TIMESTAMP } from '../../src/common/time.js';
import { InputWatermarks } from '../../src/operators/combined-watermark.js';
import { WatermarkMultiplexer } from '../../src/operators/watermark-multiplexer.js';
import type { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

function open(strategy: WatermarkStrategy<number>, isBatch = false): Promise<OperatorTestHarness> {
  const make = () => operatorOf({ type: 'timestampsAndWatermarks' }, { watermarkStrategy: strategy });
  return openHarness(make, { autoWatermarkInterval: 10, isBatch });
}

const byValue = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((value) => value);
const onEven: WatermarkGenerator<number> = {
  onEvent(value, timestamp, output) {
    if (value % 2 === 0) output.emitWatermark(timestamp);
  },
  onPeriodicEmit() {},
};

describe('assigning timestamps and watermarks', () => {
  it('gives records their timestamps in every mode', async () => {
    await checkOperator({
      operator: () => operatorOf({ type: 'timestampsAndWatermarks' }, { watermarkStrategy: byValue }),
      autoWatermarkInterval: 10,
      steps: [{ element: 5 }, { element: 7, timestamp: 1 }, { time: 10 }, { element: 6 }, { end: true }],
      expected: [
        [5, 5],
        [7, 7],
        [6, 6],
      ],
      withTimestamps: true,
    });
  });

  it('emits periodic watermarks that advance, and only the last one of upstream', async () => {
    const harness = await open(byValue);

    harness.processElement(5);
    harness.setProcessingTime(10);
    harness.processElement(3);
    harness.setProcessingTime(20);
    harness.processWatermark(100);
    harness.processStatus(true);
    await harness.endInput();

    expect(brief(harness.output)).toEqual([5, 'wm 4', 3, 'wm Infinity']);
  });

  it('keeps the timestamp of a record without an assigner', async () => {
    const harness = await open(WatermarkStrategy.noWatermarks());

    harness.processElement(1, 42);
    harness.processElement(2);

    expect(harness.output).toMatchObject([{ timestamp: 42 }, { timestamp: NO_TIMESTAMP }]);
  });

  it('forwards a record before the watermark that it caused', async () => {
    const harness = await open(WatermarkStrategy.forGenerator(() => onEven));

    harness.processElement(2, 7);
    harness.processElement(4, 7);
    harness.processElement(6, 8);

    expect(brief(harness.output)).toEqual([2, 'wm 7', 4, 6, 'wm 8']);
  });

  it('is idle after more than the timeout since the first quiet tick, and active with the next advance', async () => {
    const harness = await open(byValue.withIdleness(20));

    harness.processElement(5);
    for (const time of [10, 20, 30, 40]) harness.setProcessingTime(time);
    const beforeTimeout = brief(harness.output.splice(0));
    harness.setProcessingTime(50);
    harness.setProcessingTime(60);
    harness.processElement(3);
    harness.setProcessingTime(70);
    harness.processElement(9);
    harness.setProcessingTime(80);

    expect(beforeTimeout).toEqual([5, 'wm 4']);
    expect(brief(harness.output)).toEqual(['idle', 3, 9, 'active', 'wm 8']);
  });

  it('makes no watermarks in BATCH mode', async () => {
    const harness = await open(
      WatermarkStrategy.forGenerator(() => onEven),
      true,
    );

    harness.processElement(2, 7);
    harness.setProcessingTime(100);
    await harness.endInput();

    expect(brief(harness.output)).toEqual([2, 'wm Infinity']);
  });
});

describe('the watermark multiplexer', () => {
  function multiplexer() {
    const said: unknown[] = [];
    const made = new WatermarkMultiplexer({
      emitWatermark: (timestamp) => said.push(timestamp),
      markIdle: () => said.push('idle'),
      markActive: () => said.push('active'),
    });
    return { said, made };
  }

  it('emits the minimum over the splits that are not idle', () => {
    const { said, made } = multiplexer();
    made.register('a');
    made.register('b');

    made.immediateOutput('a').emitWatermark(5);
    made.immediateOutput('b').emitWatermark(3);
    made.immediateOutput('b').markIdle();
    made.immediateOutput('a').markIdle();

    expect(said).toEqual([3, 5, 'idle']);
  });

  it('waits for the tick with what deferred outputs say, and with the removal of a split', () => {
    const { said, made } = multiplexer();
    made.register('a');
    made.register('b');

    made.deferredOutput('a').emitWatermark(5);
    made.unregister('b');
    const before = [...said];
    made.onPeriodicEmit();

    expect(before).toEqual([]);
    expect(said).toEqual([5]);
  });

  it('says nothing without splits', () => {
    const { said, made } = multiplexer();

    made.onPeriodicEmit();

    expect(said).toEqual([]);
  });
});

describe('the watermarks of two inputs', () => {
  it('advance with the slower one, and never go back', () => {
    const inputs = new InputWatermarks(2);

    expect(inputs.onWatermark(0, 5)).toBe(false);
    expect(inputs.onWatermark(1, 3)).toBe(true);
    expect(inputs.timestamp).toBe(3);
    expect(inputs.onWatermark(1, 2)).toBe(false);
    expect(inputs.onStatus(1, true)).toBe(true);
    expect(inputs.timestamp).toBe(5);
    expect(inputs.onStatus(1, false)).toBe(false);
    expect(inputs.timestamp).toBe(5);
  });
});
