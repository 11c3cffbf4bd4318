/** Assigners, triggers, evictors and functions of the window cases, made of what the cases say. */

import type { Collector } from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import {
  EventTimeSessionWindows,
  GlobalWindows,
  ProcessingTimeSessionWindows,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from '../../src/api/windowing/assigners.js';
import { CountEvictor, DeltaEvictor, TimeEvictor } from '../../src/api/windowing/evictors.js';
import { DeltaTrigger, ProcessingTimeoutTrigger, PurgingTrigger } from '../../src/api/windowing/further-triggers.js';
import {
  ContinuousEventTimeTrigger,
  ContinuousProcessingTimeTrigger,
  CountTrigger,
  EventTimeTrigger,
  ProcessingTimeTrigger,
} from '../../src/api/windowing/triggers.js';
import {
  type Evictor,
  type OnMergeContext,
  Trigger,
  type TriggerContext,
  type TriggerResult,
  type WindowAssigner,
  type WindowContext,
} from '../../src/api/windowing/window-contracts.js';
import { ProcessWindowFunction } from '../../src/api/windowing/window-functions.js';
import { TimeWindow, type Window } from '../../src/common/windows.js';
import {
  type AggregateFunction,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { timeToJson } from './golden-case.js';
import { REDUCERS } from './golden-functions.js';
import type { Pair } from './list-program.js';

export type Options = Readonly<Record<string, unknown>>;
type AnyAssigner = WindowAssigner<unknown, Window>;
type AnyTrigger = Trigger<unknown, Window>;

/** How the cases lay an element out: `v` of it decides. */
const amountOf = (element: unknown): number => {
  const { v } = element as { v: unknown };
  return (typeof v === 'object' && v !== null ? (v as Pair).v : v) as number;
};
const delta = (a: unknown, b: unknown): number => amountOf(b) - amountOf(a);
const dynamicGap = (element: unknown): number => 1 + (amountOf(element) % 7);

export function assignerOf(options: Options): AnyAssigner {
  const [size, slide, offset] = [Number(options['size']), Number(options['slide']), Number(options['offset'] ?? 0)];
  const gap = Number(options['gap']);
  const assigners: Record<string, () => unknown> = {
    tumblingEvent: () => TumblingEventTimeWindows.of(size, offset),
    tumblingProcessing: () => TumblingProcessingTimeWindows.of(size, offset),
    slidingEvent: () => SlidingEventTimeWindows.of(size, slide, offset),
    slidingProcessing: () => SlidingProcessingTimeWindows.of(size, slide, offset),
    sessionEvent: () => EventTimeSessionWindows.withGap(gap),
    sessionProcessing: () => ProcessingTimeSessionWindows.withGap(gap),
    dynamicSessionEvent: () => EventTimeSessionWindows.withDynamicGap(dynamicGap),
    dynamicSessionProcessing: () => ProcessingTimeSessionWindows.withDynamicGap(dynamicGap),
    global: () => GlobalWindows.create(),
    globalEndOfStream: () => GlobalWindows.createWithEndOfStreamTrigger(),
    count: () => GlobalWindows.create(),
  };
  const make = assigners[String(options['type'])];
  if (make === undefined) throw new Error(`There is no assigner ${JSON.stringify(options['type'])}.`);
  return make() as AnyAssigner;
}

export function triggerOf(options: Options): AnyTrigger {
  const nested = (): AnyTrigger => triggerOf(options['of'] as Options);
  const triggers: Record<string, () => unknown> = {
    eventTime: () => EventTimeTrigger.create(),
    processingTime: () => ProcessingTimeTrigger.create(),
    count: () => CountTrigger.of(Number(options['n'])),
    continuousEventTime: () => ContinuousEventTimeTrigger.of(Number(options['interval'])),
    continuousProcessingTime: () => ContinuousProcessingTimeTrigger.of(Number(options['interval'])),
    delta: () => DeltaTrigger.of(Number(options['threshold']), delta),
    purging: () => PurgingTrigger.of(nested()),
    processingTimeout: () =>
      ProcessingTimeoutTrigger.of(nested(), Number(options['timeout']), {
        resetTimerOnNewRecord: options['resetTimerOnNewRecord'] === true,
        shouldClearOnTimeout: options['shouldClearOnTimeout'] === true,
      }),
    earlyCount: () => new EarlyCountTrigger(Number(options['n'])),
  };
  const make = triggers[String(options['type'])];
  if (make === undefined) throw new Error(`There is no trigger ${JSON.stringify(options['type'])}.`);
  return make() as AnyTrigger;
}

export function evictorOf(options: Options): Evictor<unknown, Window> {
  const after = options['after'] === true;
  switch (options['type']) {
    case 'count':
      return CountEvictor.of(Number(options['n']), after);
    case 'time':
      return TimeEvictor.of(Number(options['interval']), after);
    case 'delta':
      return DeltaEvictor.of(Number(options['threshold']), delta, after);
    default:
      throw new Error(`There is no evictor ${JSON.stringify(options['type'])}.`);
  }
}

/** Trigger and evictor of an operator, where it says so or its assigner implies them. */
export function windowing(operator: Options): Options {
  const assigner = operator['assigner'] as Options;
  const functions: Record<string, unknown> = { assigner: assignerOf(assigner) };
  functions['trigger'] = (functions['assigner'] as AnyAssigner).getDefaultTrigger();
  if (assigner['type'] === 'count') {
    const [n, slide] = [Number(assigner['n'] ?? assigner['size']), assigner['slide']];
    functions['trigger'] = slide === undefined ? PurgingTrigger.of(CountTrigger.of(n)) : CountTrigger.of(Number(slide));
    if (slide !== undefined) functions['evictor'] = CountEvictor.of(n);
  }
  if (operator['trigger'] !== undefined) functions['trigger'] = triggerOf(operator['trigger'] as Options);
  if (operator['evictor'] !== undefined) functions['evictor'] = evictorOf(operator['evictor'] as Options);
  return functions;
}

/** Fires at every n elements and at the end of the window. */
class EarlyCountTrigger extends Trigger<unknown, Window> {
  readonly #n: number;
  readonly #count = new ReducingStateDescriptor<number>('early-count', (a, b) => a + b, Types.LONG);

  constructor(n: number) {
    super();
    this.#n = n;
  }

  onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return 'FIRE';
    context.registerEventTimeTimer(window.maxTimestamp());
    const count = context.getPartitionedState(this.#count);
    count.add(1);
    if ((count.get() ?? 0) < this.#n) return 'CONTINUE';
    count.clear();
    return 'FIRE';
  }

  onEventTime(time: number, window: Window): TriggerResult {
    return time === window.maxTimestamp() ? 'FIRE' : 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(window: Window, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp());
    context.getPartitionedState(this.#count).clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(this.#count);
    if (window.maxTimestamp() > context.getCurrentWatermark()) context.registerEventTimeTimer(window.maxTimestamp());
  }
}

/** Reduces pairs by their values. */
export function reducerOf(name: string): (a: Pair, b: Pair) => Pair {
  const fold = REDUCERS[name];
  if (fold === undefined) throw new Error(`There is no reduce function ${name}.`);
  return (a, b) => ({ k: a.k, v: fold(a.v as number, b.v as number) });
}

type Folding = { readonly add: (acc: unknown, v: number) => unknown; readonly merge?: (a: never, b: never) => unknown };
const FOLDINGS: Readonly<Record<string, Folding>> = {
  count: { add: (acc) => ((acc as number | null) ?? 0) + 1, merge: (a: number, b: number) => a + b },
  sum: { add: (acc, v) => ((acc as number | null) ?? 0) + v, merge: (a: number, b: number) => a + b },
  avg: {
    add(acc, v) {
      const [sum, count] = (acc as [number, number] | null) ?? [0, 0];
      return [sum + v, count + 1];
    },
    merge: (a: number[], b: number[]) => a.map((each, i) => each + (b[i] ?? 0)),
  },
  minmax: {
    add(acc, v) {
      const [min, max] = (acc as [number, number] | null) ?? [v, v];
      return [Math.min(min, v), Math.max(max, v)];
    },
    merge: (a: number[], b: number[]) => [Math.min(a[0]!, b[0]!), Math.max(a[1]!, b[1]!)],
  },
  cat: { add: (acc, v) => (acc === null ? String(v) : `${String(acc)},${v}`) },
};

/** The accumulator is a pair too, so that the result knows its key. */
export function aggregateOf(name: string): AggregateFunction<Pair, Pair, Pair> {
  const folding = FOLDINGS[name];
  if (folding === undefined) throw new Error(`There is no aggregate function ${name}.`);
  const { add, merge } = folding;
  return {
    createAccumulator: () => ({ k: null, v: null }),
    add: (pair, acc) => ({ k: pair.k, v: add(acc.v, pair.v as number) }),
    getResult: (acc) => acc,
    ...(merge !== undefined && { merge: (a: Pair, b: Pair) => ({ k: a.k, v: merge(a.v as never, b.v as never) }) }),
  };
}

const SEEN_KEY = new ValueStateDescriptor<unknown>('seen-key');
const WINDOW_CALLS = new ValueStateDescriptor('window-calls', Types.LONG);
const GLOBAL_CALLS = new ValueStateDescriptor('global-calls', Types.LONG);
const CLEARED = new OutputTag<Pair>('cleared');
const ODD = new OutputTag<Pair>('odd');

/** The process functions of the cases. */
export class GoldenWindowFunction extends ProcessWindowFunction<Pair, Pair, unknown, Window> {
  readonly #kind: string;
  readonly #isAll: boolean;

  constructor(kind: string, isAll: boolean) {
    super();
    this.#kind = kind;
    this.#isAll = isAll;
  }

  override process(
    key: unknown,
    context: WindowContext<Window>,
    elements: readonly Pair[],
    out: Collector<Pair>,
  ): void {
    const emit = (...v: unknown[]): void =>
      out.collect({ k: this.#isAll ? null : key, v: [...boundsOf(context), ...v] });
    const values = elements.map(({ v }) => v);
    const n = values.length;
    switch (this.#kind) {
      case 'elements':
        return emit(values);
      case 'sorted':
        return emit([...(values as number[])].sort((a, b) => a - b));
      case 'count':
        return emit(n);
      case 'context':
        return emit(n, timeToJson(context.currentWatermark()), timeToJson(context.currentProcessingTime()));
      case 'globalCounter':
        return emit(n, this.#increment(context, 'global'));
      case 'counters': {
        if (!this.#isAll) context.windowState().getState(SEEN_KEY).update(key);
        const w = this.#increment(context, 'window');
        return emit(n, w, this.#increment(context, 'global'));
      }
      case 'sideOdd': {
        const odd = values.filter((v) => (v as number) % 2 !== 0).length;
        emit(n - odd);
        if (odd > 0) context.output(ODD, { k: this.#isAll ? null : key, v: odd });
        return;
      }
      default:
        throw new Error(`There is no process function ${this.#kind}.`);
    }
  }

  override clear(context: WindowContext<Window>): void {
    if (this.#kind !== 'counters') return;
    const calls = context.windowState().getState(WINDOW_CALLS);
    const key = context.windowState().getState(SEEN_KEY);
    context.output(CLEARED, { k: key.value(), v: [...boundsOf(context), calls.value() ?? 0] });
    calls.clear();
    key.clear();
  }

  #increment(context: WindowContext<Window>, scope: 'window' | 'global'): number {
    const state =
      scope === 'global' ? context.globalState().getState(GLOBAL_CALLS) : context.windowState().getState(WINDOW_CALLS);
    const count = (state.value() ?? 0) + 1;
    state.update(count);
    return count;
  }
}

function boundsOf(context: WindowContext<Window>): [number | null, number | null] {
  const window = context.window();
  return window instanceof TimeWindow ? [window.start, window.end] : [null, null];
}
