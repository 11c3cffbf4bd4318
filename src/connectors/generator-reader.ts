/** The reader behind the data generator and the collection source: makes the record of each number of its splits. */

import type { InputStatus, ReaderOutput, SourceReader, SourceReaderContext } from '../api/connector.js';
import type { RateLimiter } from './rate-limiter.js';
import type { SequenceSplit } from './sequence-split.js';
import { SplitQueue } from './split-queue.js';

/** Emits `generate(index)` for each index of its splits, at most as fast as the limiter says. @internal */
export class GeneratorReader<T> implements SourceReader<T, SequenceSplit> {
  readonly #queue: SplitQueue<SequenceSplit>;
  readonly #generate: (index: number) => T;
  readonly #limiter: RateLimiter | undefined;
  /** The split that is read; its position is `#next`, moved before the record is emitted. */
  #split: SequenceSplit | undefined;
  #next = 0;

  constructor(context: SourceReaderContext, generate: (index: number) => T, limiter: RateLimiter | undefined) {
    this.#queue = new SplitQueue(context);
    this.#generate = generate;
    this.#limiter = limiter;
  }

  start(): void {
    this.#queue.start();
  }

  pollNext(output: ReaderOutput<T>, maxRecords: number): InputStatus {
    const split = this.#split ?? this.#take();
    if (split === undefined) return this.#queue.status;
    const allowed = this.#limiter === undefined ? maxRecords : this.#limiter.available(maxRecords);
    if (allowed === 0) return 'NOTHING_AVAILABLE';
    const { splitId, last } = split;
    const generate = this.#generate;
    const first = this.#next;
    const end = Math.min(last, first + allowed - 1);
    let next = first;
    while (next <= end) {
      output.collect(generate(next++), splitId);
      if (!output.isAvailable) break;
    }
    this.#next = next;
    this.#limiter?.use(next - first);
    if (next <= last) return 'MORE_AVAILABLE';
    this.#split = undefined;
    output.releaseSplit(splitId);
    this.#queue.start();
    return this.#queue.status;
  }

  addSplits(splits: readonly SequenceSplit[]): void {
    this.#queue.add(splits);
  }

  notifyNoMoreSplits(): void {
    this.#queue.complete();
  }

  snapshotState(): readonly SequenceSplit[] {
    const { waiting } = this.#queue;
    return this.#split === undefined ? [...waiting] : [{ ...this.#split, next: this.#next }, ...waiting];
  }

  close(): void {
    this.#limiter?.close();
  }

  #take(): SequenceSplit | undefined {
    const split = this.#queue.take();
    this.#split = split;
    if (split !== undefined) this.#next = split.next;
    return split;
  }
}
