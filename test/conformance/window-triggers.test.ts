import { describe, expect, it } from 'vitest';
import { ProcessingTimeoutTrigger } from '../../src/api/windowing/further-triggers.js';
import { ContinuousEventTimeTrigger, CountTrigger, EventTimeTrigger } from '../../src/api/windowing/triggers.js';
import type { Trigger, TriggerResult } from '../../src/api/windowing/window-contracts.js';
import { TimeWindow, type Window } from '../../src/common/windows.js';
import type { Output } from '../../src/operators/stream-operator.js';
import type { InternalTimerService } from '../../src/operators/timer-service.js';
import { WindowTriggerContext } from '../../src/operators/window/window-contexts.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { TIME_WINDOW } from '../../src/state/namespaces.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import { type Fields, rowsOf, timeOf, titleOf } from './window-rows.js';

type Pair = readonly [number, number];
const toWindow = ([start, end]: Pair): TimeWindow => new TimeWindow(start, end);

/** The rows' elements have no timestamp, which is the smallest long: any time long ago does as well. */
const LONG_AGO = -1_000_000_000_000;

const TRIGGERS: Readonly<Record<string, () => unknown>> = {
  EventTime: () => EventTimeTrigger.create(),
  'Count(3)': () => CountTrigger.of(3),
  'ContinuousEventTime(5ms)': () => ContinuousEventTimeTrigger.of(5),
  'ContinuousEventTime(1h)': () => ContinuousEventTimeTrigger.of(3_600_000),
  'ProcessingTimeout(Count(3), 50ms, resetTimerOnNewRecord=false, clearOnTimeout=true)': () =>
    ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50),
  'ProcessingTimeout(Count(3), 50ms, false, clearOnTimeout=false)': () =>
    ProcessingTimeoutTrigger.of(CountTrigger.of(3), 50, { shouldClearOnTimeout: false }),
};

interface TestTimer {
  readonly time: number;
  readonly window: TimeWindow;
}

/** The timers of one domain. */
class TestTimers {
  timers: TestTimer[] = [];

  register(window: TimeWindow, time: number): void {
    this.delete(window, time);
    this.timers.push({ time, window });
  }

  delete(window: TimeWindow, time: number): void {
    this.timers = this.timers.filter((timer) => timer.time !== time || !timer.window.equals(window));
  }

  /** Takes all that are due, before any of them fires. */
  takeDue(time: number): TestTimer[] {
    const due = this.timers.filter((timer) => timer.time <= time).sort((a, b) => a.time - b.time);
    this.timers = this.timers.filter((timer) => timer.time > time);
    return due;
  }

  count(window: string): number {
    return this.timers.filter(({ window: { start, end } }) => `${start}-${end}` === window).length;
  }
}

/** Drives a trigger alone, over the real state. */
class TriggerHarness {
  readonly #trigger: Trigger<unknown, Window>;
  readonly #event = new TestTimers();
  readonly #processing = new TestTimers();
  readonly #backend: HeapKeyedStateBackend<unknown>;
  readonly #context: WindowTriggerContext;
  #watermark = Number.NEGATIVE_INFINITY;
  #now = 0;

  constructor(trigger: Trigger<unknown, Window>) {
    this.#trigger = trigger;
    this.#backend = new HeapKeyedStateBackend<unknown>({
      keyType: new KeyTypeCell({ declared: Types.STRING, maxParallelism: 1 }),
      keyGroupRange: { first: 0, last: 0 },
      maxParallelism: 1,
      ttlNow: () => 0,
    });
    this.#backend.setCurrentKey('key', 0);
    const timers = {
      currentWatermark: () => this.#watermark,
      currentProcessingTime: () => this.#now,
      registerEventTimeTimer: (window: TimeWindow, time: number) => this.#event.register(window, time),
      deleteEventTimeTimer: (window: TimeWindow, time: number) => this.#event.delete(window, time),
      registerProcessingTimeTimer: (window: TimeWindow, time: number) => this.#processing.register(window, time),
      deleteProcessingTimeTimer: (window: TimeWindow, time: number) => this.#processing.delete(window, time),
    } as unknown as InternalTimerService<unknown, Window>;
    const windowType = TIME_WINDOW as unknown as Type<Window>;
    this.#context = new WindowTriggerContext({ backend: this.#backend, windowType, timers, output: {} as Output });
  }

  perform(event: Fields): unknown {
    switch (event['t']) {
      case 'el':
        return this.#at(toWindow(event['w'] as Pair), (window) =>
          this.#trigger.onElement('element', LONG_AGO, window, this.#context),
        );
      case 'wm':
        this.#watermark = timeOf(event['ts']);
        return this.#fire(this.#event.takeDue(this.#watermark), 'onEventTime', event);
      case 'pt':
        this.#now = timeOf(event['ts']);
        return this.#fire(this.#processing.takeDue(this.#now), 'onProcessingTime', event);
      case 'fireEventTimer':
        return this.#fire([{ time: timeOf(event['ts']), window: toWindow(event['w'] as Pair) }], 'onEventTime', event);
      case 'clear':
        return this.#at(toWindow(event['w'] as Pair), (window) => this.#trigger.clear(window, this.#context));
      case 'merge':
        this.#merge(event);
        return undefined;
      default:
        return this.#counts();
    }
  }

  /** As the operator merges: state and timers come to the result, then the old windows are cleared. */
  #merge(event: Fields): void {
    const merged = (event['of'] as Pair[]).map(toWindow);
    this.#context.mergedWindows = merged;
    this.#at(toWindow(event['into'] as Pair), (window) => this.#trigger.onMerge(window, this.#context));
    for (const window of merged) this.#at(window, () => this.#trigger.clear(window, this.#context));
  }

  #at<R>(window: TimeWindow, call: (window: TimeWindow) => R): R {
    this.#context.window = window;
    return call(window);
  }

  #fire(due: readonly TestTimer[], method: 'onEventTime' | 'onProcessingTime', event: Fields): unknown {
    const results = due.map(({ time, window }) => {
      const r: TriggerResult = this.#at(window, () => this.#trigger[method](time, window, this.#context));
      return { w: [window.start, window.end], r };
    });
    return event['w'] === undefined ? results : results.at(-1)?.r;
  }

  #counts(): Fields {
    const windows = ['0-2', '2-4', '0-4'];
    return {
      state: this.#backend.numEntries(),
      etTimers: this.#event.timers.length,
      ptTimers: this.#processing.timers.length,
      byWindow: Object.fromEntries(windows.map((window) => [window, this.#event.count(window)])),
    };
  }
}

const alone = rowsOf('trigger').filter(({ setup }) => setup['operator'] === 'trigger-harness');

describe('a trigger', () => {
  it.each(alone.map((row) => [titleOf(row), row] as const))('%s', (_title, row) => {
    const harness = new TriggerHarness(TRIGGERS[String(row.setup['trigger'])]?.() as Trigger<unknown, Window>);

    for (const [index, event] of row.events.entries()) {
      const got = harness.perform(event);
      const expected = row.expected[index];
      if (expected === null) continue;
      // The source asks whether the firing is among those of the watermark.
      if (Array.isArray(expected)) expect(got, `event ${index}`).toEqual(expect.arrayContaining(expected));
      else if (typeof expected === 'object') expect(got, `event ${index}`).toMatchObject(expected);
      else expect(got, `event ${index}`).toBe(expected);
    }
  });
});
