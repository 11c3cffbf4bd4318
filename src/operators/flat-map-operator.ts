/** `flatMap`: one element to any number; the function emits into a collector, or returns what it emits. */

import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { OperatorContext, Output } from './stream-operator.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { callableOf, refusePromise } from './user-function.js';

/** Emits what the function emits or returns, with the timestamp of the element. @internal */
export class FlatMapOperator extends BaseOperator {
  readonly #call: (value: unknown, out: TimestampedCollector<unknown>) => unknown;
  #collector!: TimestampedCollector<unknown>;

  constructor(userFunction: unknown, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#call = callableOf(userFunction, 'flatMap');
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#collector = new TimestampedCollector(output);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    this.#collector.timestamp = timestamp;
    const result = (0, this.#call)(value, this.#collector);
    if (result !== undefined) emitAll(result, this.#collector, 'flatMap');
  }
}

/** Emits the elements of the iterable that a flat-map function returned; what is no iterable is ignored. @internal */
export function emitAll(result: unknown, collector: TimestampedCollector<unknown>, operation: string): void {
  if (result === null || (typeof result !== 'object' && typeof result !== 'string')) return;
  if (result instanceof Promise) refusePromise(operation);
  if (typeof (result as Partial<Iterable<unknown>>)[Symbol.iterator] !== 'function') return;
  for (const value of result as Iterable<unknown>) collector.collect(value);
}
