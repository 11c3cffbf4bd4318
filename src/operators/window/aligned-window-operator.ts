/**
 * The fast case: tumbling and sliding event-time windows under their own trigger, without an evictor. Windows follow from
 * the timestamp by arithmetic and are made once for all elements that fall into them. The trigger is not asked: the timers
 * of a window of a key are registered with its first element, and looked at again only after a restore.
 */

import type { AlignedWindows } from '../../api/windowing/window-contracts.js';
import { NO_TIMESTAMP } from '../../common/time.js';
import { TimeWindow, type Window } from '../../common/windows.js';
import type { FoldStep } from '../../state/keyed-state-backend.js';
import type { KeyBinding } from '../key-binding.js';
import type { WindowParts } from './window-runtime.js';
import { WindowTimerOperator } from './window-timer-operator.js';

/** Starts whose windows are remembered; elements out of order go back and forth between a few. */
const REMEMBERED_STARTS = 64;

/** See the file comment. @internal */
export class AlignedWindowOperator extends WindowTimerOperator {
  readonly #size: number;
  readonly #slide: number;
  readonly #offset: number;
  readonly #lateness: number;
  readonly #windows = new Map<number, readonly TimeWindow[]>();
  /** True once a window has had timers but no contents: then a window without contents may have them. */
  #hasTimersOfNothing = false;
  #recentStart = Number.NaN;
  #recent: readonly TimeWindow[] = [];

  constructor(
    parts: WindowParts,
    keys: KeyBinding,
    how: { readonly aligned: AlignedWindows; readonly userFunction: unknown },
  ) {
    super(parts, keys, how.userFunction);
    this.#size = how.aligned.size;
    this.#slide = how.aligned.slide;
    this.#offset = how.aligned.offset;
    this.#lateness = parts.allowedLateness;
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    // The assigner knows what to say.
    if (timestamp === NO_TIMESTAMP) this.parts.assigner.assignWindows(value, timestamp, this.runtime.clock);
    this.bound.select(value, keyGroup);
    const { contents } = this.runtime;
    const watermark = this.timers.currentWatermark();
    const firstStart = timestamp - this.#size;
    const windows = this.#windowsFrom(TimeWindow.getWindowStartWithOffset(timestamp, this.#offset, this.#slide));
    let isSkipped = true;
    for (let i = 0; i < windows.length; i++) {
      const window = windows[i]!;
      const end = window.end - 1;
      // The windows before it are late too, or do not hold the element.
      if (window.start <= firstStart || end + this.#lateness <= watermark) break;
      isSkipped = false;
      contents.setCurrentNamespace(window);
      const step = contents.add(value, timestamp);
      if (end <= watermark) this.#addLate(window);
      else if (step !== 'FOLDED') this.#register(window, step);
    }
    if (isSkipped) this.runtime.skip(value, timestamp);
  }

  onEventTime(time: number, window: Window): void {
    const { runtime } = this;
    runtime.contents.setCurrentNamespace(window);
    const end = window.maxTimestamp();
    if (time === end) runtime.fire(window);
    if (time !== end + this.#lateness) return;
    runtime.contents.clear();
    runtime.clearFunction(window);
  }

  onProcessingTime(): void {
    // These windows have no such timers.
  }

  #addLate(window: TimeWindow): void {
    this.runtime.fire(window);
    this.runtime.registerCleanup(window);
  }

  #register(window: TimeWindow, step: FoldStep): void {
    if (step === 'CLEARED') this.#hasTimersOfNothing = true;
    if (step === 'CREATED' && !this.#hasTimersOfNothing) {
      this.timers.registerNewEventTimeTimer(window, window.end - 1);
    } else {
      this.timers.registerEventTimeTimer(window, window.end - 1);
    }
    if (this.#lateness > 0) this.runtime.registerCleanup(window);
  }

  /** The windows that begin at `start` or, at most a window's size, before it; the newest first. */
  #windowsFrom(start: number): readonly TimeWindow[] {
    if (start === this.#recentStart) return this.#recent;
    let windows = this.#windows.get(start);
    if (windows === undefined) {
      const made: TimeWindow[] = [];
      for (let at = start; at > start - this.#size; at -= this.#slide) made.push(new TimeWindow(at, at + this.#size));
      windows = made;
      if (this.#windows.size >= REMEMBERED_STARTS) this.#windows.clear();
      this.#windows.set(start, windows);
    }
    this.#recentStart = start;
    this.#recent = windows;
    return windows;
  }
}
