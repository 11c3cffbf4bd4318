/**
 * The contracts of what makes windows: assigners say which windows an element belongs to, triggers when a window gives its
 * results, evictors which elements are left out. The operator calls them element by element, with the element's key as the
 * current one; one object serves all keys and windows, so what it must remember goes into the trigger's state.
 */

import type { TimeWindow, Window } from '../../common/windows.js';
import type { AnyStateDescriptor, StateOf } from '../../state/keyed-state-backend.js';
import type { TimestampedValue } from '../../state/serializers/stream-record-serializer.js';
import type { OutputTag } from '../output-tag.js';

/** What an assigner may look at. */
export interface WindowAssignerContext {
  /** Milliseconds since the epoch. */
  getCurrentProcessingTime(): number;
  /** The operator's stagger: computed at the first call, the same ever after. @internal */
  staggerOffset(compute: () => number): number;
}

/** What a trigger wants done with the window. */
export const TriggerResult = {
  /** Nothing. */
  CONTINUE: 'CONTINUE',
  /** The window's results are put out; its contents stay. */
  FIRE: 'FIRE',
  /** The window's contents are dropped. */
  PURGE: 'PURGE',
  /** The window's results are put out and its contents dropped. */
  FIRE_AND_PURGE: 'FIRE_AND_PURGE',
} as const;
/** What a trigger wants done with the window. */
export type TriggerResult = (typeof TriggerResult)[keyof typeof TriggerResult];

/** What a trigger may use; key and window are those of the call. */
export interface TriggerContext {
  /** Milliseconds since the epoch. */
  getCurrentProcessingTime(): number;
  /** The last watermark; `MIN_TIMESTAMP` before the first. */
  getCurrentWatermark(): number;
  /** Calls `onEventTime` for this window once the watermark reaches the time. */
  registerEventTimeTimer(time: number): void;
  /** Calls `onProcessingTime` for this window once the clock reaches the time. */
  registerProcessingTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
  /** State of this key and window. Make the descriptor once: the handle is found by it. */
  getPartitionedState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D>;
}

/** What a trigger may use when windows have become one. */
export interface OnMergeContext extends TriggerContext {
  /** Folds the state of the windows that were merged into that of the result. */
  mergePartitionedState(descriptor: AnyStateDescriptor): void;
}

/** Decides when a window gives its results. */
export abstract class Trigger<T, W extends Window> {
  /** An element was added to the window. */
  abstract onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult;
  /** A processing-time timer is due: one of this trigger, or the one that ends the window. */
  abstract onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult;
  /** An event-time timer is due: one of this trigger, or the one that ends the window. */
  abstract onEventTime(time: number, window: W, context: TriggerContext): TriggerResult;
  /** The window is gone: state and timers of it go too. */
  abstract clear(window: W, context: TriggerContext): void;

  /** True when it does exactly what `EventTimeTrigger` does: then the operator need not ask it. @internal */
  get firesAtEnd(): boolean {
    return false;
  }

  /** Whether the trigger may be used with session windows; then it has an `onMerge`. */
  canMerge(): boolean {
    return false;
  }

  /** Windows have become one, `window`: bring their state together and register what timers it needs. */
  onMerge(_window: W, _context: OnMergeContext): void {
    throw new Error('This trigger does not support merging.');
  }

  /** The name of the class, as plans show it. */
  toString(): string {
    return `${this.constructor.name}()`;
  }
}

/** Says which windows an element belongs to. */
export abstract class WindowAssigner<T, W extends Window> {
  /** How the windows are stored. */
  abstract readonly windowKind: 'time' | 'global';
  abstract assignWindows(element: T, timestamp: number, context: WindowAssignerContext): readonly W[];
  /** The trigger of windows that are given no other. */
  abstract getDefaultTrigger(): Trigger<T, W>;
  /** True when windows end by watermarks; then elements can be late. */
  abstract isEventTime(): boolean;

  /** True when windows of a key may become one; see {@link MergingWindowAssigner}. */
  isMerging(): boolean {
    return false;
  }

  /** The windows of the element by arithmetic alone; undefined where it takes `assignWindows`. @internal */
  get aligned(): AlignedWindows | undefined {
    return undefined;
  }

  /** The name of the class with its settings, as plans show it. */
  toString(): string {
    return `${this.constructor.name}()`;
  }
}

/** Event-time windows of one size that begin at multiples of the slide, plus the offset. @internal */
export interface AlignedWindows {
  readonly size: number;
  readonly slide: number;
  readonly offset: number;
}

/** Takes the windows that become one, and the window that they become. */
export type MergeCallback = (merged: readonly TimeWindow[], result: TimeWindow) => void;

/** An assigner whose windows of a key become one when they meet. */
export abstract class MergingWindowAssigner<T> extends WindowAssigner<T, TimeWindow> {
  readonly windowKind: 'time' | 'global' = 'time';

  override isMerging(): boolean {
    return true;
  }

  /** True when `mergeWindows` is the one of this class. @internal */
  get mergesOnTouch(): boolean {
    return this.mergeWindows === MergingWindowAssigner.prototype.mergeWindows;
  }

  /** Calls back for each group of two windows or more that become one. */
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback): void {
    mergeTimeWindows(windows, callback);
  }
}

/** Groups windows that overlap or touch; calls back for each group of at least two different ones. @internal */
export function mergeTimeWindows(windows: readonly TimeWindow[], callback: MergeCallback): void {
  const sorted = [...windows].sort((a, b) => a.start - b.start);
  let group: TimeWindow[] = [];
  let cover: TimeWindow | undefined;
  const close = (): void => {
    if (cover !== undefined && group.length > 1) callback(group, cover);
  };
  for (const window of sorted) {
    if (cover?.intersects(window)) {
      cover = cover.cover(window);
      if (!group.some((each) => each.equals(window))) group.push(window);
    } else {
      close();
      cover = window;
      group = [window];
    }
  }
  close();
}

/** What an evictor may use. */
export interface EvictorContext {
  getCurrentProcessingTime(): number;
  getCurrentWatermark(): number;
}

/** Leaves elements out of a window that fires: it takes them out of the array that it is given. */
export interface Evictor<T, W extends Window> {
  /** Called before the window function: what is taken out is not seen by it, and is gone. */
  evictBefore(elements: TimestampedValue<T>[], size: number, window: W, context: EvictorContext): void;
  /** Called after the window function: what is taken out is gone. */
  evictAfter(elements: TimestampedValue<T>[], size: number, window: W, context: EvictorContext): void;
}

/** State that a window function keeps besides its results. */
export interface WindowStateStore {
  getState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D>;
}

/** What a window function sees beside the elements. Valid during the call only. */
export interface WindowContext<W extends Window> {
  window(): W;
  /** Milliseconds since the epoch. */
  currentProcessingTime(): number;
  currentWatermark(): number;
  /** State of this key and window: to be cleared in `clear`. Not for session windows. */
  windowState(): WindowStateStore;
  /** State of this key, whatever the window. */
  globalState(): WindowStateStore;
  /** Emits into a side output. */
  output<X>(tag: OutputTag<X>, value: X): void;
}
