/**
 * What the window operators have in common: when a window ends, what is late, and how a window fires. It stands on the
 * operator's backend and timers; the current key is always that of the call.
 */

import type { Evictor, Trigger, WindowAssigner } from '../../api/windowing/window-contracts.js';
import { assert } from '../../common/assert.js';
import { MAX_TIMESTAMP } from '../../common/time.js';
import type { Window } from '../../common/windows.js';
import type { Type } from '../../state/type.js';
import { TimestampedCollector } from '../timestamped-collector.js';
import type { WindowCall } from './window-call.js';
import { type ContentsMaker, TimestampedContents, type WindowContents } from './window-contents.js';
import {
  ClockContext,
  WindowProcessContext,
  type WindowSurroundings,
  WindowTriggerContext,
} from './window-contexts.js';

/** What an operator of windows is made of. @internal */
export interface WindowParts {
  readonly assigner: WindowAssigner<unknown, Window>;
  readonly trigger: Trigger<unknown, Window>;
  readonly evictor: Evictor<unknown, Window> | undefined;
  readonly makeContents: ContentsMaker;
  /** With an evictor: how elements are stored, and how they are folded when the window fires. */
  readonly elementType: Type<unknown> | undefined;
  readonly foldAll: ((values: readonly unknown[]) => unknown) | undefined;
  readonly call: WindowCall | undefined;
  readonly allowedLateness: number;
  readonly lateTag: string | undefined;
}

/** See the file comment. @internal */
export class WindowRuntime {
  readonly contents: WindowContents;
  readonly clock: ClockContext;
  readonly triggerContext: WindowTriggerContext;
  readonly #processContext: WindowProcessContext;
  readonly #parts: WindowParts;
  readonly #surroundings: WindowSurroundings;
  readonly #collector: TimestampedCollector<unknown>;
  readonly #isEventTime: boolean;
  readonly #timestamped: TimestampedContents | undefined;
  readonly #onLate: () => void;

  /** `onLate`: an element was dropped. */
  constructor(parts: WindowParts, surroundings: WindowSurroundings, onLate: () => void) {
    this.#parts = parts;
    this.#surroundings = surroundings;
    this.#isEventTime = parts.assigner.isEventTime();
    const { backend, windowType } = surroundings;
    if (parts.evictor !== undefined) {
      this.#timestamped = new TimestampedContents(backend, windowType, parts.elementType);
    }
    this.contents = this.#timestamped ?? parts.makeContents(backend, windowType);
    this.clock = new ClockContext(surroundings);
    this.triggerContext = new WindowTriggerContext(surroundings);
    this.#processContext = new WindowProcessContext(surroundings, parts.assigner.isMerging());
    this.#collector = new TimestampedCollector(surroundings.output);
    this.#onLate = onLate;
  }

  /** When the window's state goes; `MAX_TIMESTAMP`: never. */
  cleanupTime(window: Window): number {
    return this.#isEventTime ? window.maxTimestamp() + this.#parts.allowedLateness : window.maxTimestamp();
  }

  /** Whether the window is gone for good: an element must not bring it back. */
  isLate(window: Window): boolean {
    return this.#isEventTime && this.cleanupTime(window) <= this.#surroundings.timers.currentWatermark();
  }

  registerCleanup(window: Window): void {
    const time = this.cleanupTime(window);
    if (time === MAX_TIMESTAMP) return;
    if (this.#isEventTime) this.#surroundings.timers.registerEventTimeTimer(window, time);
    else this.#surroundings.timers.registerProcessingTimeTimer(window, time);
  }

  deleteCleanup(window: Window): void {
    const time = this.cleanupTime(window);
    if (time === MAX_TIMESTAMP) return;
    if (this.#isEventTime) this.#surroundings.timers.deleteEventTimeTimer(window, time);
    else this.#surroundings.timers.deleteProcessingTimeTimer(window, time);
  }

  /** An element that no window took: to the side output, or counted, if it is late. */
  skip(value: unknown, timestamp: number): void {
    const { allowedLateness, lateTag } = this.#parts;
    const { output, timers } = this.#surroundings;
    if (!this.#isEventTime || timestamp + allowedLateness > timers.currentWatermark()) return;
    if (lateTag === undefined) this.#onLate();
    else output.collectSide(lateTag, value, timestamp);
  }

  /** Asks the trigger about an element that was just added to the window, and does what it says. */
  onElement(value: unknown, timestamp: number, window: Window): void {
    this.triggerContext.window = window;
    const result = this.#parts.trigger.onElement(value, timestamp, window, this.triggerContext);
    if (result === 'CONTINUE') return;
    if (result !== 'PURGE') this.fire(window);
    if (result !== 'FIRE') this.contents.clear();
  }

  /** Asks the trigger about a timer, and does what it says. */
  onTimer(time: number, window: Window, isEventTime: boolean): void {
    const { trigger } = this.#parts;
    this.triggerContext.window = window;
    const result = isEventTime
      ? trigger.onEventTime(time, window, this.triggerContext)
      : trigger.onProcessingTime(time, window, this.triggerContext);
    if (result === 'CONTINUE') return;
    if (result !== 'PURGE') this.fire(window);
    if (result !== 'FIRE') this.contents.clear();
  }

  /** True when the timer at `time` is the one that ends the window. */
  isCleanup(time: number, window: Window, isEventTime: boolean): boolean {
    return isEventTime === this.#isEventTime && time === this.cleanupTime(window) && time < MAX_TIMESTAMP;
  }

  /** Clears what belongs to the window: contents, trigger state, and what the function kept. */
  clear(window: Window): void {
    this.contents.clear();
    this.triggerContext.window = window;
    this.#parts.trigger.clear(window, this.triggerContext);
    this.clearFunction(window);
  }

  clearFunction(window: Window): void {
    const clear = this.#parts.call?.clear;
    if (clear === undefined) return;
    this.#processContext.current = window;
    this.#parts.call?.clear?.(this.#processContext);
  }

  /** Puts the results of the window out, unless it is empty. */
  fire(window: Window): void {
    if (this.#timestamped !== undefined) {
      this.#fireEvicting(window, this.#timestamped);
      return;
    }
    const contents = this.contents.get();
    if (contents === null) return;
    if (this.#parts.call === undefined) this.#surroundings.output.collect(contents, window.maxTimestamp());
    else this.#call(window, Array.isArray(contents) && this.#keepsElements ? contents : [contents]);
  }

  get #keepsElements(): boolean {
    return this.#parts.foldAll === undefined;
  }

  #call(window: Window, elements: readonly unknown[]): void {
    const { call } = this.#parts;
    assert(call !== undefined, 'a window without a fold has a function');
    this.#processContext.current = window;
    this.#collector.timestamp = window.maxTimestamp();
    call.process(this.#surroundings.backend.getCurrentKey(), this.#processContext, elements, this.#collector);
  }

  #fireEvicting(window: Window, contents: TimestampedContents): void {
    const elements = contents.get();
    if (elements === null) return;
    const { call, evictor, foldAll } = this.#parts;
    evictor?.evictBefore(elements, elements.length, window, this.clock);
    const values = elements.map(({ value }) => value);
    const results = foldAll === undefined ? values : [foldAll(values)];
    if (call === undefined) this.#surroundings.output.collect(results[0], window.maxTimestamp());
    else this.#call(window, results);
    evictor?.evictAfter(elements, elements.length, window, this.clock);
    contents.replace(elements);
  }
}
