/** Reads the header and single key groups of a keyed state file, several groups with one read where they lie together. */

import { FlinkError } from '../../common/errors.js';
import type { KeyedStateFile } from '../restore-keyed.js';

/** So much is read at once; a bigger group is read alone. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** The bytes of a key group, and where they stand in the file. @internal */
export interface GroupBytes {
  readonly keyGroup: number;
  readonly bytes: Uint8Array;
  readonly origin: number;
}

/** See the file comment. @internal */
export class GroupReader {
  readonly #file: KeyedStateFile;
  /** The distinct offsets, ascending, then the end of the file. */
  readonly #bounds: readonly number[];

  constructor(file: KeyedStateFile) {
    this.#file = file;
    const offsets = file.offsets.filter((offset) => offset !== 0);
    for (const offset of offsets) {
      if (!Number.isSafeInteger(offset) || offset < 0 || offset > file.size) {
        throw new FlinkError(
          'SNAPSHOT_CORRUPT',
          `Offset ${offset} lies outside of a state file of ${file.size} bytes.`,
        );
      }
    }
    this.#bounds = [...new Set([...offsets, file.size])].sort((a, b) => a - b);
  }

  /** What stands before the first group. */
  header(): Uint8Array {
    return this.#file.read(0, this.#bounds[0] ?? 0);
  }

  /** The groups from `first` to `last` that are not empty, in order of their place in the file. */
  *groups(first: number, last: number): Generator<GroupBytes, void, undefined> {
    const { firstKeyGroup, offsets } = this.#file;
    const wanted: { keyGroup: number; start: number; end: number }[] = [];
    for (let keyGroup = first; keyGroup <= last; keyGroup++) {
      const start = offsets[keyGroup - firstKeyGroup]!;
      if (start !== 0) wanted.push({ keyGroup, start, end: this.#endOf(start) });
    }
    wanted.sort((a, b) => a.start - b.start);
    let window = new Uint8Array(0);
    let windowStart = 0;
    for (const [i, group] of wanted.entries()) {
      if (group.start < windowStart || group.end > windowStart + window.length) {
        windowStart = group.start;
        window = this.#file.read(windowStart, windowEnd(wanted, i)) as Uint8Array<ArrayBuffer>;
      }
      const bytes = window.subarray(group.start - windowStart, group.end - windowStart);
      yield { keyGroup: group.keyGroup, bytes, origin: group.start };
    }
  }

  /** The next offset behind this one, found by halving. */
  #endOf(start: number): number {
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! > start) high = middle;
      else low = middle + 1;
    }
    return Math.max(bounds[low]!, start);
  }
}

/** The end of the groups that are read together with the one at `from`. */
function windowEnd(wanted: readonly { readonly start: number; readonly end: number }[], from: number): number {
  const start = wanted[from]!.start;
  let end = wanted[from]!.end;
  for (let i = from + 1; i < wanted.length && wanted[i]!.start <= end && wanted[i]!.end - start <= WINDOW_BYTES; i++) {
    end = Math.max(end, wanted[i]!.end);
  }
  return end;
}
