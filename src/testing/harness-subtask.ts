/**
 * One subtask of an operator under test: it plays the task, in that it calls the operator as the contract says, combines the
 * watermarks of the inputs, and fires timers one at a time.
 */

import type { InputStatus } from '../api/connector.js';
import type { Accumulator } from '../api/functions.js';
import { assert } from '../common/assert.js';
import { InputWatermarks } from '../operators/combined-watermark.js';
import type {
  OperatorContext,
  OperatorEvent,
  SourceOperatorContract,
  StreamOperator,
} from '../operators/stream-operator.js';
import type { TaskClock } from '../runtime/task-clock.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { OperatorStateStore } from '../state/operator-state.js';
import type { Type } from '../state/type.js';
import type { RecordingOutput } from './harness-output.js';
import type { HarnessState, StoredSubtaskState } from './harness-state.js';

/** A watermark step that fires this many timers has no end. */
const MOST_TIMERS_A_STEP = 1_000_000;

/** What a subtask is made of. @internal */
export interface HarnessSubtaskOptions {
  readonly operator: StreamOperator;
  readonly output: RecordingOutput;
  readonly clock: TaskClock;
  readonly state: HarnessState;
  readonly inputs: 1 | 2;
  readonly context: Pick<
    OperatorContext,
    | 'subtask'
    | 'parallelism'
    | 'maxParallelism'
    | 'attempt'
    | 'autoWatermarkInterval'
    | 'isBatch'
    | 'isCheckpointingEnabled'
    | 'isRestored'
    | 'restoredCheckpointId'
  >;
  readonly accumulators: Map<string, Accumulator>;
  readonly counters: Map<string, { value: number }>;
}

/** Plays the task of one subtask. @internal */
export class HarnessSubtask {
  readonly operator: StreamOperator;
  readonly state: HarnessState;
  /** What the operator told its coordinator. */
  readonly sentEvents: OperatorEvent[] = [];
  /** Whether the operator wants no element for now. */
  isInputHeld = false;
  readonly #options: HarnessSubtaskOptions;
  readonly #watermarks: InputWatermarks;
  readonly #actions: (() => void)[] = [];
  #suspensions: Promise<unknown>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #onFailed: (error: unknown) => void = () => {};
  /** True when a source asked to be polled again. */
  #isAvailable = true;

  constructor(options: HarnessSubtaskOptions) {
    this.#options = options;
    this.operator = options.operator;
    this.state = options.state;
    this.#watermarks = new InputWatermarks(options.inputs);
  }

  async open(): Promise<void> {
    this.operator.setup(new HarnessContext(this.#options, this), this.#options.output);
    this.operator.initializeState();
    await this.operator.open();
    this.#options.output.take();
    this.fireDueTimers();
    await this.settle();
  }

  processElement(value: unknown, timestamp: number, keyGroup: number, input: 0 | 1): void {
    const { operator } = this;
    if (input === 0) operator.processElement?.(value as never, timestamp, keyGroup);
    else operator.processElement2?.(value as never, timestamp, keyGroup);
    this.#options.output.take();
    this.#throwFailure();
  }

  processWatermark(timestamp: number, input: 0 | 1): void {
    this.operator.onInputWatermark?.(input, timestamp);
    if (this.#watermarks.onWatermark(input, timestamp)) this.#advanceWatermark();
  }

  processStatus(isIdle: boolean, input: 0 | 1): void {
    const wasIdle = this.#watermarks.isIdle;
    if (this.#watermarks.onStatus(input, isIdle)) this.#advanceWatermark();
    if (this.#watermarks.isIdle !== wasIdle && this.operator.onStatus(isIdle)) this.#options.output.emitStatus(isIdle);
  }

  /** Fires the callbacks that are due, one at a time, earliest first. */
  fireDueTimers(): void {
    for (let fired = 0; this.#options.clock.fireOne(); fired++) {
      assert(fired < MOST_TIMERS_A_STEP, 'processing-time timers come to an end');
      this.#options.output.take();
    }
    this.#throwFailure();
  }

  /** One poll of a source; undefined when it has not asked to be polled. */
  poll(maxRecords: number): InputStatus | undefined {
    if (!this.#isAvailable) return undefined;
    const status = (this.operator as SourceOperatorContract).poll(maxRecords);
    this.#isAvailable = status === 'MORE_AVAILABLE';
    this.#options.output.take();
    this.#throwFailure();
    return status;
  }

  /** Takes a snapshot as a barrier would. */
  async snapshot(checkpointId: number): Promise<StoredSubtaskState> {
    await this.operator.prepareSnapshotPreBarrier(checkpointId);
    this.operator.snapshotState(checkpointId, this.#options.clock.now());
    this.#options.output.take();
    return this.state.snapshot(checkpointId);
  }

  notifyAvailable(): void {
    this.#isAvailable = true;
  }

  /** An action of the operator: it runs when the current call has returned. */
  runInTask(action: () => void): void {
    this.#actions.push(action);
    queueMicrotask(() => this.#runActionsCarefully());
  }

  /** Runs what the operator wants done in its turn. */
  runActions(): void {
    for (let action = this.#actions.shift(); action !== undefined; action = this.#actions.shift()) {
      action();
      this.#options.output.take();
    }
    this.#throwFailure();
  }

  #runActionsCarefully(): void {
    try {
      this.runActions();
    } catch (error) {
      this.fail(error);
    }
  }

  suspendUntil(promise: Promise<unknown>): void {
    this.#suspensions.push(promise);
  }

  /** Finishes the operator; rejects when it fails meanwhile. */
  async finish(): Promise<void> {
    const failed = new Promise<never>((_, reject) => {
      this.#onFailed = reject;
    });
    await Promise.race([this.operator.finish(), failed]);
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailed(error);
  }

  /** Waits for what the operator asked to wait for. */
  async settle(): Promise<void> {
    this.runActions();
    while (this.#suspensions.length > 0) {
      const waiting = this.#suspensions;
      this.#suspensions = [];
      await Promise.all(waiting);
    }
    this.#throwFailure();
  }

  #advanceWatermark(): void {
    const { timestamp } = this.#watermarks;
    let step = this.operator.advanceWatermark(timestamp);
    for (let fired = 1; step === 'AGAIN'; fired++) {
      assert(fired < MOST_TIMERS_A_STEP, 'event-time timers come to an end');
      this.#options.output.take();
      step = this.operator.advanceWatermark(timestamp);
    }
    if (step === 'FORWARD') this.#options.output.emitWatermark(timestamp);
    this.#options.output.take();
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** The context that the operator gets. */
class HarnessContext implements OperatorContext {
  readonly jobId = '00000000000000000000000000000000';
  readonly jobName = 'test';
  readonly operatorName = 'operator under test';
  readonly subtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly attempt: number;
  readonly autoWatermarkInterval: number;
  readonly isBatch: boolean;
  readonly isCheckpointingEnabled: boolean;
  readonly isRestored: boolean;
  readonly restoredCheckpointId: number | undefined;
  readonly clock: TaskClock;
  readonly #options: HarnessSubtaskOptions;
  readonly #task: HarnessSubtask;

  constructor(options: HarnessSubtaskOptions, task: HarnessSubtask) {
    const { context } = options;
    this.subtask = context.subtask;
    this.parallelism = context.parallelism;
    this.maxParallelism = context.maxParallelism;
    this.attempt = context.attempt;
    this.autoWatermarkInterval = context.autoWatermarkInterval;
    this.isBatch = context.isBatch;
    this.isCheckpointingEnabled = context.isCheckpointingEnabled;
    this.isRestored = context.isRestored;
    this.restoredCheckpointId = context.restoredCheckpointId;
    this.clock = options.clock;
    this.#options = options;
    this.#task = task;
  }

  keyedStateBackend<K>(keyType: Type<K> | undefined): KeyedStateBackend<K> {
    return this.#options.state.backend(keyType);
  }

  get operatorState(): OperatorStateStore {
    return this.#options.state.operatorState;
  }

  runInTask(action: () => void): void {
    this.#task.runInTask(action);
  }

  holdInput(isHeld: boolean): void {
    this.#task.isInputHeld = isHeld;
  }

  suspendUntil(promise: Promise<unknown>): void {
    this.#task.suspendUntil(promise);
  }

  fail(error: unknown): void {
    this.#task.fail(error);
  }

  addAccumulator(name: string, accumulator: Accumulator): void {
    this.#options.accumulators.set(name, accumulator);
  }

  counter(name: string): { inc(by?: number): void; readonly value: number } {
    const { counters } = this.#options;
    const counter = counters.get(name) ?? { value: 0 };
    counters.set(name, counter);
    return {
      inc: (by = 1) => {
        counter.value += by;
      },
      get value() {
        return counter.value;
      },
    };
  }

  sendToCoordinator(event: OperatorEvent): void {
    this.#task.sentEvents.push(event);
  }

  notifyAvailable(): void {
    this.#task.notifyAvailable();
  }
}
