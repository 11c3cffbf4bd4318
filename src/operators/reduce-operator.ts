/**
 * `reduce` on a keyed stream: one value a key, folded with each element. STREAMING emits the running value with each
 * element; BATCH emits the last one of each key, in order of the keys, when the input has ended.
 */

import { MAX_TIMESTAMP } from '../common/time.js';
import { type ValueState, ValueStateDescriptor } from '../state/state-descriptor.js';
import type { Type } from '../state/type.js';
import { BaseOperator } from './base-operator.js';
import { compareKeys } from './batch/key-order.js';
import type { KeyBinding } from './key-binding.js';
import type { WatermarkStep } from './stream-operator.js';
import { callableOf, refusePromise } from './user-function.js';

/** The name that Flink gives the state of rolling operators. */
const STATE_NAME = '_op_state';

/** Folds the elements of each key. @internal */
export class ReduceOperator extends BaseOperator {
  readonly #fold: (a: unknown, b: unknown) => unknown;
  readonly #bound: KeyBinding;
  readonly #type: Type<unknown> | undefined;
  #state!: ValueState<unknown>;
  #isBatch = false;
  /** BATCH: the keys whose values are still to be emitted, the next one last; undefined while input comes in. */
  #remaining: unknown[] | undefined;

  /** `type`: how values are stored; undefined = MessagePack. */
  constructor(reducer: unknown, keys: KeyBinding, type?: Type<unknown>) {
    super(reducer, keys);
    this.#fold = callableOf(reducer, 'reduce');
    this.#bound = keys;
    this.#type = type;
  }

  override initializeState(): void {
    super.initializeState();
    this.#isBatch = this.context.isBatch;
    const { backend } = this.#bound;
    this.#state = backend.getState(new ValueStateDescriptor<unknown>(STATE_NAME, this.#type));
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.#bound.select(value, keyGroup);
    const current = this.#state.value();
    const next = current === null ? value : (0, this.#fold)(current, value);
    if (next instanceof Promise) refusePromise('reduce');
    this.#state.update(next);
    if (!this.#isBatch) this.output.collect(next, timestamp);
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    if (!this.#isBatch || timestamp !== MAX_TIMESTAMP) return 'FORWARD';
    const { backend } = this.#bound;
    this.#remaining ??= [...backend.getKeys(STATE_NAME)].sort((a, b) => compareKeys(b, a));
    if (this.#remaining.length === 0) return 'FORWARD';
    backend.setCurrentKey(this.#remaining.pop(), -1);
    this.output.collect(this.#state.value(), MAX_TIMESTAMP);
    return this.#remaining.length > 0 ? 'AGAIN' : 'FORWARD';
  }
}
