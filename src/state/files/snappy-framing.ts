/**
 * Snappy's framing format, as Flink writes it where snapshots are compressed: a stream begins with an identifier chunk,
 * then chunks of compressed or plain data. Checksums are not looked at, as in Flink.
 */

import { uncompress } from 'snappyjs';
import { FlinkError } from '../../common/errors.js';
import { DataInput } from '../data-input.js';

const COMPRESSED = 0x00;
const PLAIN = 0x01;
const IDENTIFIER = 0xff;
const FIRST_SKIPPABLE = 0x80;
const CHECKSUM_BYTES = 4;
/** What a chunk may hold uncompressed, by the format. */
const MAX_CHUNK = 65536;
const NAME = 'sNaPpY';

/** A chunk of data. */
interface Chunk {
  /** Where it stands in the file. */
  readonly start: number;
  /** Undefined: the identifier, which begins a stream. */
  readonly data: Uint8Array | undefined;
}

function* readChunks(input: DataInput): Generator<Chunk, void, undefined> {
  while (input.remaining > 0) {
    const start = input.position;
    const type = input.readUnsignedByte();
    const length = input.readUnsignedByte() | (input.readUnsignedByte() << 8) | (input.readUnsignedByte() << 16);
    const body = input.readView(length);
    if (type === IDENTIFIER) {
      if (Buffer.from(body).toString('latin1') !== NAME) input.corrupt('a compressed stream has another name');
      yield { start, data: undefined };
    } else if (type === COMPRESSED || type === PLAIN) {
      const data = body.subarray(CHECKSUM_BYTES);
      yield { start, data: type === PLAIN ? data : inflate(data, input) };
    } else if (type < FIRST_SKIPPABLE) {
      input.corrupt(`chunk type ${type} is not known`);
    }
  }
}

/** The contents of the streams that stand one behind the other in `bytes`, one array a stream. @internal */
export function readSnappyStreams(bytes: Uint8Array, origin: number): Uint8Array[] {
  const input = new DataInput(bytes, origin);
  const streams: Uint8Array[][] = [];
  for (const { data } of readChunks(input)) {
    if (data === undefined) streams.push([]);
    else (streams.at(-1) ?? input.corrupt('a compressed stream has no beginning')).push(data);
  }
  return streams.map((chunks) => Buffer.concat(chunks));
}

/** What is compressed from `start` to the end, and where in it each chunk of the file begins. @internal */
export function readSnappyChunks(
  bytes: Uint8Array,
  start: number,
): { readonly data: Uint8Array; readonly positions: ReadonlyMap<number, number> } {
  const input = new DataInput(bytes);
  input.seek(start);
  const positions = new Map<number, number>();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const chunk of readChunks(input)) {
    positions.set(chunk.start, length);
    if (chunk.data === undefined) continue;
    parts.push(chunk.data);
    length += chunk.data.length;
  }
  return { data: Buffer.concat(parts), positions };
}

function inflate(data: Uint8Array, input: DataInput): Uint8Array {
  try {
    return uncompress(data, MAX_CHUNK);
  } catch (cause) {
    throw new FlinkError('SNAPSHOT_CORRUPT', `Compressed state is damaged before offset ${input.position}.`, { cause });
  }
}
