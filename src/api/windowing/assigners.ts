/** The window assigners, under Flink's names: tumbling, sliding, session and global windows, by event or processing time. */

import { FlinkError } from '../../common/errors.js';
import { NO_TIMESTAMP } from '../../common/time.js';
import { GlobalWindow, TimeWindow } from '../../common/windows.js';
import { EndOfStreamTrigger, EventTimeTrigger, NeverTrigger, ProcessingTimeTrigger } from './triggers.js';
import {
  type AlignedWindows,
  MergingWindowAssigner,
  type Trigger,
  WindowAssigner,
  type WindowAssignerContext,
} from './window-contracts.js';

/** How the windows of different subtasks lie to each other. */
export const WindowStagger = {
  /** All begin at the same times. */
  ALIGNED: 'ALIGNED',
  /** Each subtask shifts its windows by a random time. */
  RANDOM: 'RANDOM',
  /** Each subtask's windows begin when its first element arrives. */
  NATURAL: 'NATURAL',
} as const;
/** How the windows of different subtasks lie to each other. */
export type WindowStagger = (typeof WindowStagger)[keyof typeof WindowStagger];

/** The windows of one size, side by side. */
abstract class TumblingWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly windowKind = 'time';
  readonly size: number;
  readonly offset: number;
  readonly stagger: WindowStagger;

  constructor(size: number, offset: number, stagger: WindowStagger) {
    super();
    checkWindow(this, size > 0 && Math.abs(offset) < size, 'parameters must satisfy abs(offset) < size', [
      size,
      offset,
    ]);
    if (!(stagger in WindowStagger)) throw invalid(this, `there is no window stagger ${String(stagger)}`);
    this.size = size;
    this.offset = offset;
    this.stagger = stagger;
  }

  windowOf(timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    const offset = this.stagger === 'ALIGNED' ? this.offset : (this.offset + this.#staggerOffset(context)) % this.size;
    const start = TimeWindow.getWindowStartWithOffset(timestamp, offset, this.size);
    return [new TimeWindow(start, start + this.size)];
  }

  #staggerOffset(context: WindowAssignerContext): number {
    const { size, stagger } = this;
    return context.staggerOffset(() => {
      if (stagger === 'RANDOM') return Math.floor(Math.random() * size);
      const now = context.getCurrentProcessingTime();
      return now - TimeWindow.getWindowStartWithOffset(now, 0, size);
    });
  }

  override toString(): string {
    return `${this.constructor.name}(${this.size})`;
  }
}

/** Windows of one size by the elements' timestamps: `TumblingEventTimeWindows.of(10_000)`. */
export class TumblingEventTimeWindows extends TumblingWindows {
  /** Windows of `size` milliseconds that begin at multiples of it, plus the offset. */
  static of(size: number, offset = 0, stagger: WindowStagger = 'ALIGNED'): TumblingEventTimeWindows {
    return new TumblingEventTimeWindows(size, offset, stagger);
  }

  assignWindows(_element: unknown, timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    checkTimestamp(timestamp);
    return this.windowOf(timestamp, context);
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }

  override get aligned(): AlignedWindows | undefined {
    if (this.stagger !== 'ALIGNED') return undefined;
    return { size: this.size, slide: this.size, offset: this.offset };
  }
}

/** Windows of one size by the clock: `TumblingProcessingTimeWindows.of(10_000)`. */
export class TumblingProcessingTimeWindows extends TumblingWindows {
  /** Windows of `size` milliseconds that begin at multiples of it, plus the offset. */
  static of(size: number, offset = 0, stagger: WindowStagger = 'ALIGNED'): TumblingProcessingTimeWindows {
    return new TumblingProcessingTimeWindows(size, offset, stagger);
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return this.windowOf(context.getCurrentProcessingTime(), context);
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}

/** Windows of one size, a new one at each slide. */
abstract class SlidingWindows extends WindowAssigner<unknown, TimeWindow> {
  readonly windowKind = 'time';
  readonly size: number;
  readonly slide: number;
  readonly offset: number;

  constructor(size: number, slide: number, offset: number) {
    super();
    const isValid = size > 0 && slide > 0 && Math.abs(offset) < slide;
    checkWindow(this, isValid, 'parameters must satisfy abs(offset) < slide and size > 0', [size, slide, offset]);
    this.size = size;
    this.slide = slide;
    this.offset = offset;
  }

  /** The newest window first. */
  windowsOf(timestamp: number): readonly TimeWindow[] {
    const { size, slide } = this;
    const windows: TimeWindow[] = [];
    const last = TimeWindow.getWindowStartWithOffset(timestamp, this.offset, slide);
    for (let start = last; start > timestamp - size; start -= slide) windows.push(new TimeWindow(start, start + size));
    return windows;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.size}, ${this.slide})`;
  }
}

/** Overlapping windows by the elements' timestamps: `SlidingEventTimeWindows.of(60_000, 10_000)`. */
export class SlidingEventTimeWindows extends SlidingWindows {
  /** Windows of `size` milliseconds, one each `slide` milliseconds. */
  static of(size: number, slide: number, offset = 0): SlidingEventTimeWindows {
    return new SlidingEventTimeWindows(size, slide, offset);
  }

  assignWindows(_element: unknown, timestamp: number): readonly TimeWindow[] {
    checkTimestamp(timestamp);
    return this.windowsOf(timestamp);
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }

  override get aligned(): AlignedWindows {
    return { size: this.size, slide: this.slide, offset: this.offset };
  }
}

/** Overlapping windows by the clock: `SlidingProcessingTimeWindows.of(60_000, 10_000)`. */
export class SlidingProcessingTimeWindows extends SlidingWindows {
  /** Windows of `size` milliseconds, one each `slide` milliseconds. */
  static of(size: number, slide: number, offset = 0): SlidingProcessingTimeWindows {
    return new SlidingProcessingTimeWindows(size, slide, offset);
  }

  assignWindows(_element: unknown, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return this.windowsOf(context.getCurrentProcessingTime());
  }

  getDefaultTrigger(): Trigger<unknown, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}

/** All elements of a key in one window that never ends: for triggers of one's own. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  static readonly #windows = [GlobalWindow.get()];
  readonly windowKind = 'global';
  readonly #trigger: Trigger<unknown, GlobalWindow>;

  constructor(trigger: Trigger<unknown, GlobalWindow>) {
    super();
    this.#trigger = trigger;
  }

  /** The window fires when its trigger says so; without one, never. */
  static create(): GlobalWindows {
    return new GlobalWindows(NeverTrigger.create());
  }

  /** The window fires once, when all input has ended. */
  static createWithEndOfStreamTrigger(): GlobalWindows {
    return new GlobalWindows(EndOfStreamTrigger.create());
  }

  assignWindows(): readonly GlobalWindow[] {
    return GlobalWindows.#windows;
  }

  getDefaultTrigger(): Trigger<unknown, GlobalWindow> {
    return this.#trigger;
  }

  isEventTime(): boolean {
    return false;
  }
}

/** Computes the gap, in milliseconds, that ends the session of an element. */
export type SessionWindowTimeGapExtractor<T> = (element: T) => number;

/** Sessions: windows that grow until a key has had no element for the gap. */
abstract class SessionWindows<T> extends MergingWindowAssigner<T> {
  readonly #gap: number | SessionWindowTimeGapExtractor<T>;

  constructor(gap: number | SessionWindowTimeGapExtractor<T>) {
    super();
    if (typeof gap !== 'function') checkWindow(this, gap > 0, 'parameters must satisfy 0 < size', [gap]);
    this.#gap = gap;
  }

  windowOf(element: T, start: number): readonly TimeWindow[] {
    const gap = typeof this.#gap === 'function' ? this.#gap(element) : this.#gap;
    if (!(gap > 0)) {
      throw new FlinkError('VALUE_INVALID', `Dynamic session time gap must satisfy 0 < gap; it is ${gap}.`);
    }
    return [new TimeWindow(start, start + gap)];
  }

  override toString(): string {
    const name = this.constructor.name;
    return typeof this.#gap === 'function' ? `${name.replace(/^/, 'Dynamic')}()` : `${name}(${this.#gap})`;
  }
}

/** Sessions by the elements' timestamps: `EventTimeSessionWindows.withGap(2_000)`. */
export class EventTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /** A session ends when a key has had no element for `gap` milliseconds. */
  static withGap(gap: number): EventTimeSessionWindows {
    return new EventTimeSessionWindows(gap);
  }

  /** Each element says for how long the session must at least go on after it. */
  static withDynamicGap<T>(extractor: SessionWindowTimeGapExtractor<T>): EventTimeSessionWindows<T> {
    return new EventTimeSessionWindows<T>(extractor);
  }

  assignWindows(element: T, timestamp: number): readonly TimeWindow[] {
    checkTimestamp(timestamp);
    return this.windowOf(element, timestamp);
  }

  getDefaultTrigger(): Trigger<T, TimeWindow> {
    return EventTimeTrigger.create();
  }

  isEventTime(): boolean {
    return true;
  }
}

/** Sessions by the clock: `ProcessingTimeSessionWindows.withGap(2_000)`. */
export class ProcessingTimeSessionWindows<T = unknown> extends SessionWindows<T> {
  /** A session ends when a key has had no element for `gap` milliseconds. */
  static withGap(gap: number): ProcessingTimeSessionWindows {
    return new ProcessingTimeSessionWindows(gap);
  }

  /** Each element says for how long the session must at least go on after it. */
  static withDynamicGap<T>(extractor: SessionWindowTimeGapExtractor<T>): ProcessingTimeSessionWindows<T> {
    return new ProcessingTimeSessionWindows<T>(extractor);
  }

  assignWindows(element: T, _timestamp: number, context: WindowAssignerContext): readonly TimeWindow[] {
    return this.windowOf(element, context.getCurrentProcessingTime());
  }

  getDefaultTrigger(): Trigger<T, TimeWindow> {
    return ProcessingTimeTrigger.create();
  }

  isEventTime(): boolean {
    return false;
  }
}

function checkTimestamp(timestamp: number): void {
  if (timestamp !== NO_TIMESTAMP) return;
  throw new FlinkError(
    'VALUE_INVALID',
    'An element without a timestamp came to a window of event time. Give the stream timestamps with assignTimestampsAndWatermarks(), or take processing-time windows.',
  );
}

/** Times must be whole milliseconds: what is stored are longs. */
function checkWindow(
  owner: { readonly constructor: { readonly name: string } },
  isValid: boolean,
  rule: string,
  times: readonly number[],
): void {
  if (!isValid) throw invalid(owner, `${rule}; they are ${times.join(', ')}`);
  if (!times.every(Number.isSafeInteger))
    throw invalid(owner, `times must be whole milliseconds, not ${times.join(', ')}`);
}

function invalid(owner: { readonly constructor: { readonly name: string } }, problem: string): FlinkError {
  return new FlinkError('GRAPH_INVALID', `${owner.constructor.name}: ${problem}.`);
}
