import { describe, expect, it } from 'vitest';
import type { Collector } from '../../src/api/functions.js';
import {
  EventTimeSessionWindows,
  GlobalWindows,
  ProcessingTimeSessionWindows,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from '../../src/api/windowing/assigners.js';
import { CountEvictor, DeltaEvictor, TimeEvictor } from '../../src/api/windowing/evictors.js';
import { PurgingTrigger } from '../../src/api/windowing/further-triggers.js';
import {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  CountTrigger,
  EndOfStreamTrigger,
  EventTimeTrigger,
  ProcessingTimeTrigger,
} from '../../src/api/windowing/triggers.js';
import {
  MergingWindowAssigner,
  Trigger,
  type TriggerContext,
  type TriggerResult,
  type WindowAssigner,
} from '../../src/api/windowing/window-contracts.js';
import type { WindowFunction } from '../../src/api/windowing/window-functions.js';
import { TimeWindow, type Window } from '../../src/common/windows.js';
import type { WindowSpec } from '../../src/graph/transformation.js';
import type { StreamOperator } from '../../src/operators/stream-operator.js';
import { Types } from '../../src/state/types.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { operatorOf } from '../support/operators.js';
import { type ConformanceRow, type Fields, rowsOf, timeOf, titleOf } from './window-rows.js';

type Element = readonly [key: string, value: number];

/** Points where the value is 33, else sessions of three seconds. */
class PointSessions extends MergingWindowAssigner<Element> {
  override assignWindows([, value]: Element, timestamp: number): readonly TimeWindow[] {
    return [new TimeWindow(timestamp, value === 33 ? timestamp : timestamp + 3000)];
  }

  override getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return EventTimeTrigger.create();
  }

  override isEventTime(): boolean {
    return true;
  }
}

/** Fires at the end of the window and purges it when its time is over. */
class FireThenPurge extends Trigger<unknown, Window> {
  onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    context.registerEventTimeTimer(window.maxTimestamp());
    return 'CONTINUE';
  }

  onEventTime(time: number, window: Window): TriggerResult {
    return time === window.maxTimestamp() ? 'FIRE_AND_PURGE' : 'FIRE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(): void {}
}

function dynamicGap([key, value]: Element): number {
  if (key === 'key1') return 3000;
  return value === 10 ? 1000 : 2000;
}

function assignerOf(setup: Fields): WindowAssigner<unknown, Window> {
  const [size, slide, gap] = [Number(setup['size']), Number(setup['slide']), Number(setup['gap'])];
  const makers: Record<string, () => unknown> = {
    'tumbling-event': () => TumblingEventTimeWindows.of(size),
    'tumbling-processing': () => TumblingProcessingTimeWindows.of(size),
    'sliding-event': () => SlidingEventTimeWindows.of(size, slide),
    'session-event': () => EventTimeSessionWindows.withGap(gap),
    'session-event-dynamic': () => EventTimeSessionWindows.withDynamicGap(dynamicGap),
    'session-processing': () => ProcessingTimeSessionWindows.withGap(gap),
    global: () => GlobalWindows.create(),
    'global with end-of-stream trigger': () => GlobalWindows.createWithEndOfStreamTrigger(),
    'custom merging: value 33 -> [ts,ts) else [ts,ts+3000)': () => new PointSessions(),
  };
  return makers[String(setup['assigner'])]?.() as WindowAssigner<unknown, Window>;
}

const TRIGGERS: Readonly<Record<string, () => unknown>> = {
  EventTime: () => EventTimeTrigger.create(),
  ProcessingTime: () => ProcessingTimeTrigger.create(),
  'Purging(EventTime)': () => PurgingTrigger.of(EventTimeTrigger.create()),
  'Purging(Count(4))': () => PurgingTrigger.of(CountTrigger.of(4)),
  'Count(2)': () => CountTrigger.of(2),
  'ContinuousEventTime(3000)': () => ContinuousEventTimeTrigger.of(3000),
  'ContinuousProcessingTime(5)': () => ContinuousProcessingTimeTrigger.of(5),
  'EndOfStream (fires only at watermark MAX)': () => EndOfStreamTrigger.create(),
  'custom: fires at window max timestamp, purges at cleanup time': () => new FireThenPurge(),
};

const delta = (a: Element, b: Element): number => b[1] - a[1];
const EVICTORS: Readonly<Record<string, () => unknown>> = {
  'Count(4, evictAfter)': () => CountEvictor.of(4, true),
  'Count(4) before': () => CountEvictor.of(4),
  'Time(2000, evictAfter)': () => TimeEvictor.of(2000, true),
  'Delta(threshold 2, delta = last - element) before': () => DeltaEvictor.of(2, delta),
};

type Apply = WindowFunction<Element, unknown, string, Window>;
const total = (elements: readonly Element[]): number => elements.reduce((sum, [, value]) => sum + value, 0);
const bounds = (window: Window): readonly [number, number] => {
  const { start, end } = window as TimeWindow;
  return [start, end];
};
const AGGREGATIONS: Readonly<Record<string, { readonly fold: WindowSpec['fold']; readonly apply?: Apply }>> = {
  sum: { fold: 'reduce' },
  'sum over list': { fold: 'none', apply: (key, _window, elements, out) => out.collect([key, total(elements)]) },
  'pass each element': { fold: 'none', apply: (_key, _window, elements, out) => collectAll(elements, out) },
  "list: 'GOT: ' + elements": {
    fold: 'none',
    apply: (_key, _window, elements, out) => out.collect(`GOT: ${elements.map((e) => `(${e.join(',')})`).join(', ')}`),
  },
  '[start,end,sum]': {
    fold: 'reduce',
    apply: (_key, w, elements, out) => out.collect([...bounds(w), total(elements)]),
  },
};
const KEY_SUM_BOUNDS = {
  fold: 'reduce',
  apply: (key, window, elements, out) => out.collect([`${key}-${total(elements)}`, ...bounds(window)]),
} as const satisfies { fold: WindowSpec['fold']; apply: Apply };

function collectAll(elements: readonly Element[], out: Collector<unknown>): void {
  for (const element of elements) out.collect(element);
}

function windowOperator(setup: Fields): StreamOperator {
  const agg = String(setup['agg']);
  const { fold, apply } = { apply: undefined, ...(agg.includes('[key-sum') ? KEY_SUM_BOUNDS : AGGREGATIONS[agg]!) };
  const spec: WindowSpec = {
    type: 'window',
    fold,
    call: apply === undefined ? 'none' : 'apply',
    allowedLateness: Number(setup['lateness'] ?? 0),
    ...(setup['lateTag'] !== undefined && { lateTag: String(setup['lateTag']) }),
  };
  const evictor = EVICTORS[String(setup['evictor'])]?.();
  return operatorOf(spec, {
    assigner: assignerOf(setup),
    trigger: TRIGGERS[String(setup['trigger'])]?.(),
    ...(evictor !== undefined && { evictor }),
    fold: (a: Element, b: Element): Element => [a[0], a[1] + b[1]],
    ...(apply !== undefined && { function: apply }),
    keySelector: ([key]: Element) => key,
  });
}

/** Entries between watermarks as a multiset. */
function comparable(entries: readonly Fields[]): string[][] {
  const segments: string[][] = [[]];
  for (const entry of entries) {
    if (entry['t'] === 'wm') segments.push([JSON.stringify(entry)], []);
    else segments.at(-1)?.push(JSON.stringify(entry));
  }
  return segments.map((segment) => segment.sort());
}

const shownTime = (time: number): number | string => (time === Number.POSITIVE_INFINITY ? 'MAX' : time);

function toEntry(emitted: Emitted): Fields {
  if (emitted.kind === 'status') return { t: 'status' };
  if (emitted.kind === 'watermark') return { t: 'wm', ts: shownTime(emitted.timestamp) };
  const [t, tag] = emitted.tag === undefined ? ['rec'] : ['side', emitted.tag];
  return { t, v: emitted.value, ts: shownTime(emitted.timestamp), ...(tag !== undefined && { tag }) };
}

/** The fields in one order, and times that are written with a distance as numbers. */
function toExpected(expected: unknown): Fields {
  const { t, v, ts, tag } = expected as Fields;
  const time = ts === 'MAX' ? ts : timeOf(ts);
  return { t, ...(v !== undefined && { v }), ts: time, ...(tag !== undefined && { tag }) };
}

async function drive(row: ConformanceRow): Promise<Fields[]> {
  const harness = new OperatorTestHarness({
    createOperator: () => windowOperator(row.setup),
    keySelectors: [([key]: Element) => key],
    keyType: Types.STRING as never,
  });
  await harness.open();
  for (const event of row.events) {
    if (event['t'] === 'el') {
      const timestamp = event['ts'] === undefined ? Number.NEGATIVE_INFINITY : timeOf(event['ts']);
      harness.processElement([event['k'], event['v']], timestamp);
    } else if (event['t'] === 'wm') harness.processWatermark(timeOf(event['ts']));
    else if (event['t'] === 'pt') harness.setProcessingTime(timeOf(event['ts']));
    else await harness.restore(await harness.snapshot());
  }
  await harness.close();
  return harness.output.map(toEntry);
}

const rows = ['window-operator', 'window-lateness', 'window-cleanup', 'trigger', 'evictor']
  .flatMap(rowsOf)
  .filter(({ setup }) => setup['operator'] === 'window');

describe('a window operator', () => {
  it.each(rows.map((row) => [titleOf(row), row] as const))('%s', async (_title, row) => {
    const entries = await drive(row);

    expect(comparable(entries)).toEqual(comparable(row.expected.map(toExpected)));
  });
});
