/** `map` of connected streams: one function an input, one output. */

import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import { type UserStep, userStep } from './user-function.js';

/** Applies `map1` or `map2`, by input. @internal */
export class CoMapOperator extends BaseOperator {
  readonly #step1: UserStep;
  readonly #step2: UserStep;

  constructor(userFunction: unknown, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#step1 = userStep(userFunction, 'map1', 'map');
    this.#step2 = userStep(userFunction, 'map2', 'map');
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    this.output.collect((0, this.#step1)(value), timestamp);
  }

  processElement2(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select2(value, keyGroup);
    this.output.collect((0, this.#step2)(value), timestamp);
  }
}
