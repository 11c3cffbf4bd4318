/**
 * The first half of a sink: the writer. Before each barrier it is flushed, and what it wants committed goes as records to
 * the committer, ahead of the barrier. A writer that returns a promise pauses the task until it settles.
 */

import type { Sink, SinkRecordContext, SinkWriter, SinkWriterContext } from '../api/connector.js';
import { MAX_TIMESTAMP, MIN_TIMESTAMP, NO_TIMESTAMP } from '../common/time.js';
import type { OperatorListState } from '../state/operator-state.js';
import { Types } from '../state/types.js';
import { BaseOperator } from './base-operator.js';
import type { OperatorContext, WatermarkStep } from './stream-operator.js';
import { decodeVersioned, encodeVersioned } from './versioned-bytes.js';

/** What a writer tells its committer: a committable, and the checkpoint that covers it. @internal */
export interface CommittableMessage {
  /** `Infinity`: it was made at the end of the input. */
  readonly checkpointId: number;
  readonly subtask: number;
  readonly committable: unknown;
}

/** Drives a {@link SinkWriter}. @internal */
export class SinkWriterOperator extends BaseOperator<CommittableMessage> {
  readonly #sink: Sink<unknown>;
  readonly #hasCommitter: boolean;
  #writer: SinkWriter<unknown> | undefined;
  #states: OperatorListState<Uint8Array> | undefined;
  #recordContext = new WriterRecordContext();
  #hasEnded = false;

  constructor(sink: Sink<unknown>, hasCommitter: boolean) {
    super();
    this.#sink = sink;
    this.#hasCommitter = hasCommitter;
  }

  override initializeState(): void {
    if (this.#sink.writerStateSerializer === undefined) return;
    this.#states = this.context.operatorState.getListState({ name: 'writer_raw_states', type: Types.BYTES });
  }

  override open(): void | Promise<void> {
    const serializer = this.#sink.writerStateSerializer;
    const restored =
      serializer === undefined ? [] : (this.#states?.get() ?? []).map((frame) => decodeVersioned(serializer, frame));
    const writer = this.#sink.createWriter(new WriterContext(this.context), restored);
    if (!(writer instanceof Promise)) this.#writer = writer;
    else {
      return writer.then((made) => {
        this.#writer = made;
      });
    }
    return undefined;
  }

  processElement(value: unknown, timestamp: number, _keyGroup: number): void {
    this.#recordContext.elementTimestamp = timestamp;
    const written = (this.#writer as SinkWriter<unknown>).write(value, this.#recordContext);
    if (written instanceof Promise) this.context.suspendUntil(written);
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    this.#recordContext.watermark = timestamp;
    return 'FORWARD';
  }

  override prepareSnapshotPreBarrier(checkpointId: number): void | Promise<void> {
    if (!this.#hasEnded) return this.#flushAndEmit(false, checkpointId);
    return undefined;
  }

  override snapshotState(checkpointId: number, _timestamp: number): void {
    const serializer = this.#sink.writerStateSerializer;
    const states = this.#writer?.snapshotState?.(checkpointId) ?? [];
    if (serializer === undefined) return;
    this.#states?.update(states.map((state) => encodeVersioned(serializer, state)));
  }

  override finish(): void | Promise<void> {
    this.#hasEnded = true;
    return this.#flushAndEmit(true, MAX_TIMESTAMP);
  }

  override close(): void | Promise<void> {
    return this.#writer?.close();
  }

  /** Waits only where the writer does. */
  #flushAndEmit(endOfInput: boolean, checkpointId: number): void | Promise<void> {
    const flushed = this.#writer?.flush(endOfInput);
    if (flushed instanceof Promise) return flushed.then(() => this.#emitCommittables(checkpointId));
    return this.#emitCommittables(checkpointId);
  }

  #emitCommittables(checkpointId: number): void | Promise<void> {
    const prepared = this.#hasCommitter ? this.#writer?.prepareCommit?.() : undefined;
    if (prepared instanceof Promise) return prepared.then((committables) => this.#emit(committables, checkpointId));
    if (prepared !== undefined) this.#emit(prepared, checkpointId);
    return undefined;
  }

  #emit(committables: readonly unknown[], checkpointId: number): void {
    const { subtask } = this.context;
    for (const committable of committables) {
      this.output.collect({ checkpointId, subtask, committable }, NO_TIMESTAMP);
    }
  }
}

/** What a record carries beside its value; one object, changed for each record. */
class WriterRecordContext implements SinkRecordContext {
  elementTimestamp = NO_TIMESTAMP;
  watermark = MIN_TIMESTAMP;

  timestamp(): number | null {
    return this.elementTimestamp === NO_TIMESTAMP ? null : this.elementTimestamp;
  }

  currentWatermark(): number {
    return this.watermark;
  }
}

/** What the writer may ask for. */
class WriterContext implements SinkWriterContext {
  readonly subtask: number;
  readonly parallelism: number;
  readonly jobId: string;
  readonly attempt: number;
  readonly restoredCheckpointId: number | undefined;
  readonly #context: OperatorContext;

  constructor(context: OperatorContext) {
    this.subtask = context.subtask;
    this.parallelism = context.parallelism;
    this.jobId = context.jobId;
    this.attempt = context.attempt;
    this.restoredCheckpointId = context.restoredCheckpointId;
    this.#context = context;
  }

  currentProcessingTime(): number {
    return this.#context.clock.now();
  }

  registerProcessingTimer(time: number, callback: (time: number) => void): void {
    this.#context.clock.register(time, callback);
  }
}
