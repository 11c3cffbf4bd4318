/**
 * Reads the files of a subtask one after the other. The position of a split is the first byte behind the last record that
 * was emitted, so a restored reader begins with the next one.
 */

import type { InputStatus, ReaderOutput, SourceReader, SourceReaderContext } from '../../api/connector.js';
import { FlinkError, messageOf } from '../../common/errors.js';
import type { RateLimiter } from '../rate-limiter.js';
import { SplitQueue } from '../split-queue.js';
import { AT_END, NOT_YET, openByteSource } from './byte-source.js';
import { END_OF_FILE, type FileSplit } from './file-split.js';
import { LINE, LineReader } from './line-reader.js';
import { INCOMPLETE, NO_RECORD, type RecordDecoder, type RecordFormat } from './record-format.js';

/** Lines passed over in one poll: reading up to a restored position must not hold up the task. */
const SKIPPED_LINES_PER_POLL = 10_000;

/** Reads one split after the other. @internal */
export class FileSourceReader<T> implements SourceReader<T, FileSplit> {
  readonly #context: SourceReaderContext;
  readonly #format: RecordFormat<T>;
  readonly #limiter: RateLimiter | undefined;
  readonly #queue: SplitQueue<FileSplit>;
  #file: OpenFile<T> | undefined;

  constructor(context: SourceReaderContext, format: RecordFormat<T>, limiter: RateLimiter | undefined) {
    this.#context = context;
    this.#format = format;
    this.#limiter = limiter;
    this.#queue = new SplitQueue(context);
  }

  start(): void {
    this.#queue.start();
  }

  pollNext(output: ReaderOutput<T>, maxRecords: number): InputStatus {
    const file = this.#file ?? this.#openNext();
    if (file === undefined) return this.#queue.status;
    const allowed = this.#limiter === undefined ? maxRecords : this.#limiter.available(maxRecords);
    if (allowed === 0) return 'NOTHING_AVAILABLE';
    const status = file.emit(output, allowed);
    this.#limiter?.use(file.emitted);
    if (status !== 'END_OF_INPUT') return status;
    file.close();
    this.#file = undefined;
    output.releaseSplit(file.splitId);
    this.#queue.start();
    return this.#queue.status;
  }

  addSplits(splits: readonly FileSplit[]): void {
    this.#queue.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#queue.complete();
  }

  snapshotState(): readonly FileSplit[] {
    const { waiting } = this.#queue;
    return this.#file === undefined ? [...waiting] : [this.#file.split, ...waiting];
  }

  close(): void {
    this.#limiter?.close();
    this.#file?.close();
    this.#file = undefined;
  }

  #openNext(): OpenFile<T> | undefined {
    const split = this.#queue.take();
    if (split === undefined) return undefined;
    this.#file = new OpenFile(split, this.#format, () => this.#context.notifyAvailable());
    return this.#file;
  }
}

/** The split that is being read. */
class OpenFile<T> {
  readonly splitId: string;
  /** Records that the last `emit` emitted. */
  emitted = 0;
  readonly #split: FileSplit;
  readonly #format: RecordFormat<T>;
  readonly #decoder: RecordDecoder<T>;
  readonly #lines: LineReader;
  /** Exclusive; infinite for the whole file. */
  readonly #end: number;
  readonly #readsFromStart: boolean;
  #offset: number;
  /** Lines that begin before this offset were emitted before, or belong to the part before this one. */
  #skipUntil: number;
  #isInRecord = false;

  constructor(split: FileSplit, format: RecordFormat<T>, notifyAvailable: () => void) {
    this.splitId = split.splitId;
    this.#split = split;
    this.#format = format;
    this.#decoder = format.createDecoder();
    this.#end = split.end === END_OF_FILE ? Number.POSITIVE_INFINITY : split.end;
    this.#offset = split.offset;
    this.#skipUntil = split.offset;
    // A part begins in the middle of a line, unless the byte before it is a line end: that line is the other part's.
    const isPartStart = split.start > 0 && split.offset === split.start;
    const from = format.hasHeader ? 0 : isPartStart ? split.offset - 1 : split.offset;
    this.#readsFromStart = from === 0;
    this.#lines = new LineReader(openByteSource(split.path, from, notifyAvailable), split.path, from);
  }

  get split(): FileSplit {
    return { ...this.#split, offset: this.#offset };
  }

  close(): void {
    this.#lines.close();
  }

  emit(output: ReaderOutput<T>, maxRecords: number): InputStatus {
    this.emitted = 0;
    if (this.#lines.position < this.#skipUntil) {
      const status = this.#skip();
      if (status !== undefined) return status;
    }
    const lines = this.#lines;
    const { splitId } = this;
    let left = maxRecords;
    do {
      if (lines.position >= this.#end && !this.#isInRecord) return 'END_OF_INPUT';
      const step = lines.next();
      if (step !== LINE) return this.#pause(step);
      const record = this.#decode(lines.text);
      if (record === INCOMPLETE) continue;
      this.#offset = lines.position;
      left--;
      if (record === NO_RECORD) continue;
      this.emitted++;
      output.collect(record, splitId);
      if (!output.isAvailable) break;
    } while (left > 0);
    return 'MORE_AVAILABLE';
  }

  #pause(step: number): InputStatus {
    if (step === NOT_YET) return 'NOTHING_AVAILABLE';
    if (this.#isInRecord && !this.#format.skipMalformed)
      throw this.#malformed(new Error('a quoted field does not end'));
    return 'END_OF_INPUT';
  }

  /** Passes over lines up to `#skipUntil`, feeding a header to the decoder; undefined when it is there. */
  #skip(): InputStatus | undefined {
    const lines = this.#lines;
    let needsHeader = this.#format.hasHeader && lines.position === 0;
    for (let left = SKIPPED_LINES_PER_POLL; left > 0 && lines.position < this.#skipUntil; left--) {
      const step = lines.next();
      if (step === NOT_YET) return 'NOTHING_AVAILABLE';
      if (step === AT_END) return 'END_OF_INPUT';
      if (needsHeader) needsHeader = this.#decode(lines.text) === INCOMPLETE;
    }
    return lines.position < this.#skipUntil ? 'MORE_AVAILABLE' : undefined;
  }

  #decode(line: string): T | typeof INCOMPLETE | typeof NO_RECORD {
    try {
      const record = this.#decoder.decode(line);
      this.#isInRecord = record === INCOMPLETE;
      return record;
    } catch (error) {
      this.#isInRecord = false;
      if (this.#format.skipMalformed) return NO_RECORD;
      throw this.#malformed(error);
    }
  }

  #malformed(cause: unknown): FlinkError {
    const line = this.#readsFromStart ? `Line ${this.#lines.lineNumber}` : 'The line';
    return new FlinkError(
      'RECORD_MALFORMED',
      `${line} of "${this.#split.path}", in the record at byte ${this.#offset}, is no ${this.#format.name}: ${messageOf(cause)}.`,
      { cause },
    );
  }
}
