/**
 * Reads the `CheckpointProperties` at the end of a `_metadata` of version 4 and up: a Java-serialized object. Only kind,
 * format and action are of interest, and they stand there in clear, so nothing of Java's serialization is interpreted
 * beyond its first bytes. A restore never depends on them.
 */

import type { SnapshotProperties } from '../snapshot-metadata.js';
import type { MetadataReader } from './metadata-reader.js';

/** Java's `STREAM_MAGIC` and `STREAM_VERSION`. */
const STREAM_START = 0xaced0005 | 0;

/** Takes everything that remains. @internal */
export function decodeProperties(reader: MetadataReader): SnapshotProperties {
  const at = reader.position;
  if (reader.remaining < 4 || reader.readInt() !== STREAM_START) {
    throw reader.corrupt('the checkpoint properties are missing or damaged', at);
  }
  const text = Buffer.from(reader.readBytes(reader.remaining)).toString('latin1');
  if (!text.includes('org.apache.flink.runtime.checkpoint.SavepointType')) return { kind: 'checkpoint' };
  const action = ['SUSPEND', 'TERMINATE', 'NONE'].find((word) => text.endsWith(word));
  return {
    kind: 'savepoint',
    ...(text.includes('CANONICAL') && { format: 'canonical' as const }),
    ...(text.includes('\0\x06NATIVE') && { format: 'native' as const }),
    ...(action !== undefined && { after: action.toLowerCase() as NonNullable<SnapshotProperties['after']> }),
  };
}
