import { describe, expect, it } from 'vitest';
import {
  type Collector,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type OnTimerContext,
  type TimerService,
} from '../../src/api/functions.js';
import type { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

type OnElement = (value: string, timers: TimerService) => void;
type OnTimer = (time: number, context: OnTimerContext<string>, out: Collector<string>) => void;

const say: OnTimer = (time, context, out) => out.collect(`${context.getCurrentKey()}${time}`);
const keySelector = (value: string): string => value[0] as string;

class Timers extends KeyedProcessFunction<string, string, string> {
  readonly #onElement: OnElement;
  readonly #onTimer: OnTimer;

  constructor(onElement: OnElement, onTimer: OnTimer) {
    super();
    this.#onElement = onElement;
    this.#onTimer = onTimer;
  }

  override processElement(value: string, context: KeyedProcessContext<string>): void {
    this.#onElement(value, context.timerService());
  }

  override onTimer(time: number, context: OnTimerContext<string>, out: Collector<string>): void {
    this.#onTimer(time, context, out);
  }
}

/** Elements are a key and a command: `e5` registers an event-time timer at 5, `p5` the other kind, `E5` and `P5` delete. */
const command: OnElement = (value, timers) => {
  const time = Number(value.slice(2));
  if (value[1] === 'e') timers.registerEventTimeTimer(time);
  else if (value[1] === 'p') timers.registerProcessingTimeTimer(time);
  else if (value[1] === 'E') timers.deleteEventTimeTimer(time);
  else timers.deleteProcessingTimeTimer(time);
};

function open(onTimer: OnTimer = say, isBatch = false): Promise<OperatorTestHarness> {
  const make = () => operatorOf({ type: 'keyedProcess' }, { function: new Timers(command, onTimer), keySelector });
  return openHarness(make, { keySelectors: [keySelector], isBatch });
}

function feed(harness: OperatorTestHarness, ...elements: string[]): void {
  for (const element of elements) harness.processElement(element);
}

describe('event-time timers', () => {
  it('fire in order of time, before the watermark is handed on', async () => {
    const harness = await open();

    feed(harness, 'ae7', 'be3', 'ae5', 'be9');
    harness.processWatermark(7);

    expect(brief(harness.output)).toEqual(['b3', 'a5', 'a7', 'wm 7']);
  });

  it('fire once, however often they were registered', async () => {
    const harness = await open();

    feed(harness, 'ae5', 'ae5', 'be5');
    harness.processWatermark(10);

    expect(brief(harness.output)).toEqual(['a5', 'b5', 'wm 10']);
  });

  it('do not fire when they were deleted; deleting an unknown one does nothing', async () => {
    const harness = await open();

    feed(harness, 'ae5', 'aE5', 'bE5', 'ae6');
    harness.processWatermark(10);

    expect(brief(harness.output)).toEqual(['a6', 'wm 10']);
  });

  it('at or below the watermark wait for the next advance', async () => {
    const harness = await open();

    harness.processWatermark(10);
    feed(harness, 'ae5');
    const inline = harness.output.length;
    harness.processWatermark(11);

    expect(inline).toBe(1);
    expect(brief(harness.output)).toEqual(['wm 10', 'a5', 'wm 11']);
  });

  it('that a timer registers at or below the watermark fire in the same pass', async () => {
    const harness = await open((time, context, out) => {
      say(time, context, out);
      if (time < 8) context.timerService().registerEventTimeTimer(time + 2);
    });

    feed(harness, 'ae4');
    harness.processWatermark(8);

    expect(brief(harness.output)).toEqual(['a4', 'a6', 'a8', 'wm 8']);
  });

  it('see the watermark that fires them', async () => {
    const harness = await open((_time, context, out) => out.collect(`${context.timerService().currentWatermark()}`));

    feed(harness, 'ae4');
    harness.processWatermark(8);

    expect(brief(harness.output)).toEqual(['8', 'wm 8']);
  });

  it('fire through the last watermark at the end of the input, processing-time timers do not', async () => {
    const harness = await open();

    feed(harness, 'ae1000', 'ap1000', 'aeInfinity');
    await harness.endInput();

    expect(brief(harness.output)).toEqual(['a1000', 'aInfinity', 'wm Infinity']);
    expect(harness.counts('user-timers')).toMatchObject({ eventTimers: 0, processingTimers: 1 });
  });

  it('of both kinds fire at the end of the input in BATCH mode', async () => {
    const harness = await open(say, true);

    feed(harness, 'ap1000', 'ae3', 'bp20');
    await harness.endInput();

    expect(brief(harness.output)).toEqual(['a3', 'b20', 'a1000', 'wm Infinity']);
  });
});

describe('processing-time timers', () => {
  it('fire when the clock reaches them, in order of time', async () => {
    const harness = await open();

    feed(harness, 'ap7', 'bp3', 'ap5');
    harness.setProcessingTime(5);
    const first = brief(harness.output.splice(0));
    harness.setProcessingTime(6);
    harness.setProcessingTime(100);

    expect(first).toEqual(['b3', 'a5']);
    expect(brief(harness.output)).toEqual(['a7']);
  });

  it('that lie in the past fire at the next look at the clock', async () => {
    const harness = await open();

    harness.setProcessingTime(50);
    feed(harness, 'ap10');
    harness.setProcessingTime(50);

    expect(brief(harness.output)).toEqual(['a10']);
  });

  it('are re-armed for an earlier one, and for the next one after a deletion', async () => {
    const harness = await open();

    feed(harness, 'ap20', 'ap10', 'aP10', 'bp15');
    harness.setProcessingTime(15);

    expect(brief(harness.output)).toEqual(['b15']);
  });

  it('see a clock that stands still while they fire, and may register more', async () => {
    const harness = await open((time, context, out) => {
      const timers = context.timerService();
      out.collect(`${time}@${timers.currentProcessingTime()}`);
      if (time < 30) timers.registerProcessingTimeTimer(time + 10);
    });

    feed(harness, 'ap10');
    harness.setProcessingTime(25);
    harness.setProcessingTime(30);

    expect(brief(harness.output)).toEqual(['10@25', '20@25', '30@30']);
  });

  it('that are overdue fire right after a restore', async () => {
    const harness = await open();
    feed(harness, 'ap10', 'bp20', 'ae5');

    await harness.restore(await harness.snapshot(), { time: 15 });

    expect(brief(harness.output)).toEqual(['a10']);
    expect(harness.counts('user-timers')).toMatchObject({ eventTimers: 1, processingTimers: 1 });
  });
});
