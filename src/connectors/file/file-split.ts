/** A file, or a part of one, as a split: where its records begin and end, and how far they were read. */

import type { SimpleVersionedSerializer, SourceSplit } from '../../api/connector.js';
import { type StateFormat, stateSerializer } from '../binary-format.js';

/** The end of a split that reaches to the end of its file. @internal */
export const END_OF_FILE = -1;

/** The records of `path` that begin in `[start, end)`, from `offset` on. Offsets count uncompressed bytes. */
export interface FileSplit extends SourceSplit {
  /** Absolute. */
  readonly path: string;
  readonly start: number;
  /** Exclusive; {@link END_OF_FILE} = to the end of the file. */
  readonly end: number;
  /** The first byte behind the last record that was emitted; `start` before the first. */
  readonly offset: number;
}

/** Splits to hand out, and in a watched directory the files that were seen. @internal */
export interface FileEnumeratorState {
  readonly pending: readonly FileSplit[];
  /** Empty when the files are listed once only. */
  readonly seen: readonly string[];
}

const SPLIT_FORMAT: StateFormat<FileSplit> = {
  what: 'file split',
  version: 1,
  write(split, out) {
    out.text(split.path);
    out.long(split.start);
    out.long(split.end);
    out.long(split.offset);
  },
  read(input) {
    const path = input.text();
    const [start, end, offset] = [input.long(), input.long(), input.long()];
    const isRange = start >= 0 && offset >= start && (end === END_OF_FILE || end >= start);
    if (!isRange) throw input.corrupt(`"${path}" cannot be read from ${start} to ${end} at ${offset}`);
    return fileSplit(path, start, end, offset);
  },
};

/** Bytes of a split with its position. @internal */
export const fileSplitSerializer: SimpleVersionedSerializer<FileSplit> = stateSerializer(SPLIT_FORMAT);

/** Bytes of what the enumerator knows. @internal */
export const fileEnumeratorSerializer: SimpleVersionedSerializer<FileEnumeratorState> = stateSerializer({
  what: 'state of a file source',
  version: 1,
  write(state, out) {
    out.int(state.pending.length);
    for (const split of state.pending) SPLIT_FORMAT.write(split, out);
    out.int(state.seen.length);
    for (const path of state.seen) out.text(path);
  },
  read(input) {
    const pending: FileSplit[] = [];
    for (let left = input.count(1); left > 0; left--) pending.push(SPLIT_FORMAT.read(input));
    const seen: string[] = [];
    for (let left = input.count(4); left > 0; left--) seen.push(input.text());
    return { pending, seen };
  },
});

/** A split; its id follows from what it covers. @internal */
export function fileSplit(path: string, start: number, end: number, offset = start): FileSplit {
  return { splitId: start === 0 ? path : `${path}@${start}`, path, start, end, offset };
}

/** Cuts a file into parts of `partSize` bytes. @internal */
export function splitFile(path: string, size: number, partSize: number): FileSplit[] {
  const splits: FileSplit[] = [];
  let start = 0;
  // The last part takes what is left, and what the file grew by since it was listed.
  for (; start + partSize < size; start += partSize) splits.push(fileSplit(path, start, start + partSize));
  splits.push(fileSplit(path, start, END_OF_FILE));
  return splits;
}
