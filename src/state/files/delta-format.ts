/**
 * What is ours in delta files. A delta begins with a magic number of its own, so that a real Flink refuses it instead of
 * misreading it; then a keyed header as in every keyed file, then sections of marked records by key group:
 *
 *   short state id; records; byte DELTA_END; … ; short 0xFFFF at the end of the group
 *   record: byte DELTA_ENTRY, namespace, key, value (or a timer) | byte DELTA_REMOVED, namespace, key
 *
 * Removals stand before entries: a key may have been removed and stored again. Timers are written whole in every delta.
 */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { KeyGroupRange } from '../key-groups.js';

/** `FTSD`. */
const DELTA_MAGIC = 0x46545344;
const DELTA_VERSION = 1;

/** Marks before the records of a delta. @internal */
export const DELTA_END = 0;
/** An entry follows. @internal */
export const DELTA_ENTRY = 1;
/** Namespace and key of a removed entry follow. @internal */
export const DELTA_REMOVED = 2;

/** What a delta says of itself. @internal */
export interface DeltaPrologue {
  readonly checkpointId: number;
  readonly keyGroupRange: KeyGroupRange;
  /** Checkpoints whose files come before this one, oldest first. */
  readonly basedOn: readonly number[];
}

/** @internal Writes what stands before the keyed header of a delta. */
export function writeDeltaPrologue(prologue: DeltaPrologue, output: DataOutput): void {
  output.writeInt(DELTA_MAGIC);
  output.writeInt(DELTA_VERSION);
  output.writeSafeLong(prologue.checkpointId);
  output.writeInt(prologue.keyGroupRange.first);
  output.writeInt(prologue.keyGroupRange.last);
  output.writeInt(prologue.basedOn.length);
  for (const checkpointId of prologue.basedOn) output.writeSafeLong(checkpointId);
}

/** Reads what stands before the keyed header of a delta. @internal */
export function readDeltaPrologue(input: DataInput): DeltaPrologue {
  if (input.readInt() !== DELTA_MAGIC) input.corrupt('the file is no delta of keyed state');
  const version = input.readInt();
  if (version !== DELTA_VERSION) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      `A delta of version ${version} cannot be read, only ${DELTA_VERSION}.`,
    );
  }
  const checkpointId = input.readSafeLong();
  const keyGroupRange = { first: input.readInt(), last: input.readInt() };
  const basedOn: number[] = [];
  for (let rest = input.readCount(8); rest > 0; rest--) basedOn.push(input.readSafeLong());
  return { checkpointId, keyGroupRange, basedOn };
}
