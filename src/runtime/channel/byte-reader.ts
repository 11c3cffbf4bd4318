/**
 * Reads what `ByteWriter` wrote. Short strings are built without a call into Node, and those of up to 16 characters come
 * from a cache when they were seen lately: keys repeat, and a string that is seen again has its hash computed already.
 */

import { LONG_ONE_BYTE, SHORT_STRING_LIMIT } from './byte-writer.js';
import type { StringCache } from './string-cache.js';

/** Bytes behind the last element that a reader may look at: the string cache reads whole words. @internal */
export const READ_SLACK = 16;

/** Below this length a loop is faster than a call into Node's buffer. */
const LOOP_LIMIT = 24;

/** A position in a chunk of encoded elements. @internal */
export class ByteReader {
  bytes: Uint8Array = new Uint8Array(READ_SLACK);
  view: DataView = new DataView(this.bytes.buffer);
  position = 0;
  readonly #cache: StringCache;

  constructor(cache: StringCache) {
    this.#cache = cache;
  }

  /** Goes to another chunk. */
  open(bytes: Uint8Array, view: DataView, position: number): void {
    this.bytes = bytes;
    this.view = view;
    this.position = position;
  }

  readString(): string {
    const header = this.bytes[this.position] as number;
    const start = this.position + 1;
    if (header < SHORT_STRING_LIMIT) {
      this.position = start + header;
      if (header <= 16) return this.#cache.read(this.bytes, this.view, start, header);
      return latin1Slice.call(this.bytes, start, start + header);
    }
    const length = this.view.getUint32(start, true);
    const from = start + 4;
    if (header === LONG_ONE_BYTE) {
      this.position = from + length;
      return latin1Slice.call(this.bytes, from, from + length);
    }
    this.position = from + length * 2;
    return this.#readTwoByte(from, length);
  }

  /** A copy of raw bytes behind their 32-bit length. */
  readBlob(): Uint8Array {
    const length = this.view.getUint32(this.position, true);
    const start = this.position + 4;
    this.position = start + length;
    return this.bytes.slice(start, start + length);
  }

  #readTwoByte(from: number, length: number): string {
    if (length > LOOP_LIMIT) return ucs2Slice.call(this.bytes, from, from + length * 2);
    let text = '';
    for (let index = 0; index < length; index++)
      text += String.fromCharCode(this.view.getUint16(from + index * 2, true));
    return text;
  }
}

/** Methods of Node's buffers that work on any Uint8Array; a Buffer for each chunk would cost more. */
const { latin1Slice, ucs2Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  ucs2Slice(this: Uint8Array, start: number, end: number): string;
};
