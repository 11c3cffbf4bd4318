/** `process` on a stream without keys: any number of outputs an element, side outputs, no timers. */

import type { ProcessFunction } from '../api/functions.js';
import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import { ElementContext } from './process-context.js';
import type { OperatorContext, Output, WatermarkStep } from './stream-operator.js';
import { UnkeyedTimerService } from './timer-service.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { checkNoPromise } from './user-function.js';

/** Drives a {@link ProcessFunction}. @internal */
export class ProcessOperator extends BaseOperator {
  readonly #function: ProcessFunction<unknown, unknown>;
  #timers!: UnkeyedTimerService;
  #elementContext!: ElementContext;
  #collector!: TimestampedCollector<unknown>;

  constructor(userFunction: ProcessFunction<unknown, unknown>, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#function = userFunction;
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#timers = new UnkeyedTimerService(context.clock);
    this.#elementContext = new ElementContext(output, this.#timers);
    this.#collector = new TimestampedCollector(output);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    this.#collector.timestamp = timestamp;
    this.#elementContext.elementTimestamp = timestamp;
    const result: unknown = this.#function.processElement(value, this.#elementContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    this.#timers.watermark = timestamp;
    return 'FORWARD';
  }
}
