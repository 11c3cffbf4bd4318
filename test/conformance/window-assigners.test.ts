import { describe, expect, it } from 'vitest';
import {
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  type WindowStagger,
} from '../../src/api/windowing/assigners.js';
import {
  mergeTimeWindows,
  type WindowAssigner,
  type WindowAssignerContext,
} from '../../src/api/windowing/window-contracts.js';
import { TimeWindow, type Window } from '../../src/common/windows.js';
import { MergingWindowSet } from '../../src/operators/window/merging-window-set.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { Types } from '../../src/state/types.js';
import { codeOf, type Fields, rowsOf, timeOf, titleOf } from './window-rows.js';

type Pair = readonly [number, number];
const toWindow = ([start, end]: Pair): TimeWindow => new TimeWindow(start, end);
const toPair = ({ start, end }: TimeWindow): Pair => [start, end];
const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();

function assignerOf(options: Fields): WindowAssigner<unknown, Window> {
  const [size, slide, gap] = [Number(options['size']), Number(options['slide']), Number(options['gap'])];
  const offset = Number(options['offset'] ?? 0);
  const stagger = (options['stagger'] ?? 'ALIGNED') as WindowStagger;
  const makers: Record<string, () => unknown> = {
    'tumbling-event': () => TumblingEventTimeWindows.of(size, offset, stagger),
    'tumbling-processing': () => TumblingProcessingTimeWindows.of(size, offset, stagger),
    'sliding-event': () => SlidingEventTimeWindows.of(size, slide, offset),
    'sliding-processing': () => SlidingProcessingTimeWindows.of(size, slide, offset),
    'session-event': () => EventTimeSessionWindows.withGap(gap),
    'session-processing': () => ProcessingTimeSessionWindows.withGap(gap),
  };
  return makers[String(options['assigner'])]?.() as WindowAssigner<unknown, Window>;
}

/** The answer to one event. */
function answer(setup: Fields, event: Fields, context: AssignerContext): unknown {
  if (setup['fn'] === 'windowStart(ts, offset, size)') {
    const [ts, offset, size] = [event['ts'], setup['offset'], setup['size']].map(Number) as [number, number, number];
    return { start: TimeWindow.getWindowStartWithOffset(ts, offset, size) };
  }
  if (setup['window'] !== undefined) {
    const [window, other] = [toWindow(setup['window'] as Pair), toWindow(event['other'] as Pair)];
    expect(other.intersects(window)).toBe(window.intersects(other));
    return { v: window.intersects(other) };
  }
  if (setup['check'] === 'assigner properties') {
    const assigner = assignerOf({ size: 10, slide: 5, gap: 5, ...event });
    const trigger = assigner.getDefaultTrigger().constructor.name.replace('Trigger', '');
    return { isEventTime: assigner.isEventTime(), defaultTrigger: trigger };
  }
  if (setup['check'] !== undefined) return codeOf(() => assignerOf({ ...setup, ...event }));
  context.now = Number(event['pt'] ?? context.now);
  const windows = context.assigner.assignWindows(undefined, timeOf(event['ts']), context);
  return { windows: sorted((windows as readonly TimeWindow[]).map(toPair)) };
}

class AssignerContext implements WindowAssignerContext {
  readonly assigner: WindowAssigner<unknown, Window>;
  now = 150;
  #stagger: number | undefined;

  constructor(assigner: WindowAssigner<unknown, Window>) {
    this.assigner = assigner;
  }

  getCurrentProcessingTime(): number {
    return this.now;
  }

  staggerOffset(compute: () => number): number {
    this.#stagger ??= compute();
    return this.#stagger;
  }
}

function wanted(expected: unknown): unknown {
  const fields = expected as Fields;
  if (fields['error'] !== undefined) return 'GRAPH_INVALID';
  return fields['windows'] === undefined ? expected : { windows: sorted(fields['windows'] as unknown[]) };
}

describe('a window assigner', () => {
  it.each(rowsOf('window-assigner').map((row) => [titleOf(row), row] as const))('%s', (_title, row) => {
    const isAssigning = row.setup['assigner'] !== undefined && row.setup['check'] === undefined;
    const context = new AssignerContext(isAssigning ? assignerOf(row.setup) : TumblingEventTimeWindows.of(1));

    const answers = row.events.map((event) => answer(row.setup, event, context));

    expect(answers).toEqual(row.expected.map(wanted));
  });
});

function mergeAll(windows: readonly Pair[]): string[] {
  const merges: string[] = [];
  mergeTimeWindows(windows.map(toWindow), (merged, into) => {
    merges.push(JSON.stringify({ merged: sorted(merged.map(toPair)), into: toPair(into) }));
  });
  return merges.sort();
}

/** Adds to, retires from, and asks a merging window set of one key. */
function driveSet(events: readonly Fields[]): unknown[] {
  const keyType = new KeyTypeCell({ declared: Types.STRING, maxParallelism: 1 });
  const backend = new HeapKeyedStateBackend<unknown>({
    keyType,
    keyGroupRange: { first: 0, last: 0 },
    maxParallelism: 1,
    ttlNow: () => 0,
  });
  backend.setCurrentKey('key', 0);
  let merge: Fields | false = false;
  const windows = new MergingWindowSet(backend, EventTimeSessionWindows.withGap(1), {
    onMerge(result, merged) {
      merge = {
        mergedFrom: merged.map((mapping) => toPair(mapping[0])),
        stateWindow: toPair(result[1]),
        mergedStates: merged.slice(1).map((mapping) => toPair(mapping[1])),
      };
    },
    onGrow(mapping) {
      merge = { mergedFrom: [toPair(mapping[0])], stateWindow: toPair(mapping[1]), mergedStates: [] };
    },
  });
  return events.map((event) => {
    merge = false;
    if (event['retire'] !== undefined) {
      windows.retire(toWindow(event['retire'] as Pair));
      return null;
    }
    if (event['stateOf'] !== undefined) {
      const state = windows.stateWindowOf(toWindow(event['stateOf'] as Pair));
      return { state: state === undefined ? null : toPair(state) };
    }
    const result = toPair(windows.add(toWindow(event['add'] as Pair)));
    return { result, ...(merge === false ? { merge } : (merge as Fields)) };
  });
}

describe('merging windows', () => {
  it.each(rowsOf('session-merge').map((row) => [titleOf(row), row] as const))('%s', (_title, row) => {
    if (row.setup['fn'] === 'mergeWindows(collection)') {
      const merges = row.events.flatMap((event) => mergeAll(event['windows'] as Pair[]));
      const expected = row.expected.map((each) => {
        const { merged, into } = each as { merged: Pair[]; into: Pair };
        return JSON.stringify({ merged: sorted(merged), into });
      });
      expect(merges).toEqual(expected.sort());
      return;
    }

    const answers = driveSet(row.events);

    for (const [index, expected] of row.expected.entries()) {
      if (expected === null) continue;
      expect(answers[index], `event ${index}`).toMatchObject(expected as object);
    }
  });
});
