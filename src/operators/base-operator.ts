/**
 * What nearly every operator does alike: it keeps its context and output, drives the lifecycle of its user function, binds
 * its keys, and lets watermarks, idleness and snapshots pass. An operator overrides what it does otherwise.
 */

import type { CheckpointedFunction, CheckpointListener, LifecycleFunction, RuntimeContext } from '../api/functions.js';
import type { KeyBinding } from './key-binding.js';
import { OperatorRuntimeContext } from './runtime-context.js';
import type { OperatorContext, Output, StreamOperator, WatermarkStep } from './stream-operator.js';

/** What the object form of a user function may implement. */
type AnyFunction = Partial<LifecycleFunction & CheckpointedFunction & CheckpointListener> & {
  setRuntimeContext?(context: RuntimeContext): void;
};

/** The common part of operators. @internal */
export abstract class BaseOperator<OUT = unknown> implements StreamOperator<OUT> {
  readonly #function: AnyFunction | undefined;
  readonly #keys: KeyBinding | undefined;
  #context!: OperatorContext;
  #output!: Output<OUT>;

  /** `userFunction`: what a plain function or an object is given as; only objects have a lifecycle. */
  constructor(userFunction?: unknown, keys?: KeyBinding) {
    this.#function =
      typeof userFunction === 'object' && userFunction !== null ? (userFunction as AnyFunction) : undefined;
    this.#keys = keys;
  }

  get context(): OperatorContext {
    return this.#context;
  }

  get output(): Output<OUT> {
    return this.#output;
  }

  /** The keys of the inputs; undefined where no input is keyed. */
  get keys(): KeyBinding | undefined {
    return this.#keys;
  }

  setup(context: OperatorContext, output: Output<OUT>): void {
    this.#context = context;
    this.#output = output;
  }

  initializeState(): void {
    const context = this.#context;
    this.#keys?.bind(context);
    this.#function?.setRuntimeContext?.(new OperatorRuntimeContext(context, this.#keys?.backend));
    this.#function?.initializeState?.({
      isRestored: () => context.isRestored,
      getOperatorStateStore: () => context.operatorState,
    });
  }

  /** A function whose `open` or `close` is asynchronous is waited for. */
  open(): void | Promise<void> {
    return this.#function?.open?.();
  }

  advanceWatermark(_timestamp: number): WatermarkStep {
    return 'FORWARD';
  }

  onStatus(_isIdle: boolean): boolean {
    return true;
  }

  prepareSnapshotPreBarrier(_checkpointId: number): void | Promise<void> {}

  snapshotState(checkpointId: number, timestamp: number): void {
    this.#function?.snapshotState?.({ checkpointId, timestamp });
  }

  notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    this.#function?.notifyCheckpointComplete?.(checkpointId);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#function?.notifyCheckpointAborted?.(checkpointId);
  }

  endInput(_input: 0 | 1): void {}

  finish(): void | Promise<void> {}

  close(): void | Promise<void> {
    return this.#function?.close?.();
  }
}
