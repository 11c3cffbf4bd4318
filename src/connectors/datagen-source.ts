/**
 * Generated records, at full speed or paced. The record is a function of its index alone, so that the position is a number
 * and a restored job makes the same records again.
 */

import type {
  Boundedness,
  Source,
  SourceReader,
  SourceReaderContext,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { type Clock, systemClock } from '../common/clock.js';
import { GeneratorReader } from './generator-reader.js';
import { checkRate, RateLimiter } from './rate-limiter.js';
import {
  type SequenceSplit,
  sequenceEnumeratorSerializer,
  sequenceSplitSerializer,
  splitSequence,
} from './sequence-split.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';

/** How many records a {@link DataGeneratorSource} makes, and how fast. */
export interface DataGeneratorOptions {
  /** Number of records over all subtasks; without it the source never ends. */
  readonly count?: number;
  /** Records a second over all subtasks; without it as fast as downstream takes them. */
  readonly ratePerSecond?: number;
  /** The clock of the pacing. @internal */
  readonly clock?: Clock;
}

/**
 * Makes the record of each index from 0 on; subtasks have ranges of their own.
 *
 * ```ts
 * env.fromSource(new DataGeneratorSource((index) => `event ${index}`, { count: 1000, ratePerSecond: 100 }), …)
 * ```
 */
export class DataGeneratorSource<T> implements Source<T, SequenceSplit, readonly SequenceSplit[]> {
  readonly boundedness: Boundedness;
  readonly splitSerializer = sequenceSplitSerializer;
  readonly enumeratorStateSerializer = sequenceEnumeratorSerializer;
  readonly #generate: (index: number) => T;
  readonly #count: number;
  readonly #rate: number | undefined;
  readonly #clock: Clock;

  constructor(generate: (index: number) => T, options: DataGeneratorOptions = {}) {
    const { count, ratePerSecond } = options;
    if (count !== undefined && !(Number.isSafeInteger(count) && count >= 0)) {
      throw new TypeError(`The number of records must be a whole number, not ${count}.`);
    }
    checkRate(ratePerSecond);
    this.boundedness = count === undefined ? 'CONTINUOUS_UNBOUNDED' : 'BOUNDED';
    this.#generate = generate;
    this.#count = count ?? Number.MAX_SAFE_INTEGER;
    this.#rate = ratePerSecond;
    this.#clock = options.clock ?? systemClock;
  }

  createEnumerator(
    context: SplitEnumeratorContext<SequenceSplit>,
    restored: readonly SequenceSplit[] | undefined,
  ): SplitEnumerator<SequenceSplit, readonly SequenceSplit[]> {
    return new StaticSplitEnumerator(context, restored ?? splitSequence(0, this.#count - 1, context.parallelism));
  }

  createReader(context: SourceReaderContext): SourceReader<T, SequenceSplit> {
    const rate = this.#rate === undefined ? undefined : this.#rate / context.parallelism;
    const limiter =
      rate === undefined ? undefined : new RateLimiter(this.#clock, rate, () => context.notifyAvailable());
    return new GeneratorReader(context, this.#generate, limiter);
  }
}
