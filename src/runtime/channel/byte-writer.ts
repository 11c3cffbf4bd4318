/**
 * A growing buffer that elements are encoded into. Generated encoders write straight into `bytes` and `view` after one
 * `ensure`; only what has no bounded size (long strings, dynamic values) goes through methods that check again.
 *
 * A string is a header byte and its characters: up to 239 characters of one byte each, the byte is their number; else the
 * byte says what follows: `LONG_ONE_BYTE` a 32-bit number of characters and as many bytes, `TWO_BYTE` the same with 16-bit
 * code units, so that lone surrogates survive.
 */

/** Strings shorter than this have their length in the header byte. @internal */
export const SHORT_STRING_LIMIT = 240;
/** Header of a one-byte string with a 32-bit length. @internal */
export const LONG_ONE_BYTE = 240;
/** Header of a string of 16-bit code units. @internal */
export const TWO_BYTE = 241;
/** The most that a short string takes, with its header. @internal */
export const SHORT_STRING_BYTES = SHORT_STRING_LIMIT;

/** Below this length a loop is faster than a call into Node's buffer. */
const LOOP_LIMIT = 48;

/** Where elements are encoded. @internal */
export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  position = 0;
  #buffer: Buffer;
  readonly #initialSize: number;

  constructor(size: number) {
    this.#initialSize = size;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    this.#buffer = Buffer.from(this.bytes.buffer);
  }

  /** Makes room for `size` more bytes; `bytes` and `view` may be others afterwards. */
  ensure(size: number): void {
    const needed = this.position + size;
    if (needed > this.bytes.length) this.#resize(Math.max(needed, this.bytes.length * 2));
  }

  /** Starts over; a buffer that one huge element blew up is given back. */
  reset(): void {
    this.position = 0;
    if (this.bytes.length > this.#initialSize * 4) this.#resize(this.#initialSize);
  }

  /** Writes any string, and leaves room for `reserve` bytes behind it. */
  writeString(text: string, reserve: number): void {
    const length = text.length;
    this.ensure(5 + length * 2 + reserve);
    if (length < SHORT_STRING_LIMIT) {
      const end = writeShortString(this.bytes, this.position, text);
      if (end >= 0) {
        this.position = end;
        return;
      }
    } else if (isOneByte(text)) {
      this.#writeHeader(LONG_ONE_BYTE, length);
      this.position += this.#buffer.write(text, this.position, length, 'latin1');
      return;
    }
    this.#writeHeader(TWO_BYTE, length);
    if (length > LOOP_LIMIT) {
      this.position += this.#buffer.write(text, this.position, length * 2, 'utf16le');
      return;
    }
    for (let index = 0; index < length; index++) {
      this.view.setUint16(this.position + index * 2, text.charCodeAt(index), true);
    }
    this.position += length * 2;
  }

  /** Writes raw bytes behind their 32-bit length. */
  writeBlob(blob: Uint8Array): void {
    this.ensure(4 + blob.length);
    this.view.setUint32(this.position, blob.length, true);
    this.bytes.set(blob, this.position + 4);
    this.position += 4 + blob.length;
  }

  #writeHeader(kind: number, length: number): void {
    this.bytes[this.position] = kind;
    this.view.setUint32(this.position + 1, length, true);
    this.position += 5;
  }

  #resize(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.bytes.subarray(0, this.position));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.#buffer = Buffer.from(bytes.buffer);
  }
}

/**
 * Writes a string of less than `SHORT_STRING_LIMIT` one-byte characters, header included, and returns where it ends; -1
 * when a character needs two bytes. The caller has made room.
 *
 * @internal
 */
export function writeShortString(bytes: Uint8Array, position: number, text: string): number {
  const length = text.length;
  bytes[position] = length;
  const start = position + 1;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) return -1;
    bytes[start + index] = code;
  }
  return start + length;
}

function isOneByte(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0xff) return false;
  }
  return true;
}
