/**
 * CRC-32 as zip and PNG use it: the checksum of state files, of the trailer of `_metadata` and of journal records. It
 * finds damage by accident; it is no protection against a forger.
 */

import * as zlib from 'node:zlib';

const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** Native since Node 20.15; older ones take the table, which is some ten times slower. */
const native: ((data: Uint8Array, previous?: number) => number) | undefined = (
  zlib as { readonly crc32?: (data: Uint8Array, previous?: number) => number }
).crc32;

/** The CRC-32 of bytes, an unsigned 32-bit integer; `previous` goes on from the checksum of what came before. @internal */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return native === undefined ? crc32ByTable(bytes, previous) : native(bytes, previous);
}

/** The same without the native function. @internal */
export function crc32ByTable(bytes: Uint8Array, previous = 0): number {
  let value = ~previous;
  for (let i = 0; i < bytes.length; i++) value = (value >>> 8) ^ TABLE[(value ^ bytes[i]!) & 0xff]!;
  return ~value >>> 0;
}
