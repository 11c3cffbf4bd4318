/** `filter`: keeps the elements for which the function returns true. */

import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { InlineStage } from './stream-operator.js';
import { type UserStep, userStep } from './user-function.js';

/** Drops the elements for which the function returns false. @internal */
export class FilterOperator extends BaseOperator {
  readonly #step: UserStep<boolean>;

  constructor(userFunction: unknown, keys?: KeyBinding) {
    super(userFunction, keys);
    this.#step = userStep<boolean>(userFunction, 'filter', 'filter');
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.keys?.select(value, keyGroup);
    if ((0, this.#step)(value)) this.output.collect(value, timestamp);
  }

  inlineStage(): InlineStage | undefined {
    return this.keys === undefined ? { kind: 'filter', apply: this.#step } : undefined;
  }
}
