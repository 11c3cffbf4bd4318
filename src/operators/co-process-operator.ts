/** `process` of two connected streams without keys. */

import type { CoProcessFunction } from '../api/functions.js';
import { BaseOperator } from './base-operator.js';
import { ElementContext } from './process-context.js';
import type { OperatorContext, Output, WatermarkStep } from './stream-operator.js';
import { UnkeyedTimerService } from './timer-service.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link CoProcessFunction}. @internal */
export class CoProcessOperator extends BaseOperator {
  readonly #function: CoProcessFunction<unknown, unknown, unknown>;
  #timers!: UnkeyedTimerService;
  #elementContext!: ElementContext;
  #collector!: TimestampedCollector<unknown>;

  constructor(userFunction: CoProcessFunction<unknown, unknown, unknown>) {
    super(userFunction);
    this.#function = userFunction;
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#timers = new UnkeyedTimerService(context.clock);
    this.#elementContext = new ElementContext(output, this.#timers);
    this.#collector = new TimestampedCollector(output);
  }

  processElement(value: unknown, timestamp: number, _keyGroup: number): void {
    this.#collector.timestamp = timestamp;
    this.#elementContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement1(value, this.#elementContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  processElement2(value: unknown, timestamp: number, _keyGroup: number): void {
    this.#collector.timestamp = timestamp;
    this.#elementContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement2(value, this.#elementContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    this.#timers.watermark = timestamp;
    return 'FORWARD';
  }
}
