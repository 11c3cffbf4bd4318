/** What a user function sees of its surroundings: a view of the operator's context that hides what only operators use. */

import type { Accumulator, RuntimeContext } from '../api/functions.js';
import { FlinkError } from '../common/errors.js';
import type { AnyStateDescriptor, KeyedStateBackend, StateOf } from '../state/keyed-state-backend.js';
import type { OperatorContext } from './stream-operator.js';

/** The {@link RuntimeContext} of one operator instance. @internal */
export class OperatorRuntimeContext implements RuntimeContext {
  readonly #context: OperatorContext;
  readonly #backend: KeyedStateBackend<unknown> | undefined;

  /** `backend`: undefined where the stream is not keyed. */
  constructor(context: OperatorContext, backend: KeyedStateBackend<unknown> | undefined) {
    this.#context = context;
    this.#backend = backend;
  }

  getJobName(): string {
    return this.#context.jobName;
  }

  getTaskName(): string {
    return this.#context.operatorName;
  }

  getIndexOfThisSubtask(): number {
    return this.#context.subtask;
  }

  getNumberOfParallelSubtasks(): number {
    return this.#context.parallelism;
  }

  getMaxNumberOfParallelSubtasks(): number {
    return this.#context.maxParallelism;
  }

  getAttemptNumber(): number {
    return this.#context.attempt;
  }

  getState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D> {
    if (this.#backend === undefined) {
      throw new FlinkError(
        'UNSUPPORTED',
        `State "${descriptor.name}" of operator "${this.#context.operatorName}" needs a keyed stream: call keyBy() first.`,
      );
    }
    return this.#backend.getState(descriptor);
  }

  addAccumulator(name: string, accumulator: Accumulator): void {
    this.#context.addAccumulator(name, accumulator);
  }
}
