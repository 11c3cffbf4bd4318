/** `map`: one element to one, with the same timestamp. */

import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { InlineStage } from './stream-operator.js';
import { type UserStep, userStep } from './user-function.js';

/** Applies a function to each element. @internal */
export class MapOperator extends BaseOperator {
  readonly #step: UserStep;

  constructor(userFunction: unknown, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#step = userStep(userFunction, 'map', 'map');
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    this.output.collect((0, this.#step)(value), timestamp);
  }

  inlineStage(): InlineStage | undefined {
    return this.keys === undefined ? { kind: 'map', apply: this.#step } : undefined;
  }
}
