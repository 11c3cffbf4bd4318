/** `flatMap` of connected streams: one function an input, one output. */

import { BaseOperator } from './base-operator.js';
import { emitAll } from './flat-map-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { OperatorContext, Output } from './stream-operator.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { callableOf } from './user-function.js';

/** Emits what `flatMap1` or `flatMap2` emits or returns, by input. @internal */
export class CoFlatMapOperator extends BaseOperator {
  readonly #call1: (value: unknown, out: TimestampedCollector<unknown>) => unknown;
  readonly #call2: (value: unknown, out: TimestampedCollector<unknown>) => unknown;
  #collector!: TimestampedCollector<unknown>;

  constructor(userFunction: unknown, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#call1 = callableOf(userFunction, 'flatMap1');
    this.#call2 = callableOf(userFunction, 'flatMap2');
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#collector = new TimestampedCollector(output);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    this.#collector.timestamp = timestamp;
    const result = (0, this.#call1)(value, this.#collector);
    if (result !== undefined) emitAll(result, this.#collector, 'flatMap');
  }

  processElement2(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select2(value, keyGroup);
    this.#collector.timestamp = timestamp;
    const result = (0, this.#call2)(value, this.#collector);
    if (result !== undefined) emitAll(result, this.#collector, 'flatMap');
  }
}
