/**
 * The operator contract. An operator knows nothing of threads, files or channels: it is handed elements and answers
 * through its output. Everything below is called by one task, in one thread, one call at a time.
 *
 * Order of calls:
 *
 *   setup → initializeState → open → ( processElement | advanceWatermark | onStatus | timer callbacks
 *     | prepareSnapshotPreBarrier, then snapshotState | notifyCheckpointComplete | notifyCheckpointAborted
 *     | endInput )* → finish → … a last snapshot, notifications → close
 *
 * `close` is called in every case, also after a failure and then without `finish`. A drained or ended job calls `endInput`
 * for each input and `finish`; a job that is suspended or cancelled does not.
 *
 * Emission never blocks and never fails half-way: `output.collect` always takes the record. When downstream is full,
 * `output.isAvailable` turns false and the task gives the operator no further element and no further timer; so one element,
 * or one timer, is the unit of backpressure. An operator that has much to emit for one element may just emit it.
 *
 * A method that may return a promise pauses the task until it settles: no element, timer or snapshot comes meanwhile. No
 * other method may wait.
 */

import type { InputStatus } from '../api/connector.js';
import type { Accumulator } from '../api/functions.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { OperatorStateStore } from '../state/operator-state.js';
import type { Type } from '../state/type.js';

/** Where an operator emits. The task wires it to the chained operators and to the edges. @internal */
export interface Output<OUT = unknown> {
  /** False while downstream is full; see the file comment. */
  readonly isAvailable: boolean;
  /** `timestamp`: `NO_TIMESTAMP` when the record has none. */
  collect(value: OUT, timestamp: number): void;
  collectSide(tag: string, value: unknown, timestamp: number): void;
  /**
   * Emits a watermark of the operator's own making. It takes its place behind what was collected so far, and is carried
   * downstream when the current call has returned; nothing may be collected after it within the same call.
   */
  emitWatermark(timestamp: number): void;
  /** Says that this stream is idle, or active again. */
  emitStatus(isIdle: boolean): void;
}

/** Calls back in the task's thread, between elements. @internal */
export interface ProcessingTimeService {
  /** Milliseconds since the epoch; does not move while due callbacks are called. */
  now(): number;
  /** Calls `callback(time)` once the clock reaches `time`, earliest first; the returned handle cancels. */
  register(time: number, callback: (time: number) => void): TimerHandle;
}
/** Cancels a callback that has not been called. @internal */
export interface TimerHandle {
  cancel(): void;
}

/** What an operator is told about itself, and what it may use. Given to `setup`, valid until `close`. @internal */
export interface OperatorContext {
  readonly jobId: string;
  readonly jobName: string;
  readonly operatorName: string;
  readonly subtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly attempt: number;
  /** `pipeline.auto-watermark-interval` in milliseconds; 0 = off. */
  readonly autoWatermarkInterval: number;
  /** True in BATCH mode: rolling results only at the end, processing-time timers fire at the end. */
  readonly isBatch: boolean;
  /** True when the job takes checkpoints: then sinks commit only what a completed checkpoint covers, also at the end. */
  readonly isCheckpointingEnabled: boolean;
  readonly clock: ProcessingTimeService;
  /** Keyed state of this subtask; `keyType` is the declared type of the keys, undefined = fixed by the first key. */
  keyedStateBackend<K>(keyType: Type<K> | undefined): KeyedStateBackend<K>;
  readonly operatorState: OperatorStateStore;
  /** True when there is a snapshot behind this start; then `restoredCheckpointId` is its id. */
  readonly isRestored: boolean;
  readonly restoredCheckpointId: number | undefined;
  /** Pauses the task until the promise settles; a rejection fails the task. */
  suspendUntil(promise: Promise<unknown>): void;
  /**
   * Runs an action in the task's turn: between elements and timers, once downstream can take more; and while `finish` of
   * this operator is awaited. May be called at any time, from a callback of a promise too.
   */
  runInTask(action: () => void): void;
  /** While held, the task takes no element and no barrier from its input; timers and actions go on. */
  holdInput(isHeld: boolean): void;
  /** Fails the task, and with it the job. */
  fail(error: unknown): void;
  addAccumulator(name: string, accumulator: Accumulator): void;
  /** A counter that the metrics show, such as `numLateRecordsDropped`. */
  counter(name: string): { inc(by?: number): void; readonly value: number };
  /** Sends an event to the operator's coordinator (the split enumerator). */
  sendToCoordinator(event: OperatorEvent): void;
  /** Wakes the task: `poll` may have something. Source operators only; may be called at any time. */
  notifyAvailable(): void;
}

/** Between a source operator and its split enumerator. Splits travel in the bytes of their serializer. @internal */
export type OperatorEvent =
  | { readonly type: 'split-request' }
  | { readonly type: 'reader-registered' }
  | { readonly type: 'add-splits'; readonly version: number; readonly splits: readonly Uint8Array[] }
  | { readonly type: 'no-more-splits' }
  | { readonly type: 'watermark'; readonly group: string; readonly watermark: number }
  | { readonly type: 'max-watermark'; readonly watermark: number };

/** What `advanceWatermark` says; see there. @internal */
export type WatermarkStep = 'AGAIN' | 'FORWARD' | 'HOLD';

/** The contract of every operator. @internal */
export interface StreamOperator<OUT = unknown> {
  /** Keeps its context and output; touches neither. */
  setup(context: OperatorContext, output: Output<OUT>): void;
  /** Gets the state stores, registers operator state, lets functions restore theirs. Nothing may be emitted. */
  initializeState(): void;
  /** Opens the user functions. Nothing may be emitted. */
  open(): void | Promise<void>;

  /**
   * One element of the first input. `keyGroup` is the group of its key where the edge knew it, else -1; operators that are
   * not keyed ignore it. Absent on sources.
   */
  processElement?(value: never, timestamp: number, keyGroup: number): void;
  /** One element of the second input. */
  processElement2?(value: never, timestamp: number, keyGroup: number): void;

  /**
   * The watermark of all inputs together has reached `timestamp`. One step: fires at most one timer, and returns
   *   AGAIN    call again with the same timestamp, once the output is available;
   *   FORWARD  done: the task hands the watermark on;
   *   HOLD     done: the operator swallows the watermark, or emits it later by itself.
   * The first call of a timestamp already sees it as the current watermark.
   */
  advanceWatermark(timestamp: number): WatermarkStep;
  /** The watermark of one input alone, before the joint one; for operators of two inputs that care. */
  onInputWatermark?(input: 0 | 1, timestamp: number): void;
  /** All inputs turned idle, or active again; true = hand it on. */
  onStatus(isIdle: boolean): boolean;

  /** Called before the barrier goes out: may emit (a sink's committables). */
  prepareSnapshotPreBarrier(checkpointId: number): void | Promise<void>;
  /** Brings the state stores up to date; the task snapshots them right after. Nothing may be emitted. */
  snapshotState(checkpointId: number, timestamp: number): void;
  /** The checkpoint, and all before it, are durable. */
  notifyCheckpointComplete(checkpointId: number): void | Promise<void>;
  notifyCheckpointAborted(checkpointId: number): void;

  /** An input (0 or 1) has ended; nothing comes from it any more. May emit. */
  endInput(input: 0 | 1): void;
  /** All inputs have ended: emit what is left. */
  finish(): void | Promise<void>;
  /** Closes the user functions; called exactly once. */
  close(): void | Promise<void>;

  /**
   * A stateless one-input operator may offer its step, so that the chain compiler fuses it with its neighbours instead of
   * calling `processElement`. Asked for after `open`.
   */
  inlineStage?(): InlineStage | undefined;
}

/** A stateless step: `map` returns the result, `filter` keeps on true, `flatMap` emits into the collector. @internal */
export type InlineStage =
  | { readonly kind: 'map'; readonly apply: (value: never) => unknown }
  | { readonly kind: 'filter'; readonly apply: (value: never) => boolean };

/** A source: it has no input, the task polls it. @internal */
export interface SourceOperatorContract<OUT = unknown> extends StreamOperator<OUT> {
  /**
   * Emits up to `maxRecords` records, fewer when the output is not available any more. After `NOTHING_AVAILABLE` the task
   * polls again only when `context.notifyAvailable` was called. `END_OF_INPUT` once, at the end.
   */
  poll(maxRecords: number): InputStatus;
  handleEvent(event: OperatorEvent): void;
  /** Stops reading for good (stop with savepoint); `drain` = the end of input will be told next. */
  stop(): void;
}
