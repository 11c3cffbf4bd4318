/** `process` of a stream without keys that is connected to a broadcast one (the second input). */

import type { BroadcastProcessFunction, BroadcastStateName } from '../api/functions.js';
import { BaseOperator } from './base-operator.js';
import { BroadcastElementContext, BroadcastStates, ReadOnlyElementContext } from './broadcast-context.js';
import type { WatermarkStep } from './stream-operator.js';
import { UnkeyedTimerService } from './timer-service.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link BroadcastProcessFunction}. @internal */
export class BroadcastProcessOperator extends BaseOperator {
  readonly #function: BroadcastProcessFunction<unknown, unknown, unknown>;
  readonly #declared: readonly BroadcastStateName<unknown, unknown>[];
  #timers!: UnkeyedTimerService;
  #readContext!: ReadOnlyElementContext;
  #writeContext!: BroadcastElementContext;
  #collector!: TimestampedCollector<unknown>;

  constructor(
    userFunction: BroadcastProcessFunction<unknown, unknown, unknown>,
    declared: readonly BroadcastStateName<unknown, unknown>[] = [],
  ) {
    super(userFunction);
    this.#function = userFunction;
    this.#declared = declared;
  }

  override initializeState(): void {
    super.initializeState();
    const states = new BroadcastStates(this.context.operatorState, this.#declared);
    this.#timers = new UnkeyedTimerService(this.context.clock);
    this.#readContext = new ReadOnlyElementContext(this.output, this.#timers, states);
    this.#writeContext = new BroadcastElementContext(this.output, this.#timers, states);
    this.#collector = new TimestampedCollector(this.output);
  }

  processElement(value: unknown, timestamp: number, _keyGroup: number): void {
    this.#collector.timestamp = timestamp;
    this.#readContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement(value, this.#readContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  processElement2(value: unknown, timestamp: number, _keyGroup: number): void {
    this.#collector.timestamp = timestamp;
    this.#writeContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processBroadcastElement(value, this.#writeContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    this.#timers.watermark = timestamp;
    return 'FORWARD';
  }
}
