/** `process` of a keyed stream that is connected to a broadcast one (the second input, which has no key). */

import type { BroadcastStateName, KeyedBroadcastProcessFunction } from '../api/functions.js';
import { BroadcastStates, KeyedBroadcastElementContext, KeyedReadOnlyElementContext } from './broadcast-context.js';
import type { KeyBinding } from './key-binding.js';
import { KeyedTimerOperator, type TimerFunction } from './keyed-timer-operator.js';
import type { Output } from './stream-operator.js';
import type { KeyedTimerService } from './timer-service.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link KeyedBroadcastProcessFunction}. @internal */
export class KeyedBroadcastProcessOperator extends KeyedTimerOperator<KeyedReadOnlyElementContext> {
  readonly #function: KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>;
  readonly #declared: readonly BroadcastStateName<unknown, unknown>[];
  #writeContext!: KeyedBroadcastElementContext;

  constructor(
    userFunction: KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>,
    keys: KeyBinding,
    declared: readonly BroadcastStateName<unknown, unknown>[] = [],
  ) {
    // onTimer gets the context that createContext makes, which has what the broadcast function asks for.
    super(userFunction as unknown as TimerFunction, keys);
    this.#function = userFunction;
    this.#declared = declared;
  }

  createContext(output: Output, timers: KeyedTimerService): KeyedReadOnlyElementContext {
    const states = new BroadcastStates(this.context.operatorState, this.#declared);
    this.#writeContext = new KeyedBroadcastElementContext(output, timers, this.bound.backend, states);
    return new KeyedReadOnlyElementContext(output, timers, this.bound.backend, states);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.bound.select(value, keyGroup);
    this.collector.timestamp = timestamp;
    this.keyedContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement(value, this.keyedContext, this.collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  processElement2(value: unknown, timestamp: number, _keyGroup: number): void {
    this.collector.timestamp = timestamp;
    this.#writeContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processBroadcastElement(value, this.#writeContext, this.collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }
}
