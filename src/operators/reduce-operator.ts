/**
 * `reduce` on a keyed stream: one value a key, folded with each element. STREAMING emits the running value with each
 * element; BATCH emits the last one of each key when the input has ended.
 */

import { MAX_TIMESTAMP } from '../common/time.js';
import { VOID_NAMESPACE } from '../state/namespaces.js';
import { type ValueState, ValueStateDescriptor } from '../state/state-descriptor.js';
import type { Type } from '../state/type.js';
import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { WatermarkStep } from './stream-operator.js';
import { InternalTimerService } from './timer-service.js';
import { callableOf, refusePromise } from './user-function.js';

/** The name that Flink gives the state of rolling operators. */
const STATE_NAME = '_op_state';

/** Folds the elements of each key. @internal */
export class ReduceOperator extends BaseOperator {
  readonly #fold: (a: unknown, b: unknown) => unknown;
  readonly #bound: KeyBinding;
  readonly #type: Type<unknown> | undefined;
  #state!: ValueState<unknown>;
  #timers: InternalTimerService<unknown, null> | undefined;

  /** `type`: how values are stored; undefined = MessagePack. */
  constructor(reducer: unknown, keys: KeyBinding, type?: Type<unknown>) {
    super(reducer, keys);
    this.#fold = callableOf(reducer, 'reduce');
    this.#bound = keys;
    this.#type = type;
  }

  override initializeState(): void {
    super.initializeState();
    const { backend } = this.#bound;
    this.#state = backend.getState(new ValueStateDescriptor<unknown>(STATE_NAME, this.#type));
    if (!this.context.isBatch) return;
    this.#timers = new InternalTimerService<unknown, null>({
      name: 'end-key-timers',
      backend,
      namespaceType: VOID_NAMESPACE,
      clock: this.context.clock,
      target: { onEventTime: () => this.#emitLast(), onProcessingTime: () => {} },
      isBatch: true,
    });
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    this.#bound.select(value, keyGroup);
    const current = this.#state.value();
    const next = current === null ? value : (0, this.#fold)(current, value);
    if (next instanceof Promise) refusePromise('reduce');
    this.#state.update(next);
    if (this.#timers === undefined) this.output.collect(next, timestamp);
    else if (current === null) this.#timers.registerEventTimeTimer(null, MAX_TIMESTAMP);
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    return this.#timers?.advanceWatermark(timestamp) ? 'AGAIN' : 'FORWARD';
  }

  #emitLast(): void {
    this.output.collect(this.#state.value(), MAX_TIMESTAMP);
  }
}
