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
import { CountEvictor, TimeEvictor } from '../../src/api/windowing/evictors.js';
import { DeltaTrigger, ProcessingTimeoutTrigger, PurgingTrigger } from '../../src/api/windowing/further-triggers.js';
import { ContinuousEventTimeTrigger, CountTrigger } from '../../src/api/windowing/triggers.js';
import type { Trigger, WindowAssigner } from '../../src/api/windowing/window-contracts.js';
import type { Window } from '../../src/common/windows.js';
import type { NodeFunctions, WindowSpec } from '../../src/graph/transformation.js';
import { checkOperator, type OperatorCase, type Step } from '../support/operator-harness.js';
import { openHarness, operatorOf } from '../support/operators.js';

type Element = readonly [key: string, value: number];

const keySelector = ([key]: Element): string => key;
const sum = (a: Element, b: Element): Element => [a[0], a[1] + b[1]];
const list = (key: string, _window: Window, elements: readonly Element[], out: Collector<unknown>): void =>
  out.collect([key, ...elements.map(([, value]) => value)]);
const at = (key: string, value: number, timestamp: number): Step => ({ element: [key, value], timestamp });

interface Windowing {
  readonly assigner: () => unknown;
  readonly trigger?: () => unknown;
  readonly evictor?: () => unknown;
  readonly fold?: WindowSpec['fold'];
  readonly lateness?: number;
  readonly lateTag?: string;
}

/** An operator that reduces, or lists the elements when it does not fold. */
function operator(windowing: Windowing) {
  const { fold = 'reduce', lateTag } = windowing;
  const spec: WindowSpec = {
    type: 'window',
    fold,
    call: fold === 'none' ? 'apply' : 'none',
    allowedLateness: windowing.lateness ?? 0,
    ...(lateTag !== undefined && { lateTag }),
  };
  return () => {
    const assigner = windowing.assigner() as WindowAssigner<unknown, Window>;
    const functions: NodeFunctions = {
      assigner,
      trigger: (windowing.trigger?.() ?? assigner.getDefaultTrigger()) as Trigger<unknown, Window>,
      ...(windowing.evictor !== undefined && { evictor: windowing.evictor() }),
      fold: sum,
      function: list,
      keySelector,
    };
    return operatorOf(spec, functions);
  };
}

const outputKey = (value: unknown): unknown =>
  Array.isArray(value) ? value[0] : (Object.values(value as object)[0] as Element)[0];
const check = (
  windowing: Windowing,
  steps: readonly Step[],
  rest: Pick<OperatorCase, 'expected'> & Partial<OperatorCase>,
): Promise<void> =>
  checkOperator({
    operator: operator(windowing),
    steps,
    keySelectors: [keySelector],
    outputKey,
    withTimestamps: true,
    ...rest,
  });

const EVENT_STEPS: readonly Step[] = [
  at('a', 1, 1),
  at('b', 2, 3),
  at('a', 4, 9),
  { watermark: 5 },
  at('a', 8, 6),
  at('b', 16, 12),
  { watermark: 9 },
  at('a', 32, 11),
  at('a', 64, 4),
  { watermark: 19 },
  { end: true },
];

describe('window operators', () => {
  it('fold tumbling windows as elements come', async () => {
    await check({ assigner: () => TumblingEventTimeWindows.of(10), lateTag: 'late' }, EVENT_STEPS, {
      expected: [
        [['a', 13], 9],
        [['b', 2], 9],
        [{ late: ['a', 64] }, 4],
        [['b', 16], 19],
        [['a', 32], 19],
      ],
    });
  });

  it('fire again for elements within the allowed lateness', async () => {
    await check({ assigner: () => TumblingEventTimeWindows.of(10), lateness: 5 }, EVENT_STEPS, {
      expected: [
        [['a', 13], 9],
        [['b', 2], 9],
        [['a', 77], 9],
        [['b', 16], 19],
        [['a', 32], 19],
      ],
    });
  });

  it('keep an element in each of its sliding windows', async () => {
    const steps = [
      at('a', 1, 1),
      { watermark: 4 },
      at('a', 2, 6),
      { watermark: 9 },
      { watermark: 14 },
      { end: true as const },
    ];
    await check({ assigner: () => SlidingEventTimeWindows.of(10, 5), fold: 'none' }, steps, {
      expected: [
        [['a', 1], 4],
        [['a', 1, 2], 9],
        [['a', 2], 14],
      ],
    });
  });

  it('merge sessions, and fold what they held', async () => {
    const steps = [
      at('a', 1, 1),
      at('b', 2, 2),
      at('a', 4, 12),
      at('a', 8, 6),
      { watermark: 17 },
      at('a', 16, 18),
      { end: true as const },
    ];
    await check({ assigner: () => EventTimeSessionWindows.withGap(6) }, steps, {
      expected: [
        [['b', 2], 7],
        [['a', 13], 17],
        [['a', 16], 23],
      ],
    });
  });

  it('follow the clock with processing-time windows and sessions', async () => {
    const steps = [{ time: 1 }, at('a', 1, 0), { time: 6 }, at('a', 2, 0), { time: 20 }, at('a', 4, 0), { time: 40 }];
    await check({ assigner: () => TumblingProcessingTimeWindows.of(5) }, steps, {
      expected: [
        [['a', 1], 4],
        [['a', 2], 9],
        [['a', 4], 24],
      ],
    });
    await check({ assigner: () => ProcessingTimeSessionWindows.withGap(8) }, steps, {
      expected: [
        [['a', 3], 13],
        [['a', 4], 27],
      ],
    });
  });

  it('count elements, and evict by count and time', async () => {
    const steps = [at('a', 1, 1), at('a', 2, 2), at('b', 1, 3), at('a', 3, 9), at('a', 4, 10), at('b', 2, 11)];
    const count = { assigner: () => GlobalWindows.create(), trigger: () => CountTrigger.of(2), fold: 'none' as const };
    const end = Number.POSITIVE_INFINITY;
    await check({ ...count, trigger: () => PurgingTrigger.of(CountTrigger.of(2)) }, steps, {
      expected: [
        [['a', 1, 2], end],
        [['a', 3, 4], end],
        [['b', 1, 2], end],
      ],
    });
    await check({ ...count, evictor: () => CountEvictor.of(3) }, steps, {
      expected: [
        [['a', 1, 2], end],
        [['a', 2, 3, 4], end],
        [['b', 1, 2], end],
      ],
    });
    await check({ ...count, evictor: () => TimeEvictor.of(5, true) }, steps, {
      expected: [
        [['a', 1, 2], end],
        [['a', 1, 2, 3, 4], end],
        [['b', 1, 2], end],
      ],
    });
  });

  it('keep the state of triggers', async () => {
    const delta = ([, a]: Element, [, b]: Element): number => b - a;
    const steps = [at('a', 1, 1), { watermark: 2 }, at('a', 2, 3), { watermark: 5 }, at('a', 9, 7), { watermark: 20 }];
    await check(
      { assigner: () => TumblingEventTimeWindows.of(20), trigger: () => ContinuousEventTimeTrigger.of(4) },
      steps,
      {
        expected: [
          [['a', 3], 19],
          [['a', 12], 19],
          [['a', 12], 19],
          [['a', 12], 19],
          [['a', 12], 19],
        ],
      },
    );
    await check({ assigner: () => TumblingEventTimeWindows.of(20), trigger: () => DeltaTrigger.of(3, delta) }, steps, {
      expected: [[['a', 12], 19]],
    });
  });

  it('time out', async () => {
    const trigger = () => ProcessingTimeoutTrigger.of(CountTrigger.of(3), 10);
    const steps = [
      { time: 1 },
      at('a', 1, 1),
      { time: 5 },
      at('a', 2, 1),
      { time: 11 },
      at('a', 4, 1),
      at('a', 8, 1),
      at('a', 16, 1),
    ];
    await check({ assigner: () => TumblingEventTimeWindows.of(20), trigger }, steps, {
      expected: [
        [['a', 3], 19],
        [['a', 31], 19],
      ],
    });
  });

  it('refuse a trigger that cannot merge on windows that do', () => {
    const trigger = () => DeltaTrigger.of(3, () => 0);

    expect(operator({ assigner: () => EventTimeSessionWindows.withGap(5), trigger })).toThrow(
      /does not support merging/,
    );
  });

  it('leave nothing behind when windows are over', async () => {
    const harness = await openHarness(operator({ assigner: () => EventTimeSessionWindows.withGap(5), lateness: 3 }), {
      keySelectors: [keySelector],
    });
    for (let i = 0; i < 50; i++) harness.processElement([`k${i % 7}`, i], i * 3);

    await harness.endInput();

    expect(harness.counts('window-timers')).toEqual({ eventTimers: 0, processingTimers: 0, stateEntries: 0 });
  });

  it('register the timers of restored windows again at the first element, under another lateness', async () => {
    const harness = await openHarness(operator({ assigner: () => TumblingEventTimeWindows.of(10) }), {
      keySelectors: [keySelector],
    });
    harness.processElement(['a', 1], 1);
    const snapshot = await harness.snapshot();

    const later = await openHarness(operator({ assigner: () => TumblingEventTimeWindows.of(10), lateness: 4 }), {
      keySelectors: [keySelector],
    });
    await later.restore(snapshot);
    later.processElement(['a', 2], 2);
    later.processWatermark(20);

    expect(later.counts('window-timers')).toEqual({ eventTimers: 0, processingTimers: 0, stateEntries: 0 });
  });
});
