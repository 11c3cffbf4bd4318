/**
 * Lines of a byte stream that cannot be read again: a socket, standard input. At most once: what was received and not
 * covered by a result is lost when the job restarts. The stream is paused while lines wait, so a slow job slows the sender.
 */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type {
  InputStatus,
  ReaderOutput,
  SimpleVersionedSerializer,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
} from '../api/connector.js';
import { type Clock, systemClock } from '../common/clock.js';
import { FlinkError, messageOf } from '../common/errors.js';
import { listSerializer, type StateFormat, stateSerializer } from './binary-format.js';
import { SplitQueue } from './split-queue.js';

/** Lines that may wait before the stream is paused. */
const MAX_WAITING_LINES = 4096;

/** What to read, and what to do when it ends. @internal */
export interface StreamLinesOptions {
  /** Names the stream in errors, such as `socket localhost:9999`. */
  readonly what: string;
  /** Opens the stream; failures come as its `error` event. */
  open(): Readable;
  readonly delimiter: string;
  /** How often to open the stream again after it ended or failed; -1 = for ever. */
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  readonly clock?: Clock;
}

/** The one split of such a source: it has no position. @internal */
export const STREAM_SPLIT: SourceSplit = { splitId: 'stream' };

const FORMAT: StateFormat<SourceSplit> = {
  what: 'split of a stream',
  version: 1,
  write: (split, out) => out.utf(split.splitId),
  read: (input) => ({ splitId: input.utf() }),
};

/** Bytes of the one split. @internal */
export const streamSplitSerializer: SimpleVersionedSerializer<SourceSplit> = stateSerializer(FORMAT);
/** Bytes of the split while nobody has it. @internal */
export const streamEnumeratorSerializer: SimpleVersionedSerializer<readonly SourceSplit[]> = listSerializer(FORMAT);

/** Reads the one split, in the subtask that got it. @internal */
export class StreamLinesReader implements SourceReader<string, SourceSplit> {
  readonly #context: SourceReaderContext;
  readonly #options: StreamLinesOptions;
  readonly #clock: Clock;
  readonly #queue: SplitQueue<SourceSplit>;
  #split: SourceSplit | undefined;
  #stream: Readable | undefined;
  #lines: string[] = [];
  #taken = 0;
  /** Text behind the last delimiter. */
  #rest = '';
  #decoder = new StringDecoder('utf8');
  #retries = 0;
  #timer: unknown;
  #hasEnded = false;
  #error: Error | undefined;

  constructor(context: SourceReaderContext, options: StreamLinesOptions) {
    this.#context = context;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#queue = new SplitQueue(context);
  }

  start(): void {
    this.#queue.start();
  }

  pollNext(output: ReaderOutput<string>, maxRecords: number): InputStatus {
    if (this.#split === undefined) {
      this.#split = this.#queue.take();
      if (this.#split === undefined) return this.#queue.status;
      this.#connect();
    }
    const { splitId } = this.#split;
    const end = Math.min(this.#lines.length, this.#taken + maxRecords);
    while (this.#taken < end) {
      output.collect(this.#lines[this.#taken++] as string, splitId);
      if (!output.isAvailable) break;
    }
    if (this.#taken < this.#lines.length) return 'MORE_AVAILABLE';
    this.#lines = [];
    this.#taken = 0;
    if (this.#error !== undefined) throw this.#error;
    if (!this.#hasEnded) {
      this.#stream?.resume();
      return 'NOTHING_AVAILABLE';
    }
    this.#split = undefined;
    output.releaseSplit(splitId);
    this.#queue.start();
    return this.#queue.status;
  }

  addSplits(splits: readonly SourceSplit[]): void {
    this.#queue.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#queue.complete();
  }

  snapshotState(): readonly SourceSplit[] {
    return this.#split === undefined ? [...this.#queue.waiting] : [this.#split, ...this.#queue.waiting];
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#hasEnded = true;
    this.#stream?.destroy();
  }

  #connect(): void {
    const stream = this.#options.open();
    this.#stream = stream;
    let isOver = false;
    const over = (error: Error | undefined) => {
      if (isOver || this.#stream !== stream) return;
      isOver = true;
      this.#onEnd(error);
    };
    stream.on('data', (chunk: Buffer) => this.#onData(stream, chunk));
    stream.on('end', () => over(undefined));
    stream.on('close', () => over(undefined));
    stream.on('error', (error) => over(error));
  }

  #onData(stream: Readable, chunk: Buffer): void {
    const pieces = (this.#rest + this.#decoder.write(chunk)).split(this.#options.delimiter);
    this.#rest = pieces.pop() as string;
    for (const piece of pieces) this.#lines.push(this.#trim(piece));
    if (this.#lines.length - this.#taken >= MAX_WAITING_LINES) stream.pause();
    if (pieces.length > 0) this.#context.notifyAvailable();
  }

  #onEnd(error: Error | undefined): void {
    const { maxRetries, retryDelayMs, what } = this.#options;
    if (this.#hasEnded) return;
    this.#stream?.destroy();
    if (maxRetries < 0 || this.#retries < maxRetries) {
      this.#retries++;
      this.#timer = this.#clock.setTimeout(() => this.#connect(), retryDelayMs);
      return;
    }
    this.#rest += this.#decoder.end();
    if (this.#rest !== '') this.#lines.push(this.#trim(this.#rest));
    this.#rest = '';
    this.#hasEnded = true;
    if (error !== undefined) {
      this.#error = new FlinkError('CONNECTOR_FAILED', `Reading ${what} failed: ${messageOf(error)}`, { cause: error });
    }
    this.#context.notifyAvailable();
  }

  /** As Flink: a carriage return before a line feed belongs to the line end. */
  #trim(line: string): string {
    return this.#options.delimiter === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
