/**
 * The trailer behind Flink's part of `_metadata`: what the format of Flink has no room for. Names and uids in clear, the
 * checksum of Flink's part and of every file, and where the snapshot comes from. Flink stops reading before it, and
 * restoring needs nothing of it; but bytes behind the body that are no whole trailer mean that the file was damaged.
 *
 * Layout, big-endian: mark of 8 bytes, int length, JSON in UTF-8, int CRC-32 of all before it in the trailer, int length
 * of the trailer up to here and with the end mark, end mark of 8 bytes. The end is found from behind.
 */

import { crc32 } from './checksum.js';
import { MetadataReader } from './metadata/metadata-reader.js';
import { MetadataWriter } from './metadata/metadata-writer.js';
import { parseTrailer } from './metadata/trailer-json.js';

const START_MARK = Buffer.from('FLINK-TS', 'latin1');
const END_MARK = Buffer.from('ts-end\r\n', 'latin1');
/** Start mark, length of the JSON, checksum, length of the trailer, end mark. */
const FRAME_BYTES = 8 + 4 + 4 + 4 + 8;

/** What the trailer holds; all paths of files are as in the handles. @internal */
export interface MetadataTrailer {
  /** The version of flink-ts that wrote it. */
  readonly writtenBy: string;
  readonly kind: 'checkpoint' | 'savepoint';
  readonly format: 'canonical' | 'native' | 'incremental';
  readonly jobId: string;
  readonly jobName: string;
  /** Milliseconds since the epoch: when the snapshot was triggered. */
  readonly time: number;
  /** SHA-256 of the compiled job file, hexadecimal. */
  readonly jobFileHash?: string;
  /** Program arguments; values of sensitive keys are replaced (`redactArguments`). */
  readonly arguments?: readonly string[];
  /** The snapshot that the job was restored from. */
  readonly parent?: SnapshotReference;
  /** The snapshots before it, newest first: the parent's parent, and so on. */
  readonly lineage?: readonly SnapshotReference[];
  readonly operators: readonly OperatorDescription[];
  readonly files: readonly FileDescription[];
  /** The bytes before the trailer; computed when it is written. */
  readonly flinkPart?: { readonly length: number; readonly crc32: number };
}

/** A trailer that was read: it says which bytes before it are Flink's. @internal */
export interface DecodedTrailer extends MetadataTrailer {
  readonly flinkPart: { readonly length: number; readonly crc32: number };
}

/** Which snapshot. @internal */
export interface SnapshotReference {
  readonly path: string;
  readonly checkpointId: number;
  readonly jobId?: string;
}

/** What an operator is called, and what it keeps. @internal */
export interface OperatorDescription {
  readonly operatorId: string;
  readonly name?: string;
  readonly uid?: string;
  /** Name of the key type. */
  readonly keyType?: string;
  readonly states?: readonly { readonly name: string; readonly kind: string; readonly type: string }[];
}

/** A file that the snapshot needs. @internal */
export interface FileDescription {
  readonly path: string;
  readonly size: number;
  /** Absent for a file that another program wrote. */
  readonly crc32?: number;
}

/** Flink's part, then the trailer. @internal */
export function appendTrailer(flinkPart: Uint8Array, trailer: MetadataTrailer): Uint8Array {
  const part = { length: flinkPart.length, crc32: crc32(flinkPart) };
  const json = Buffer.from(JSON.stringify({ version: 1, ...trailer, flinkPart: part }), 'utf8');
  const writer = new MetadataWriter();
  writer.writeBytes(flinkPart);
  writer.writeBytes(START_MARK);
  writer.writeCountedBytes(json);
  writer.writeInt(crc32(writer.toBytes().subarray(flinkPart.length)) | 0);
  writer.writeInt(json.length + FRAME_BYTES);
  writer.writeBytes(END_MARK);
  return writer.toBytes();
}

/** Whether the bytes end as a trailer does. @internal */
export function hasTrailerEnd(bytes: Uint8Array): boolean {
  return bytes.length >= FRAME_BYTES && END_MARK.equals(bytes.subarray(bytes.length - END_MARK.length));
}

/**
 * Reads the trailer at the end of a file that `hasTrailerEnd`, and checks Flink's part against it.
 *
 * @throws FlinkError `SNAPSHOT_CORRUPT` when the trailer, or what stands before it, was changed.
 * @internal
 */
export function decodeTrailer(bytes: Uint8Array, file: string): DecodedTrailer {
  const end = new MetadataReader(bytes, file);
  end.skip(bytes.length - END_MARK.length - 4);
  const length = end.readInt();
  if (length < FRAME_BYTES || length > bytes.length) throw end.corrupt(`the trailer has the length ${length}`);
  const start = bytes.length - length;
  const reader = new MetadataReader(bytes, file);
  reader.skip(start);
  if (!START_MARK.equals(reader.readBytes(START_MARK.length))) throw reader.corrupt('the trailer has no mark', start);
  const json = reader.readCountedBytes('bytes of the trailer');
  if (json.length + FRAME_BYTES !== length) throw reader.corrupt('the trailer has two lengths', start);
  const sum = crc32(bytes.subarray(start, reader.position));
  if (reader.readInt() >>> 0 !== sum) throw reader.corrupt('the checksum of the trailer is wrong', start);
  const trailer = parseTrailer(json, (problem) => reader.corrupt(problem, start));
  const { flinkPart } = trailer;
  if (flinkPart.length !== start || flinkPart.crc32 !== crc32(bytes.subarray(0, start))) {
    throw reader.corrupt('the checksum of the snapshot is wrong', 0);
  }
  return trailer;
}
