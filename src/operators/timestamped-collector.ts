/** The collector that functions get: it gives what they emit the timestamp of the element, or timer, at hand. */

import type { Collector } from '../api/functions.js';
import { NO_TIMESTAMP } from '../common/time.js';
import type { Output } from './stream-operator.js';

/** Emits values with the timestamp that was set last. @internal */
export class TimestampedCollector<OUT> implements Collector<OUT> {
  readonly #output: Output<OUT>;
  /** Set by the operator before each call of user code. */
  timestamp = NO_TIMESTAMP;

  constructor(output: Output<OUT>) {
    this.#output = output;
  }

  collect(value: OUT): void {
    this.#output.collect(value, this.timestamp);
  }
}
