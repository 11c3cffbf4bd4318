/**
 * `fromData`: the elements of an array. They live in the job file, which every worker loads, so the state is a position in
 * the array and never the elements; the array must not change between two runs.
 */

import type {
  Source,
  SourceReader,
  SourceReaderContext,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { GeneratorReader } from './generator-reader.js';
import { type SequenceSplit, sequenceEnumeratorSerializer, sequenceSplitSerializer } from './sequence-split.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';

/** The elements of an array, in order, in one split. */
export class CollectionSource<T> implements Source<T, SequenceSplit, readonly SequenceSplit[]> {
  readonly boundedness = 'BOUNDED';
  readonly splitSerializer = sequenceSplitSerializer;
  readonly enumeratorStateSerializer = sequenceEnumeratorSerializer;
  readonly #records: readonly T[];

  constructor(records: readonly T[]) {
    this.#records = records;
  }

  createEnumerator(
    context: SplitEnumeratorContext<SequenceSplit>,
    restored: readonly SequenceSplit[] | undefined,
  ): SplitEnumerator<SequenceSplit, readonly SequenceSplit[]> {
    const last = this.#records.length - 1;
    return new StaticSplitEnumerator(context, restored ?? (last < 0 ? [] : [{ splitId: '1', next: 0, last }]));
  }

  createReader(context: SourceReaderContext): SourceReader<T, SequenceSplit> {
    const records = this.#records;
    return new GeneratorReader(context, (index) => records[index] as T, undefined);
  }
}
