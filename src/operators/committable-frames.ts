/**
 * The committables of one checkpoint as bytes, inside the frame of connectors: the checkpoint (a 64-bit float, infinite at
 * the end of the input), the version of the sink's serializer, the count, and each committable after its length.
 */

import type { SimpleVersionedSerializer } from '../api/connector.js';
import { FlinkError } from '../common/errors.js';
import { decodeVersioned, encodeVersioned } from './versioned-bytes.js';

/** What one checkpoint is to commit. @internal */
export interface CheckpointCommittables {
  readonly checkpointId: number;
  readonly committables: readonly unknown[];
}

const HEADER = 16;

/** One element of the committer's state. @internal */
export function encodeCommittables(
  serializer: SimpleVersionedSerializer<unknown>,
  value: CheckpointCommittables,
): Uint8Array {
  return encodeVersioned({ version: 1, serialize: (of) => pack(serializer, of), deserialize: unsupported }, value);
}

/** What an element of the committer's state holds. @internal */
export function decodeCommittables(
  serializer: SimpleVersionedSerializer<unknown>,
  frame: Uint8Array,
): CheckpointCommittables {
  const deserialize = (version: number, bytes: Uint8Array) =>
    version === 1 ? unpack(serializer, bytes) : unsupported(version);
  return decodeVersioned<CheckpointCommittables>({ version: 1, serialize: () => new Uint8Array(), deserialize }, frame);
}

function pack(serializer: SimpleVersionedSerializer<unknown>, value: CheckpointCommittables): Uint8Array {
  const parts = value.committables.map((committable) => serializer.serialize(committable));
  const bytes = new Uint8Array(parts.reduce((size, part) => size + 4 + part.length, HEADER));
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, value.checkpointId);
  view.setInt32(8, serializer.version);
  view.setInt32(12, parts.length);
  let at = HEADER;
  for (const part of parts) {
    view.setInt32(at, part.length);
    bytes.set(part, at + 4);
    at += 4 + part.length;
  }
  return bytes;
}

function unpack(serializer: SimpleVersionedSerializer<unknown>, bytes: Uint8Array): CheckpointCommittables {
  if (bytes.length < HEADER) throw corrupt();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getInt32(8);
  const committables: unknown[] = [];
  let at = HEADER;
  for (let left = view.getInt32(12); left > 0; left -= 1) {
    const length = at + 4 <= bytes.length ? view.getInt32(at) : -1;
    if (length < 0 || at + 4 + length > bytes.length) throw corrupt();
    committables.push(serializer.deserialize(version, bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return { checkpointId: view.getFloat64(0), committables };
}

function corrupt(): FlinkError {
  return new FlinkError('SNAPSHOT_CORRUPT', 'The committables in the state of a sink were cut short.');
}

function unsupported(version: number): never {
  throw new FlinkError('SNAPSHOT_UNSUPPORTED', `The state of a sink's committer has version ${version}, not 1.`);
}
