/**
 * Runs the read functions of a custom source. Each split has a pump that fills a small buffer ahead of the task and waits
 * while it is full; a poll empties the buffers and never waits. The position in the snapshot is that of the last record
 * that was emitted, so what lies in a buffer is read again after a restore.
 */

import type { InputStatus, ReaderOutput, SourceReader, SourceReaderContext } from '../api/connector.js';
import { FlinkError, messageOf } from '../common/errors.js';
import type { CustomSplit, Positioned } from './custom-source.js';
import { SplitQueue } from './split-queue.js';

/** Records that are read ahead for a split: hides the turns of the event loop, and keeps little memory. */
const BUFFER_RECORDS = 512;

type Read<T> = (
  split: string,
  position: unknown,
  signal: AbortSignal,
) => AsyncIterable<Positioned<T, unknown>> | Iterable<Positioned<T, unknown>>;

/** Reads all splits that it has side by side. @internal */
export class CustomSourceReader<T> implements SourceReader<T, CustomSplit> {
  readonly #context: SourceReaderContext;
  readonly #read: Read<T>;
  readonly #queue: SplitQueue<CustomSplit>;
  readonly #abort = new AbortController();
  readonly #paused = new Set<string>();
  #pumps: SplitPump<T>[] = [];

  constructor(context: SourceReaderContext, read: Read<T>) {
    this.#context = context;
    this.#read = read;
    this.#queue = new SplitQueue(context);
  }

  start(): void {
    this.#queue.start();
  }

  pollNext(output: ReaderOutput<T>, maxRecords: number): InputStatus {
    this.#beginWaiting();
    let left = maxRecords;
    for (const pump of this.#pumps) {
      if (this.#paused.has(pump.splitId)) continue;
      left -= pump.emit(output, left);
      if (pump.hasEnded) this.#end(pump, output);
      if (left === 0 || !output.isAvailable) return 'MORE_AVAILABLE';
    }
    if (this.#pumps.length > 0) return 'NOTHING_AVAILABLE';
    this.#queue.start();
    return this.#queue.status;
  }

  addSplits(splits: readonly CustomSplit[]): void {
    this.#queue.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#queue.complete();
  }

  snapshotState(): readonly CustomSplit[] {
    return [...this.#pumps.map((pump) => pump.split), ...this.#queue.waiting];
  }

  pauseOrResumeSplits(toPause: readonly string[], toResume: readonly string[]): void {
    for (const splitId of toPause) this.#paused.add(splitId);
    for (const splitId of toResume) this.#paused.delete(splitId);
    this.#context.notifyAvailable();
  }

  close(): void {
    this.#abort.abort();
    for (const pump of this.#pumps) pump.close();
  }

  #beginWaiting(): void {
    while (this.#queue.waiting.length > 0) {
      const split = this.#queue.take();
      if (split === undefined) return;
      const read = () => this.#read(split.splitId, split.position, this.#abort.signal);
      this.#pumps.push(new SplitPump(split, read, () => this.#context.notifyAvailable()));
    }
  }

  #end(pump: SplitPump<T>, output: ReaderOutput<T>): void {
    this.#pumps = this.#pumps.filter((other) => other !== pump);
    output.releaseSplit(pump.splitId);
  }
}

/** One split: the buffer between the user's iterator and the task. */
class SplitPump<T> {
  readonly splitId: string;
  readonly #notify: () => void;
  /** Behind the last record that was emitted. */
  #position: unknown;
  #buffer: Positioned<T, unknown>[] = [];
  #taken = 0;
  #isDone = false;
  #error: { readonly cause: unknown } | undefined;
  #isClosed = false;
  /** Resolves when the buffer has room; set while the pump waits. */
  #resume: (() => void) | undefined;

  constructor(
    split: CustomSplit,
    read: () => AsyncIterable<Positioned<T, unknown>> | Iterable<Positioned<T, unknown>>,
    notify: () => void,
  ) {
    this.splitId = split.splitId;
    this.#position = split.position;
    this.#notify = notify;
    this.#pump(read).catch(() => undefined);
  }

  get split(): CustomSplit {
    return { splitId: this.splitId, position: this.#position };
  }

  get hasEnded(): boolean {
    return this.#isDone && this.#taken === this.#buffer.length;
  }

  /** Emits at most `maxRecords` of the buffer; says how many. */
  emit(output: ReaderOutput<T>, maxRecords: number): number {
    let emitted = 0;
    while (emitted < maxRecords && this.#taken < this.#buffer.length) {
      const [record, next, timestamp] = this.#buffer[this.#taken++] as Positioned<T, unknown>;
      this.#position = next;
      output.collect(record, this.splitId, timestamp);
      emitted++;
      if (!output.isAvailable) break;
    }
    if (this.#taken === this.#buffer.length) this.#refill();
    return emitted;
  }

  close(): void {
    this.#isClosed = true;
    this.#resume?.();
  }

  #refill(): void {
    this.#buffer = [];
    this.#taken = 0;
    if (this.#error !== undefined) {
      const { cause } = this.#error;
      throw new FlinkError('USER_FUNCTION_FAILED', `Reading split "${this.splitId}" failed: ${messageOf(cause)}`, {
        cause,
      });
    }
    this.#resume?.();
    this.#resume = undefined;
  }

  /** Leaving the loop calls `return()` of the user's iterator, so that its `finally` runs. */
  async #pump(read: () => AsyncIterable<Positioned<T, unknown>> | Iterable<Positioned<T, unknown>>): Promise<void> {
    try {
      for await (const positioned of read()) {
        if (this.#isClosed) return;
        this.#buffer.push(positioned);
        if (this.#buffer.length === 1) this.#notify();
        if (this.#buffer.length >= BUFFER_RECORDS) {
          await new Promise<void>((resolve) => {
            this.#resume = resolve;
          });
        }
        if (this.#isClosed) return;
      }
    } catch (cause) {
      if (!this.#isClosed) this.#error = { cause };
    } finally {
      this.#isDone = this.#error === undefined;
      this.#notify();
    }
  }
}
