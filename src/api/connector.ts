/**
 * The contracts of sources and sinks; every built-in connector uses only these.
 *
 * A source is a split enumerator, which runs once beside the coordinator and deals out splits, and one reader a subtask,
 * which turns splits into records. Both are snapshotted: the reader's splits with their positions, the enumerator's state
 * as the operator's coordinator state. A sink is one writer a subtask and, for two-phase commits, a committer.
 */

/** Whether a source ends by itself. */
export type Boundedness = 'BOUNDED' | 'CONTINUOUS_UNBOUNDED';

/** A part of a source's input, with the position up to which it was read. Plain data. */
export interface SourceSplit {
  /** Unique in the source. */
  readonly splitId: string;
}

/** Versioned bytes of a value of a connector. */
export interface SimpleVersionedSerializer<T> {
  readonly version: number;
  serialize(value: T): Uint8Array;
  deserialize(version: number, bytes: Uint8Array): T;
}

/** Where records come from. Immutable; the same object exists in every worker. */
export interface Source<T, SplitT extends SourceSplit = SourceSplit, EnumStateT = unknown> {
  readonly boundedness: Boundedness;
  /** `restored`: the enumerator's state of a snapshot, undefined on a fresh start. */
  createEnumerator(
    context: SplitEnumeratorContext<SplitT>,
    restored: EnumStateT | undefined,
  ): SplitEnumerator<SplitT, EnumStateT>;
  createReader(context: SourceReaderContext): SourceReader<T, SplitT>;
  readonly splitSerializer: SimpleVersionedSerializer<SplitT>;
  readonly enumeratorStateSerializer: SimpleVersionedSerializer<EnumStateT>;
  /** The type of the records, for inference only; never set. */
  readonly recordType?: T;
}

/** Deals out splits. All calls come from one thread; methods may return a promise, and the next call waits for it. */
export interface SplitEnumerator<SplitT extends SourceSplit, EnumStateT> {
  /** Called once, before any reader is registered. */
  start(): void | Promise<void>;
  /** A reader has nothing to do and asks for a split. */
  handleSplitRequest(subtask: number): void | Promise<void>;
  /** A reader started (again); it has no splits but those restored with it. */
  addReader(subtask: number): void | Promise<void>;
  /** Splits that were assigned since the last completed checkpoint and whose reader was lost. */
  addSplitsBack(splits: readonly SplitT[], subtask: number): void | Promise<void>;
  /** The work that is not assigned; called before the readers are snapshotted. */
  snapshotState(checkpointId: number): EnumStateT | Promise<EnumStateT>;
  notifyCheckpointComplete?(checkpointId: number): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What an enumerator works with. */
export interface SplitEnumeratorContext<SplitT extends SourceSplit> {
  readonly parallelism: number;
  /** Subtasks whose reader is registered. */
  registeredReaders(): readonly number[];
  assignSplit(split: SplitT, subtask: number): void;
  /** The reader will end once it has read what it was assigned. */
  signalNoMoreSplits(subtask: number): void;
  /** Calls `work` every `periodMs`, the first time after `initialDelayMs`; never while another call is under way. */
  schedule(work: () => void | Promise<void>, initialDelayMs: number, periodMs: number): void;
}

/** What a reader works with. */
export interface SourceReaderContext {
  readonly subtask: number;
  readonly parallelism: number;
  /** Asks the enumerator for a split. */
  sendSplitRequest(): void;
  /** Tells the task that `pollNext` may have something again; may be called at any time. */
  notifyAvailable(): void;
}

/** What a poll found. */
export type InputStatus = 'MORE_AVAILABLE' | 'NOTHING_AVAILABLE' | 'END_OF_INPUT';

/** Where a reader emits. */
export interface ReaderOutput<T> {
  /** False when downstream can take no more for now: stop emitting and return from the poll. One record is always taken. */
  readonly isAvailable: boolean;
  /** Emits a record of the split `splitId`; no timestamp = the record has none. */
  collect(value: T, splitId: string, timestamp?: number): void;
  /** The split is finished: it no longer counts for the watermark. */
  releaseSplit(splitId: string): void;
}

/** Reads splits. All calls come from the task's thread; none may block it for long. */
export interface SourceReader<T, SplitT extends SourceSplit> {
  /** Called once, after restored splits were added. */
  start(): void;
  /**
   * Emits up to `maxRecords` records, fewer when `output.isAvailable` turns false. After `NOTHING_AVAILABLE` it is called
   * again only when the reader has called `notifyAvailable` (or got splits). `END_OF_INPUT` only after `notifyNoMoreSplits`.
   */
  pollNext(output: ReaderOutput<T>, maxRecords: number): InputStatus;
  addSplits(splits: readonly SplitT[]): void;
  notifyNoMoreSplits(): void;
  /** The splits it holds, each with the position behind the last emitted record. */
  snapshotState(checkpointId: number): readonly SplitT[];
  notifyCheckpointComplete?(checkpointId: number): void;
  /** Watermark alignment: stops and resumes reading splits. Without it alignment pauses the whole reader. */
  pauseOrResumeSplits?(toPause: readonly string[], toResume: readonly string[]): void;
  close(): void | Promise<void>;
}

/** Where records go. Immutable; the same object exists in every worker. */
export interface Sink<T, WriterStateT = unknown, CommittableT = unknown> {
  /** `restored`: the writer states of a snapshot that fell to this subtask. */
  createWriter(
    context: SinkWriterContext,
    restored: readonly WriterStateT[],
  ): SinkWriter<T, WriterStateT, CommittableT> | Promise<SinkWriter<T, WriterStateT, CommittableT>>;
  readonly writerStateSerializer?: SimpleVersionedSerializer<WriterStateT>;
  /** Present on a two-phase sink. */
  createCommitter?(): Committer<CommittableT>;
  readonly committableSerializer?: SimpleVersionedSerializer<CommittableT>;
}

/** What a writer works with. */
export interface SinkWriterContext {
  readonly subtask: number;
  readonly parallelism: number;
  readonly jobId: string;
  readonly attempt: number;
  /** The newest checkpoint that was restored; undefined on a fresh start. */
  readonly restoredCheckpointId: number | undefined;
  /** Milliseconds since the epoch. */
  currentProcessingTime(): number;
  /** Calls back once in the task's thread, between records. */
  registerProcessingTimer(time: number, callback: (time: number) => void): void;
}

/** What a record carries beside its value. */
export interface SinkRecordContext {
  /** Null when the record has none. */
  timestamp(): number | null;
  currentWatermark(): number;
}

/** Writes the records of one subtask. A promise pauses the task's input until it settles; a rejection fails the task. */
export interface SinkWriter<T, WriterStateT = unknown, CommittableT = unknown> {
  write(value: T, context: SinkRecordContext): void | Promise<void>;
  /** Everything written so far must be durable, or part of what `prepareCommit` returns. Called before each snapshot and at the end. */
  flush(endOfInput: boolean): void | Promise<void>;
  /** Two-phase sinks: what is to be committed once the snapshot is complete. Called after `flush`. */
  prepareCommit?(): readonly CommittableT[] | Promise<readonly CommittableT[]>;
  /** The writer's own state; called after `prepareCommit`. */
  snapshotState?(checkpointId: number): readonly WriterStateT[];
  close(): void | Promise<void>;
}

/** Makes committables final. A committable may come twice (after a restart): committing again must be harmless. */
export interface Committer<CommittableT> {
  commit(requests: readonly CommitRequest<CommittableT>[]): void | Promise<void>;
  close(): void | Promise<void>;
}

/** One committable and what became of it; nothing said = committed. */
export interface CommitRequest<CommittableT> {
  readonly committable: CommittableT;
  /** 0 at the first try. */
  readonly retries: number;
  /** Try again later. */
  retryLater(): void;
  /** It was committed before. */
  signalAlreadyCommitted(): void;
  /** It can never be committed, and the reason is known: go on without it. */
  signalFailedWithKnownReason(reason: Error): void;
}
