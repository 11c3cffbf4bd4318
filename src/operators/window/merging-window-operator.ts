/**
 * Windows that merge: sessions. An element makes a window of its own, which becomes one with those of the key that it
 * meets. The trigger moves its state and timers to the result; the contents are folded into those of the first one.
 */

import type { MergingWindowAssigner } from '../../api/windowing/window-contracts.js';
import { FlinkError } from '../../common/errors.js';
import type { TimeWindow, Window } from '../../common/windows.js';
import { type MergeTarget, MergingWindowSet, type WindowMapping, type WindowMerger } from './merging-window-set.js';
import { WindowTimerOperator } from './window-timer-operator.js';

/** See the file comment. @internal */
export class MergingWindowOperator extends WindowTimerOperator implements MergeTarget {
  #windows!: MergingWindowSet;
  /** True under the trigger of event-time windows itself, which then need not be asked. */
  #firesAtEnd = false;
  /** True where besides each window has one timer: it is postponed when the window grows. */
  #postpones = false;

  override initializeState(): void {
    super.initializeState();
    const merger = this.parts.assigner as unknown as MergingWindowAssigner<unknown> & WindowMerger;
    this.#firesAtEnd = this.parts.trigger.firesAtEnd && this.parts.assigner.isEventTime();
    this.#postpones = this.#firesAtEnd && this.parts.allowedLateness === 0;
    this.#windows = new MergingWindowSet(this.bound.backend, merger, this);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.bound.select(value, keyGroup);
    const { runtime } = this;
    let isSkipped = true;
    for (const assigned of this.parts.assigner.assignWindows(value, timestamp, runtime.clock)) {
      const window = this.#windows.add(assigned as TimeWindow);
      if (runtime.isLate(window)) {
        this.#windows.retire(window);
        continue;
      }
      isSkipped = false;
      runtime.contents.setCurrentNamespace(this.#windows.added[1]);
      const step = runtime.contents.add(value, timestamp);
      if (this.#firesAtEnd) {
        this.#afterElement(window, step !== 'FOLDED' || this.#windows.hasChanged);
      } else {
        runtime.onElement(value, timestamp, window);
        runtime.registerCleanup(window);
      }
    }
    if (isSkipped) runtime.skip(value, timestamp);
  }

  /** What the trigger of event-time windows and the cleanup would do; timers are looked at only when they may change. */
  #afterElement(window: TimeWindow, mayChange: boolean): void {
    const end = window.end - 1;
    if (end <= this.timers.currentWatermark()) {
      this.runtime.fire(window);
      this.runtime.registerCleanup(window);
    } else if (!mayChange) {
      return;
    } else if (this.#postpones) {
      const { added } = this.#windows;
      const { timer } = added;
      added.timer =
        timer === undefined
          ? this.timers.registerNewEventTimeTimer(window, end)
          : this.timers.postponeEventTimeTimer(timer, window, end);
    } else {
      this.timers.registerEventTimeTimer(window, end);
      if (this.parts.allowedLateness > 0) this.runtime.registerCleanup(window);
    }
  }

  onEventTime(time: number, window: Window): void {
    this.#onTimer(time, window as TimeWindow, true);
  }

  onProcessingTime(time: number, window: Window): void {
    this.#onTimer(time, window as TimeWindow, false);
  }

  onGrow(mapping: WindowMapping, result: TimeWindow): void {
    if (!this.#firesAtEnd) {
      this.#mergeTriggers(result, [mapping[0]]);
      return;
    }
    this.#checkAlive(result);
    if (mapping.timer === undefined) this.#deleteTimers(mapping[0]);
  }

  onMerge(result: WindowMapping, merged: readonly WindowMapping[]): void {
    if (this.#firesAtEnd) {
      this.#checkAlive(result[0]);
      // The element that merges the windows registers the timers of the result, or postpones the first one.
      for (const { 0: window, timer } of merged) {
        if (timer === undefined) this.#deleteTimers(window);
        else if (timer !== result.timer) this.timers.removeEventTimeTimer(timer);
      }
    } else {
      this.#mergeTriggers(
        result[0],
        merged.map((mapping) => mapping[0]),
      );
    }
    const folded = merged.slice(1).map((mapping) => mapping[1]);
    this.runtime.contents.mergeNamespaces(result[1], folded);
  }

  #mergeTriggers(result: TimeWindow, merged: readonly TimeWindow[]): void {
    this.#checkAlive(result);
    const { runtime } = this;
    const { trigger } = this.parts;
    const context = runtime.triggerContext;
    context.window = result;
    context.mergedWindows = merged;
    trigger.onMerge(result, context);
    for (const window of merged) {
      context.window = window;
      trigger.clear(window, context);
      runtime.deleteCleanup(window);
    }
  }

  #deleteTimers(window: TimeWindow): void {
    this.timers.deleteEventTimeTimer(window, window.end - 1);
    if (this.parts.allowedLateness > 0) this.runtime.deleteCleanup(window);
  }

  #onTimer(time: number, window: TimeWindow, isEventTime: boolean): void {
    const stateWindow = this.#windows.stateWindowOf(window);
    // A timer of a window that has become another one.
    if (stateWindow === undefined) return;
    const { runtime } = this;
    runtime.contents.setCurrentNamespace(stateWindow);
    if (this.#postpones) {
      // The only timer of the window: nothing is left that the trigger would have to clear.
      runtime.fire(window);
      runtime.contents.clear();
      runtime.clearFunction(window);
      this.#windows.retire(window);
      return;
    }
    runtime.onTimer(time, window, isEventTime);
    if (!runtime.isCleanup(time, window, isEventTime)) return;
    runtime.clear(window);
    this.#windows.retire(window);
  }

  /** No merge may make a window that is over: nothing would ever clear it. */
  #checkAlive(window: TimeWindow): void {
    const { timers } = this;
    const isEventTime = this.parts.assigner.isEventTime();
    const isOver = isEventTime ? this.runtime.isLate(window) : window.maxTimestamp() <= timers.currentProcessingTime();
    if (!isOver) return;
    const now = isEventTime ? timers.currentWatermark() : timers.currentProcessingTime();
    throw new FlinkError(
      'UNSUPPORTED',
      `The end of a merged window, ${window.maxTimestamp()}, lies before the current ${isEventTime ? 'watermark' : 'processing time'} ${now}.`,
    );
  }
}
