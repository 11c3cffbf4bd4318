/** The time and count triggers, under Flink's names; those that wrap or compare stand in further-triggers.ts. */

import { FlinkError } from '../../common/errors.js';
import { MAX_TIMESTAMP, NO_TIMESTAMP } from '../../common/time.js';
import type { GlobalWindow, TimeWindow, Window } from '../../common/windows.js';
import { ReducingStateDescriptor } from '../../state/state-descriptor.js';
import { Types } from '../../state/types.js';
import { type OnMergeContext, Trigger, type TriggerContext, type TriggerResult } from './window-contracts.js';

/** How far a value is from another one. */
export type DeltaFunction<T> = (oldValue: T, newValue: T) => number;

/** Fires when the watermark passes the end of the window, and at once for each element that comes later. */
export class EventTimeTrigger extends Trigger<unknown, TimeWindow> {
  /** The trigger of event-time windows. */
  static create(): EventTimeTrigger {
    return new EventTimeTrigger();
  }

  /** @internal */
  override get firesAtEnd(): boolean {
    return Object.getPrototypeOf(this) === EventTimeTrigger.prototype;
  }

  onElement(_element: unknown, _timestamp: number, window: TimeWindow, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return 'FIRE';
    context.registerEventTimeTimer(window.maxTimestamp());
    return 'CONTINUE';
  }

  onEventTime(time: number, window: TimeWindow): TriggerResult {
    return time === window.maxTimestamp() ? 'FIRE' : 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(window: TimeWindow, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp());
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: TimeWindow, context: OnMergeContext): void {
    // A window that the watermark has passed fires with the element that is being added.
    const end = window.maxTimestamp();
    if (end > context.getCurrentWatermark()) context.registerEventTimeTimer(end);
  }
}

/** Fires when the clock passes the end of the window. */
export class ProcessingTimeTrigger extends Trigger<unknown, TimeWindow> {
  /** The trigger of processing-time windows. */
  static create(): ProcessingTimeTrigger {
    return new ProcessingTimeTrigger();
  }

  onElement(_element: unknown, _timestamp: number, window: TimeWindow, context: TriggerContext): TriggerResult {
    context.registerProcessingTimeTimer(window.maxTimestamp());
    return 'CONTINUE';
  }

  onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'FIRE';
  }

  clear(window: TimeWindow, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(window.maxTimestamp());
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(window: TimeWindow, context: OnMergeContext): void {
    const end = window.maxTimestamp();
    if (end > context.getCurrentProcessingTime()) context.registerProcessingTimeTimer(end);
  }
}

/** Never fires: for global windows, until they are given another trigger. @internal */
export class NeverTrigger extends Trigger<unknown, GlobalWindow> {
  static create(): NeverTrigger {
    return new NeverTrigger();
  }

  onElement(): TriggerResult {
    return 'CONTINUE';
  }

  onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(): void {}

  override canMerge(): boolean {
    return true;
  }

  override onMerge(): void {}
}

/** Fires once, when all input has ended. @internal */
export class EndOfStreamTrigger extends Trigger<unknown, GlobalWindow> {
  static create(): EndOfStreamTrigger {
    return new EndOfStreamTrigger();
  }

  onElement(_element: unknown, _timestamp: number, _window: GlobalWindow, context: TriggerContext): TriggerResult {
    context.registerEventTimeTimer(MAX_TIMESTAMP);
    return 'CONTINUE';
  }

  onEventTime(time: number): TriggerResult {
    return time === MAX_TIMESTAMP ? 'FIRE' : 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(): void {}

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: GlobalWindow, context: OnMergeContext): void {
    context.registerEventTimeTimer(MAX_TIMESTAMP);
  }
}

/** Fires when a window has had a number of elements, and counts anew: `CountTrigger.of(100)`. */
export class CountTrigger extends Trigger<unknown, Window> {
  readonly #maxCount: number;
  readonly #count = new ReducingStateDescriptor<number>('count', (a, b) => a + b, Types.LONG);

  constructor(maxCount: number) {
    super();
    this.#maxCount = maxCount;
  }

  /** Fires at every `maxCount` elements. */
  static of(maxCount: number): CountTrigger {
    return new CountTrigger(maxCount);
  }

  onElement(_element: unknown, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const count = context.getPartitionedState(this.#count);
    count.add(1);
    if ((count.get() ?? 0) < this.#maxCount) return 'CONTINUE';
    count.clear();
    return 'FIRE';
  }

  onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(this.#count).clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(this.#count);
  }
}

const earliest = (): ReducingStateDescriptor<number> =>
  new ReducingStateDescriptor<number>('fire-time', (a, b) => Math.min(a, b), Types.LONG);

/** Fires at intervals of event time while a window has elements, and at its end: `ContinuousEventTimeTrigger.of(1_000)`. */
export class ContinuousEventTimeTrigger extends Trigger<unknown, Window> {
  readonly #interval: number;
  readonly #fireTime = earliest();

  constructor(interval: number) {
    super();
    this.#interval = checkInterval(interval, 'ContinuousEventTimeTrigger');
  }

  /** Fires each `interval` milliseconds. */
  static of(interval: number): ContinuousEventTimeTrigger {
    return new ContinuousEventTimeTrigger(interval);
  }

  onElement(_element: unknown, timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    const end = window.maxTimestamp();
    if (end <= context.getCurrentWatermark()) return 'FIRE';
    context.registerEventTimeTimer(end);
    if (context.getPartitionedState(this.#fireTime).get() === null) {
      if (timestamp === NO_TIMESTAMP) {
        throw new FlinkError('VALUE_INVALID', 'ContinuousEventTimeTrigger got an element without a timestamp.');
      }
      this.#registerNext(timestamp - (timestamp % this.#interval), end, context);
    }
    return 'CONTINUE';
  }

  onEventTime(time: number, window: Window, context: TriggerContext): TriggerResult {
    const end = window.maxTimestamp();
    if (time === end) return 'FIRE';
    const fireTime = context.getPartitionedState(this.#fireTime);
    if (fireTime.get() !== time) return 'CONTINUE';
    fireTime.clear();
    // At the end of all input a window without an end would fire for ever: its last firing is at MAX.
    if (end < MAX_TIMESTAMP || context.getCurrentWatermark() < MAX_TIMESTAMP) this.#registerNext(time, end, context);
    return 'FIRE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(_window: Window, context: TriggerContext): void {
    const fireTime = context.getPartitionedState(this.#fireTime);
    const time = fireTime.get();
    if (time === null) return;
    context.deleteEventTimeTimer(time);
    fireTime.clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(this.#fireTime);
    const time = context.getPartitionedState(this.#fireTime).get();
    if (time !== null) context.registerEventTimeTimer(time);
  }

  #registerNext(time: number, end: number, context: TriggerContext): void {
    const next = Math.min(time + this.#interval, end);
    context.getPartitionedState(this.#fireTime).add(next);
    context.registerEventTimeTimer(next);
  }
}

/** Fires at intervals of the clock while a window has elements: `ContinuousProcessingTimeTrigger.of(1_000)`. */
export class ContinuousProcessingTimeTrigger extends Trigger<unknown, Window> {
  readonly #interval: number;
  readonly #fireTime = earliest();

  constructor(interval: number) {
    super();
    this.#interval = checkInterval(interval, 'ContinuousProcessingTimeTrigger');
  }

  /** Fires each `interval` milliseconds. */
  static of(interval: number): ContinuousProcessingTimeTrigger {
    return new ContinuousProcessingTimeTrigger(interval);
  }

  onElement(_element: unknown, _timestamp: number, window: Window, context: TriggerContext): TriggerResult {
    if (context.getPartitionedState(this.#fireTime).get() === null) {
      const now = context.getCurrentProcessingTime();
      this.#registerNext(now - (now % this.#interval), window.maxTimestamp(), context);
    }
    return 'CONTINUE';
  }

  onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  onProcessingTime(time: number, window: Window, context: TriggerContext): TriggerResult {
    const fireTime = context.getPartitionedState(this.#fireTime);
    if (fireTime.get() !== time) return 'CONTINUE';
    fireTime.clear();
    const end = window.maxTimestamp();
    // The end is the last time; a timer for it, registered while it fires, would fire for ever.
    if (time < end) this.#registerNext(time, end, context);
    return 'FIRE';
  }

  clear(_window: Window, context: TriggerContext): void {
    const fireTime = context.getPartitionedState(this.#fireTime);
    const time = fireTime.get();
    if (time === null) return;
    context.deleteProcessingTimeTimer(time);
    fireTime.clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(this.#fireTime);
    const time = context.getPartitionedState(this.#fireTime).get();
    if (time !== null) context.registerProcessingTimeTimer(time);
  }

  #registerNext(time: number, end: number, context: TriggerContext): void {
    const next = Math.min(time + this.#interval, end);
    context.getPartitionedState(this.#fireTime).add(next);
    context.registerProcessingTimeTimer(next);
  }
}

function checkInterval(interval: number, owner: string): number {
  if (Number.isSafeInteger(interval) && interval > 0) return interval;
  throw new FlinkError('GRAPH_INVALID', `${owner} needs an interval of whole milliseconds above 0, not ${interval}.`);
}
