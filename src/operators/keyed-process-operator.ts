/** `process` on a keyed stream: state and timers by key. */

import type { KeyedProcessFunction } from '../api/functions.js';
import type { KeyBinding } from './key-binding.js';
import { KeyedTimerOperator } from './keyed-timer-operator.js';
import { KeyedElementContext } from './process-context.js';
import type { Output } from './stream-operator.js';
import type { KeyedTimerService } from './timer-service.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link KeyedProcessFunction}. @internal */
export class KeyedProcessOperator extends KeyedTimerOperator {
  readonly #function: KeyedProcessFunction<unknown, unknown, unknown>;

  constructor(userFunction: KeyedProcessFunction<unknown, unknown, unknown>, keys: KeyBinding) {
    super(userFunction, keys);
    this.#function = userFunction;
  }

  createContext(output: Output, timers: KeyedTimerService): KeyedElementContext {
    return new KeyedElementContext(output, timers, this.bound.backend);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.bound.select(value, keyGroup);
    this.collector.timestamp = timestamp;
    this.keyedContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement(value, this.keyedContext, this.collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }
}
