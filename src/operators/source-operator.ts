/**
 * A source's operator: it owns the reader, gives records their timestamps, makes watermarks a split, and keeps the reader's
 * splits in operator state (`SourceReaderState`, in Flink's frames). The split enumerator, beside the coordinator, talks to
 * it through operator events.
 */

import type {
  Boundedness,
  InputStatus,
  ReaderOutput,
  Source,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
} from '../api/connector.js';
import type { TimestampAssigner, WatermarkStrategy } from '../api/watermark-strategy.js';
import { MAX_TIMESTAMP, NO_TIMESTAMP } from '../common/time.js';
import type { OperatorListState } from '../state/operator-state.js';
import { Types } from '../state/types.js';
import { BaseOperator } from './base-operator.js';
import { SourceAlignment } from './source-alignment.js';
import { SourceWatermarks } from './source-watermarks.js';
import type { OperatorContext, OperatorEvent, Output, SourceOperatorContract, TimerHandle } from './stream-operator.js';
import { decodeVersioned, encodeVersioned } from './versioned-bytes.js';

/** Drives a {@link SourceReader}. @internal */
export class SourceOperator extends BaseOperator implements SourceOperatorContract {
  readonly #source: Source<unknown>;
  readonly #strategy: WatermarkStrategy<unknown>;
  #reader!: SourceReader<unknown, SourceSplit>;
  #readerOutput!: ReaderOutput<unknown>;
  #watermarks!: SourceWatermarks;
  #splits!: OperatorListState<Uint8Array>;
  #tick: TimerHandle | undefined;
  #alignment: SourceAlignment | undefined;
  #isStopped = false;
  #hasEnded = false;
  /** The reader came to its end: it has no splits any more. A drained one has. */
  #hasReadAll = false;

  constructor(source: Source<unknown>, strategy: WatermarkStrategy<unknown>) {
    super();
    this.#source = source;
    this.#strategy = strategy;
  }

  get boundedness(): Boundedness {
    return this.#source.boundedness;
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#watermarks = new SourceWatermarks(this.#strategy, context.clock, output);
    this.#readerOutput = this.#strategy.looksAtRecords
      ? new OperatorReaderOutput(output, this.#watermarks, this.#strategy.timestampAssigner)
      : new PlainReaderOutput(output, this.#watermarks);
  }

  override initializeState(): void {
    this.#splits = this.context.operatorState.getListState({ name: 'SourceReaderState', type: Types.BYTES });
  }

  override open(): void {
    const { context } = this;
    this.#reader = this.#source.createReader(new OperatorReaderContext(context));
    const restored = this.#splits.get().map((frame) => decodeVersioned(this.#source.splitSerializer, frame));
    if (restored.length > 0) this.#addSplits(restored);
    context.sendToCoordinator({ type: 'reader-registered' });
    this.#reader.start();
    if (context.autoWatermarkInterval > 0 && !context.isBatch) this.#scheduleTick();
    if (this.#strategy.alignment !== undefined && !context.isBatch) {
      this.#alignment = new SourceAlignment(this.#strategy.alignment, context, this.#watermarks);
      this.#alignment.start();
    }
  }

  poll(maxRecords: number): InputStatus {
    if (this.#hasEnded) return 'END_OF_INPUT';
    if (this.#isStopped || this.#alignment?.isAhead === true) return 'NOTHING_AVAILABLE';
    this.#watermarks.hold();
    const status = this.#reader.pollNext(this.#readerOutput, maxRecords);
    if (status === 'END_OF_INPUT') {
      this.#hasReadAll = true;
      this.#end();
    }
    this.#watermarks.release();
    return status;
  }

  handleEvent(event: OperatorEvent): void {
    if (event.type === 'add-splits') {
      const { splitSerializer } = this.#source;
      this.#addSplits(event.splits.map((bytes) => splitSerializer.deserialize(event.version, bytes)));
    } else if (event.type === 'no-more-splits') {
      this.#reader.notifyNoMoreSplits();
    } else if (event.type === 'max-watermark') {
      this.#alignment?.allow(event.watermark);
    }
    this.context.notifyAvailable();
  }

  stop(): void {
    this.#isStopped = true;
    this.#tick?.cancel();
  }

  override snapshotState(checkpointId: number, _timestamp: number): void {
    const splits = this.#hasReadAll ? [] : this.#reader.snapshotState(checkpointId);
    this.#splits.update(splits.map((split) => encodeVersioned(this.#source.splitSerializer, split)));
  }

  override notifyCheckpointComplete(checkpointId: number): void {
    this.#reader.notifyCheckpointComplete?.(checkpointId);
  }

  /** A drained source ends here: it was stopped before its reader came to the end. */
  override endInput(_input: 0 | 1): void {
    this.#end();
  }

  override close(): void | Promise<void> {
    this.#tick?.cancel();
    this.#alignment?.close();
    // A failure may come before `open` has made the reader.
    return (this.#reader as SourceReader<unknown, SourceSplit> | undefined)?.close();
  }

  #addSplits(splits: readonly SourceSplit[]): void {
    for (const split of splits) this.#watermarks.addSplit(split.splitId);
    this.#reader.addSplits(splits);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#tick?.cancel();
    this.#alignment?.end();
    this.#watermarks.emitOverall(MAX_TIMESTAMP);
  }

  #scheduleTick(): void {
    const { clock, autoWatermarkInterval } = this.context;
    this.#tick = clock.register(clock.now() + autoWatermarkInterval, () => {
      if (this.#hasEnded || this.#isStopped) return;
      this.#watermarks.onPeriodicEmit();
      this.#scheduleTick();
    });
  }
}

/** Where the reader emits: on to the operator's output, then to the split's watermark generator. */
class OperatorReaderOutput implements ReaderOutput<unknown> {
  readonly #output: Output;
  readonly #watermarks: SourceWatermarks;
  readonly #assigner: TimestampAssigner<unknown> | undefined;

  constructor(output: Output, watermarks: SourceWatermarks, assigner: TimestampAssigner<unknown> | undefined) {
    this.#output = output;
    this.#watermarks = watermarks;
    this.#assigner = assigner;
  }

  get isAvailable(): boolean {
    return this.#output.isAvailable && !this.#watermarks.isHeldBack;
  }

  collect(value: unknown, splitId: string, timestamp = NO_TIMESTAMP): void {
    const assigned = this.#assigner === undefined ? timestamp : (0, this.#assigner)(value, timestamp);
    this.#output.collect(value, assigned);
    this.#watermarks.onRecord(value, assigned, splitId);
  }

  releaseSplit(splitId: string): void {
    this.#watermarks.releaseSplit(splitId);
  }
}

/** The same where neither timestamps nor watermarks come from records: it only hands them on. */
class PlainReaderOutput implements ReaderOutput<unknown> {
  readonly #output: Output;
  readonly #watermarks: SourceWatermarks;

  constructor(output: Output, watermarks: SourceWatermarks) {
    this.#output = output;
    this.#watermarks = watermarks;
  }

  get isAvailable(): boolean {
    return this.#output.isAvailable;
  }

  collect(value: unknown, _splitId: string, timestamp = NO_TIMESTAMP): void {
    this.#output.collect(value, timestamp);
  }

  releaseSplit(splitId: string): void {
    this.#watermarks.releaseSplit(splitId);
  }
}

/** What the reader may ask for. */
class OperatorReaderContext implements SourceReaderContext {
  readonly #context: OperatorContext;

  constructor(context: OperatorContext) {
    this.#context = context;
  }

  get subtask(): number {
    return this.#context.subtask;
  }

  get parallelism(): number {
    return this.#context.parallelism;
  }

  sendSplitRequest(): void {
    this.#context.sendToCoordinator({ type: 'split-request' });
  }

  notifyAvailable(): void {
    this.#context.notifyAvailable();
  }
}
