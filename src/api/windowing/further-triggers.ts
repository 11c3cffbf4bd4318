/** The triggers that wrap another one, and the one that compares elements. */

import type { Window } from '../../common/windows.js';
import { ValueStateDescriptor } from '../../state/state-descriptor.js';
import type { Type } from '../../state/type.js';
import { Types } from '../../state/types.js';
import type { DeltaFunction } from './triggers.js';
import { type OnMergeContext, Trigger, type TriggerContext, type TriggerResult } from './window-contracts.js';

/** Drops a window's contents whenever the trigger that it wraps fires: `PurgingTrigger.of(CountTrigger.of(10))`. */
export class PurgingTrigger<T, W extends Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>;

  constructor(nested: Trigger<T, W>) {
    super();
    this.#nested = nested;
  }

  /** Makes a trigger purge when it fires. */
  static of<T, W extends Window>(nested: Trigger<T, W>): PurgingTrigger<T, W> {
    return new PurgingTrigger(nested);
  }

  onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onElement(element, timestamp, window, context));
  }

  onEventTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onEventTime(time, window, context));
  }

  onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return purging(this.#nested.onProcessingTime(time, window, context));
  }

  clear(window: W, context: TriggerContext): void {
    this.#nested.clear(window, context);
  }

  override canMerge(): boolean {
    return this.#nested.canMerge();
  }

  override onMerge(window: W, context: OnMergeContext): void {
    this.#nested.onMerge(window, context);
  }
}

function purging(result: TriggerResult): TriggerResult {
  return result === 'FIRE' ? 'FIRE_AND_PURGE' : result;
}

/** Fires when an element is far enough from the one that fired last: `DeltaTrigger.of(10, (a, b) => b - a)`. */
export class DeltaTrigger<T> extends Trigger<T, Window> {
  readonly #threshold: number;
  readonly #delta: DeltaFunction<T>;
  readonly #last: ValueStateDescriptor<T>;

  constructor(threshold: number, delta: DeltaFunction<T>, type: Type<T>) {
    super();
    this.#threshold = threshold;
    this.#delta = delta;
    this.#last = new ValueStateDescriptor<T>('last-element', type);
  }

  /** Fires when the delta exceeds the threshold; `type` says how the last element is stored. */
  static of<T>(threshold: number, delta: DeltaFunction<T>, type: Type<T> = Types.ANY<T>()): DeltaTrigger<T> {
    return new DeltaTrigger(threshold, delta, type);
  }

  onElement(element: T, _timestamp: number, _window: Window, context: TriggerContext): TriggerResult {
    const last = context.getPartitionedState(this.#last);
    const previous = last.value() as T | null;
    if (previous === null) {
      last.update(element);
      return 'CONTINUE';
    }
    if (!(this.#delta(previous, element) > this.#threshold)) return 'CONTINUE';
    last.update(element);
    return 'FIRE';
  }

  onEventTime(): TriggerResult {
    return 'CONTINUE';
  }

  onProcessingTime(): TriggerResult {
    return 'CONTINUE';
  }

  clear(_window: Window, context: TriggerContext): void {
    context.getPartitionedState(this.#last).clear();
  }
}

/** How a {@link ProcessingTimeoutTrigger} counts. */
export interface ProcessingTimeoutOptions {
  /** True: the timeout counts from the newest element, not from the first. */
  readonly resetTimerOnNewRecord?: boolean;
  /** False: the state of the wrapped trigger outlives the timeout. */
  readonly shouldClearOnTimeout?: boolean;
}

/** Fires when the trigger that it wraps fires, or else after a time: `ProcessingTimeoutTrigger.of(CountTrigger.of(10), 500)`. */
export class ProcessingTimeoutTrigger<T, W extends Window> extends Trigger<T, W> {
  readonly #nested: Trigger<T, W>;
  readonly #timeout: number;
  readonly #resets: boolean;
  readonly #clears: boolean;
  readonly #deadline = new ValueStateDescriptor<number>('timeout', Types.LONG);

  constructor(nested: Trigger<T, W>, timeout: number, options: ProcessingTimeoutOptions) {
    super();
    this.#nested = nested;
    this.#timeout = timeout;
    this.#resets = options.resetTimerOnNewRecord ?? false;
    this.#clears = options.shouldClearOnTimeout ?? true;
  }

  /** Lets a window wait at most `timeout` milliseconds by the clock. */
  static of<T, W extends Window>(
    nested: Trigger<T, W>,
    timeout: number,
    options: ProcessingTimeoutOptions = {},
  ): ProcessingTimeoutTrigger<T, W> {
    return new ProcessingTimeoutTrigger(nested, timeout, options);
  }

  onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult {
    const result = this.#nested.onElement(element, timestamp, window, context);
    if (result === 'FIRE' || result === 'FIRE_AND_PURGE') {
      this.clear(window, context);
      return result;
    }
    const deadline = context.getPartitionedState(this.#deadline);
    let time = deadline.value();
    if (time !== null && this.#resets) {
      context.deleteProcessingTimeTimer(time);
      time = null;
    }
    if (time === null) {
      const next = context.getCurrentProcessingTime() + this.#timeout;
      deadline.update(next);
      context.registerProcessingTimeTimer(next);
    }
    return result;
  }

  onEventTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#timedOut(this.#nested.onEventTime(time, window, context), window, context);
  }

  onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult {
    return this.#timedOut(this.#nested.onProcessingTime(time, window, context), window, context);
  }

  clear(window: W, context: TriggerContext): void {
    const deadline = context.getPartitionedState(this.#deadline);
    const time = deadline.value();
    if (time !== null) {
      context.deleteProcessingTimeTimer(time);
      deadline.clear();
    }
    this.#nested.clear(window, context);
  }

  #timedOut(result: TriggerResult, window: W, context: TriggerContext): TriggerResult {
    if (this.#clears) this.clear(window, context);
    return result === 'PURGE' || result === 'FIRE_AND_PURGE' ? 'FIRE_AND_PURGE' : 'FIRE';
  }
}
