/**
 * The frame in which Flink keeps the values of connectors in operator state: the version of the serializer, the length of
 * the payload, and the payload (both numbers 32 bits, most significant byte first).
 */

import type { SimpleVersionedSerializer } from '../api/connector.js';
import { FlinkError } from '../common/errors.js';

const HEADER = 8;

/** A value in its frame. @internal */
export function encodeVersioned<T>(serializer: SimpleVersionedSerializer<T>, value: T): Uint8Array {
  const payload = serializer.serialize(value);
  const frame = new Uint8Array(HEADER + payload.length);
  const view = new DataView(frame.buffer);
  view.setInt32(0, serializer.version);
  view.setInt32(4, payload.length);
  frame.set(payload, HEADER);
  return frame;
}

/** The value in a frame; frames of very old releases have no length. @internal */
export function decodeVersioned<T>(serializer: SimpleVersionedSerializer<T>, frame: Uint8Array): T {
  if (frame.length < 4)
    throw new FlinkError('SNAPSHOT_CORRUPT', `A connector's state of ${frame.length} bytes is too short.`);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const hasLength = frame.length >= HEADER && view.getInt32(4) === frame.length - HEADER;
  return serializer.deserialize(view.getInt32(0), frame.subarray(hasLength ? HEADER : 4));
}
