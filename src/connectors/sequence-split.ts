/**
 * A range of numbers as a split: what the sequence source, the data generator and the collection source read. The bytes are
 * those of Flink's number sequence split (`docs/design/002-snapshot-format.md`), so that such a source restores either way.
 */

import type { SimpleVersionedSerializer, SourceSplit } from '../api/connector.js';
import { listSerializer, type StateFormat, stateSerializer } from './binary-format.js';

/** The numbers from `next` to `last`, both included; empty when `next > last`. */
export interface SequenceSplit extends SourceSplit {
  readonly next: number;
  readonly last: number;
}

const FORMAT: StateFormat<SequenceSplit> = {
  what: 'number sequence split',
  version: 1,
  write(split, out) {
    out.utf(split.splitId);
    out.long(split.next);
    out.long(split.last);
  },
  read: (input) => ({ splitId: input.utf(), next: input.long(), last: input.long() }),
};

/** Flink's bytes: id, next number, last number. @internal */
export const sequenceSplitSerializer: SimpleVersionedSerializer<SequenceSplit> = stateSerializer(FORMAT);

/** Flink's bytes: the count, then the splits that nobody has. @internal */
export const sequenceEnumeratorSerializer: SimpleVersionedSerializer<readonly SequenceSplit[]> = listSerializer(FORMAT);

/** Cuts `from … to` into at most `parts` ranges of nearly equal size, named from "1"; the first ones are the larger. @internal */
export function splitSequence(from: number, to: number, parts: number): SequenceSplit[] {
  const count = to - from + 1;
  const size = Math.floor(count / parts);
  const larger = count - size * parts;
  const splits: SequenceSplit[] = [];
  let next = from;
  for (let part = 0; part < parts && next <= to; part++) {
    const last = next + size + (part < larger ? 1 : 0) - 1;
    splits.push({ splitId: String(part + 1), next, last });
    next = last + 1;
  }
  return splits;
}
