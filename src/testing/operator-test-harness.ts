/**
 * Drives an operator without a job: elements, watermarks, statuses and clock changes in, records and watermarks out; and
 * snapshots it, restores it, and restores it with another parallelism. Keyed elements go to the subtask that owns their key
 * group, as they would through a hash edge; everything else goes where the caller says.
 */

import type { InputStatus } from '../api/connector.js';
import type { Accumulator } from '../api/functions.js';
import { assert } from '../common/assert.js';
import { MAX_TIMESTAMP, NO_TIMESTAMP } from '../common/time.js';
import type { OperatorEvent, StreamOperator } from '../operators/stream-operator.js';
import { TaskClock } from '../runtime/task-clock.js';
import { subtaskOf } from '../state/key-groups.js';
import { KeyTypeCell } from '../state/key-type-cell.js';
import type { Type } from '../state/type.js';
import { type Emitted, RecordingOutput } from './harness-output.js';
import { HarnessState, type StoredSubtaskState } from './harness-state.js';
import { HarnessSubtask } from './harness-subtask.js';

/** What the harness needs to know of the operator under test. */
export interface OperatorTestHarnessOptions {
  /** Makes a fresh operator with fresh user functions: called for each subtask, and again at each restore. */
  readonly createOperator: () => StreamOperator;
  readonly parallelism?: number;
  readonly maxParallelism?: number;
  /** 2 for an operator of connected streams. */
  readonly inputs?: 1 | 2;
  /** The key of an element of each input, where that input is keyed. */
  readonly keySelectors?: readonly (((value: never) => unknown) | undefined)[];
  /** The declared type of the keys; the first key decides without it. */
  readonly keyType?: Type<never> | undefined;
  /** Milliseconds; 0 = no periodic watermarks. */
  readonly autoWatermarkInterval?: number;
  readonly isBatch?: boolean;
  readonly isCheckpointingEnabled?: boolean;
  /** Records that downstream takes before `isAvailable` turns false. */
  readonly outputCapacity?: number;
  /** Where the processing-time clock starts, in milliseconds. */
  readonly startTime?: number;
  /** The clock of times to live; the processing-time clock if absent. */
  readonly ttlNow?: () => number;
}

/** The state of all subtasks at one moment. */
export interface HarnessSnapshot {
  readonly checkpointId: number;
  readonly subtasks: readonly StoredSubtaskState[];
}

/** Counters of the timers and of the state entries over all subtasks. */
export interface HarnessCounts {
  readonly eventTimers: number;
  readonly processingTimers: number;
  readonly stateEntries: number;
}

const DEFAULT_MAX_PARALLELISM = 128;

/** See the file comment. */
export class OperatorTestHarness {
  /** Everything that was put out, in order; the caller may empty it. */
  readonly output: Emitted[] = [];
  readonly accumulators = new Map<string, Accumulator>();
  readonly #options: OperatorTestHarnessOptions;
  readonly #keyType: KeyTypeCell;
  readonly #counters = new Map<string, { value: number }>();
  readonly #maxParallelism: number;
  #parallelism: number;
  #subtasks: HarnessSubtask[] = [];
  #now: number;
  #checkpointId = 0;

  constructor(options: OperatorTestHarnessOptions) {
    this.#options = options;
    this.#parallelism = options.parallelism ?? 1;
    this.#maxParallelism = options.maxParallelism ?? DEFAULT_MAX_PARALLELISM;
    this.#now = options.startTime ?? 0;
    this.#keyType = new KeyTypeCell({ declared: options.keyType, maxParallelism: this.#maxParallelism });
  }

  get parallelism(): number {
    return this.#parallelism;
  }

  /** Makes and opens the operators. `from`: a snapshot to start from, by any harness of the same operator. */
  async open(from?: HarnessSnapshot): Promise<void> {
    if (from !== undefined) this.#checkpointId = Math.max(this.#checkpointId, from.checkpointId);
    this.#subtasks = Array.from({ length: this.#parallelism }, (_, subtask) => this.#createSubtask(subtask, from));
    for (const subtask of this.#subtasks) await subtask.open();
  }

  /** An element of a keyed input goes to the owner of its key; another one to `subtask`. */
  processElement(value: unknown, timestamp = NO_TIMESTAMP, input: 0 | 1 = 0, subtask = 0): void {
    const selector = this.#options.keySelectors?.[input];
    if (selector === undefined) {
      this.#subtask(subtask).processElement(value, timestamp, -1, input);
      return;
    }
    const keyGroup = this.#keyType.keyGroup(selector(value as never));
    const owner = subtaskOf(keyGroup, this.#maxParallelism, this.#parallelism);
    this.#subtask(owner).processElement(value, timestamp, keyGroup, input);
  }

  /** An element that every subtask gets: the second input of a broadcast operator. */
  broadcastElement(value: unknown, timestamp = NO_TIMESTAMP, input: 0 | 1 = 1): void {
    for (const subtask of this.#subtasks) subtask.processElement(value, timestamp, -1, input);
  }

  /** A watermark of one input in every subtask; of all inputs, one after the other, if none is given. */
  processWatermark(timestamp: number, input?: 0 | 1): void {
    for (const subtask of this.#subtasks) {
      for (const each of this.#inputs(input)) subtask.processWatermark(timestamp, each);
    }
  }

  /** A status of one input, or of all, in every subtask. */
  processStatus(isIdle: boolean, input?: 0 | 1): void {
    for (const subtask of this.#subtasks) {
      for (const each of this.#inputs(input)) subtask.processStatus(isIdle, each);
    }
  }

  /** Moves the clock; what falls due is called, subtask by subtask, all of it seeing the clock where it stands then. */
  setProcessingTime(time: number): void {
    this.#now = time;
    for (const subtask of this.#subtasks) subtask.fireDueTimers();
  }

  /** One poll of a source's subtask; undefined when it has not asked for one. */
  poll(maxRecords = 100, subtask = 0): InputStatus | undefined {
    return this.#subtask(subtask).poll(maxRecords);
  }

  /** Hands a source an event of its enumerator. */
  sendEvent(event: OperatorEvent, subtask = 0): void {
    (this.#subtask(subtask).operator as { handleEvent?(event: OperatorEvent): void }).handleEvent?.(event);
  }

  /** What a source told its enumerator. */
  sentEvents(subtask = 0): readonly OperatorEvent[] {
    return this.#subtask(subtask).sentEvents;
  }

  /** Runs what operators want done in their turn, such as emitting the answers of asynchronous functions. */
  runActions(): void {
    for (const subtask of this.#subtasks) subtask.runActions();
  }

  /** Whether an operator wants no element for now. */
  isInputHeld(subtask = 0): boolean {
    return this.#subtask(subtask).isInputHeld;
  }

  /** Waits for promises that an operator asked to wait for. */
  async settle(): Promise<void> {
    for (const subtask of this.#subtasks) await subtask.settle();
  }

  /** Takes a snapshot as a barrier would; what is emitted ahead of the barrier is part of the output. */
  async snapshot(): Promise<HarnessSnapshot> {
    this.#checkpointId += 1;
    const subtasks: StoredSubtaskState[] = [];
    for (const subtask of this.#subtasks) subtasks.push(await subtask.snapshot(this.#checkpointId));
    return { checkpointId: this.#checkpointId, subtasks };
  }

  /** Tells all subtasks that a checkpoint is complete. */
  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    for (const subtask of this.#subtasks) await subtask.operator.notifyCheckpointComplete(checkpointId);
  }

  /** Closes the operators and starts fresh ones from a snapshot, perhaps more or fewer, perhaps at another time. */
  async restore(from: HarnessSnapshot, options: { parallelism?: number; time?: number } = {}): Promise<void> {
    await this.close();
    this.#parallelism = options.parallelism ?? this.#parallelism;
    this.#now = options.time ?? this.#now;
    await this.open(from);
  }

  /** The end of all inputs: the last watermark, the end of each input, and `finish`. */
  async endInput(): Promise<void> {
    for (const subtask of this.#subtasks) {
      for (const input of this.#inputs()) subtask.processWatermark(MAX_TIMESTAMP, input);
      for (const input of this.#inputs()) subtask.operator.endInput(input);
      await subtask.finish();
      await subtask.settle();
    }
  }

  /** Closes all operators; every one is closed, also when another one fails to. */
  async close(): Promise<void> {
    const subtasks = this.#subtasks;
    this.#subtasks = [];
    for (const subtask of subtasks) await subtask.operator.close();
  }

  /** A counter of the operators, such as `numLateRecordsDropped`, over all subtasks and restores. */
  counter(name: string): number {
    return this.#counters.get(name)?.value ?? 0;
  }

  /** Timers and state entries; `timerService`: the name of the operator's timer service, if it has one. */
  counts(timerService?: string): HarnessCounts {
    const counts = { eventTimers: 0, processingTimers: 0, stateEntries: 0 };
    for (const { state } of this.#subtasks) {
      counts.stateEntries += state.numEntries();
      if (timerService === undefined) continue;
      counts.eventTimers += state.numTimers(`_timer_state/event_${timerService}`);
      counts.processingTimers += state.numTimers(`_timer_state/processing_${timerService}`);
    }
    return counts;
  }

  #inputs(input?: 0 | 1): readonly (0 | 1)[] {
    if (input !== undefined) return [input];
    return this.#options.inputs === 2 ? [0, 1] : [0];
  }

  #subtask(index: number): HarnessSubtask {
    const subtask = this.#subtasks[index];
    assert(subtask !== undefined, `subtask ${index} of ${this.#subtasks.length} is open`);
    return subtask;
  }

  #createSubtask(subtask: number, from: HarnessSnapshot | undefined): HarnessSubtask {
    const options = this.#options;
    const now = () => this.#now;
    const clock = new TaskClock({ now, setTimeout: () => undefined, clearTimeout: () => {} });
    return new HarnessSubtask({
      operator: options.createOperator(),
      output: new RecordingOutput(subtask, options.outputCapacity ?? Number.POSITIVE_INFINITY, (emitted) =>
        this.output.push(emitted),
      ),
      clock,
      state: new HarnessState({
        subtask,
        parallelism: this.#parallelism,
        maxParallelism: this.#maxParallelism,
        keyType: this.#keyType,
        ttlNow: options.ttlNow ?? now,
        restored: from?.subtasks,
      }),
      inputs: options.inputs ?? 1,
      context: {
        subtask,
        parallelism: this.#parallelism,
        maxParallelism: this.#maxParallelism,
        attempt: 0,
        autoWatermarkInterval: options.autoWatermarkInterval ?? 0,
        isBatch: options.isBatch ?? false,
        isCheckpointingEnabled: options.isCheckpointingEnabled ?? true,
        isRestored: from !== undefined,
        restoredCheckpointId: from?.checkpointId,
      },
      accumulators: this.accumulators,
      counters: this.#counters,
    });
  }
}
