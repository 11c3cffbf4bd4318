/** `process` of two connected streams with one key: shared state and timers. */

import type { KeyedCoProcessFunction } from '../api/functions.js';
import type { KeyBinding } from './key-binding.js';
import { KeyedTimerOperator } from './keyed-timer-operator.js';
import { KeyedElementContext } from './process-context.js';
import type { Output } from './stream-operator.js';
import type { KeyedTimerService } from './timer-service.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link KeyedCoProcessFunction}. @internal */
export class KeyedCoProcessOperator extends KeyedTimerOperator {
  readonly #function: KeyedCoProcessFunction<unknown, unknown, unknown, unknown>;

  constructor(userFunction: KeyedCoProcessFunction<unknown, unknown, unknown, unknown>, keys: KeyBinding) {
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
    const result: unknown = this.#function.processElement1(value, this.keyedContext, this.collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  processElement2(value: unknown, timestamp: number, keyGroup: number): void {
    this.bound.select2(value, keyGroup);
    this.collector.timestamp = timestamp;
    this.keyedContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement2(value, this.keyedContext, this.collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }
}
