/**
 * `fromSequence(from, to)`: the numbers of a range, shared by the subtasks. Its loop is the measure of what the engine costs
 * a record, so it does nothing but count: the position is a local variable, written back when the poll returns.
 */

import type {
  InputStatus,
  ReaderOutput,
  Source,
  SourceReader,
  SourceReaderContext,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import {
  type SequenceSplit,
  sequenceEnumeratorSerializer,
  sequenceSplitSerializer,
  splitSequence,
} from './sequence-split.js';
import { SplitQueue } from './split-queue.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';

/** The whole numbers from `from` to `to`, both included. */
export class NumberSequenceSource implements Source<number, SequenceSplit, readonly SequenceSplit[]> {
  readonly boundedness = 'BOUNDED';
  readonly splitSerializer = sequenceSplitSerializer;
  readonly enumeratorStateSerializer = sequenceEnumeratorSerializer;
  readonly from: number;
  readonly to: number;

  constructor(from: number, to: number) {
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || !Number.isSafeInteger(to - from + 1)) {
      throw new TypeError(`A sequence needs two safe integers, not ${from} and ${to}.`);
    }
    if (from > to) throw new TypeError(`A sequence must not end (${to}) before it begins (${from}).`);
    this.from = from;
    this.to = to;
  }

  createEnumerator(
    context: SplitEnumeratorContext<SequenceSplit>,
    restored: readonly SequenceSplit[] | undefined,
  ): SplitEnumerator<SequenceSplit, readonly SequenceSplit[]> {
    return new StaticSplitEnumerator(context, restored ?? splitSequence(this.from, this.to, context.parallelism));
  }

  createReader(context: SourceReaderContext): SourceReader<number, SequenceSplit> {
    return new NumberSequenceReader(context);
  }
}

class NumberSequenceReader implements SourceReader<number, SequenceSplit> {
  readonly #queue: SplitQueue<SequenceSplit>;
  /** The split that is read; its position is `#next`. */
  #split: SequenceSplit | undefined;
  #next = 0;

  constructor(context: SourceReaderContext) {
    this.#queue = new SplitQueue(context);
  }

  start(): void {
    this.#queue.start();
  }

  pollNext(output: ReaderOutput<number>, maxRecords: number): InputStatus {
    let split = this.#split;
    if (split === undefined) {
      split = this.#queue.take();
      if (split === undefined) return this.#queue.status;
      this.#split = split;
      this.#next = split.next;
    }
    const { splitId, last } = split;
    let next = this.#next;
    const end = Math.min(last, next + maxRecords - 1);
    while (next <= end) {
      output.collect(next++, splitId);
      if (!output.isAvailable) break;
    }
    this.#next = next;
    if (next <= last) return 'MORE_AVAILABLE';
    this.#split = undefined;
    output.releaseSplit(splitId);
    // Asks for the next one at once; it may have arrived by the next poll.
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

  close(): void {}
}
