/**
 * The reader of all state bytes. What it reads is untrusted: every length is bounded by what remains, and a read beyond
 * the end is a `SNAPSHOT_CORRUPT` that names the offset.
 */

import { FlinkError } from '../common/errors.js';

const TWO_32 = 4294967296;
/** Up to this length a text is joined unit by unit, which is faster than a call into the decoder. */
const SHORT_TEXT = 24;

/** A bounded big-endian byte reader. */
export class DataInput {
  #bytes: Uint8Array;
  #view: DataView;
  #position = 0;
  #end: number;
  /** Added to the offsets of messages, when the bytes are a part of a file. */
  #origin: number;

  constructor(bytes: Uint8Array, origin = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
    this.#origin = origin;
  }

  /** Reads other bytes from now on. */
  reset(bytes: Uint8Array, origin = 0): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#end = bytes.length;
    this.#origin = origin;
  }

  get position(): number {
    return this.#position;
  }

  /** What is added to positions in messages. */
  get origin(): number {
    return this.#origin;
  }

  /** The bytes from a position up to here, without a copy. */
  viewFrom(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#position);
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  seek(position: number): void {
    if (!(position >= 0 && position <= this.#end))
      this.corrupt(`position ${position} lies outside of the ${this.#end} bytes`);
    this.#position = position;
  }

  skip(count: number): void {
    this.#need(count);
    this.#position += count;
  }

  /** Throws the error of damaged bytes, with the place. */
  corrupt(what: string): never {
    throw new FlinkError(
      'SNAPSHOT_CORRUPT',
      `State bytes are damaged at offset ${this.#origin + this.#position}: ${what}.`,
    );
  }

  readByte(): number {
    this.#need(1);
    return this.#view.getInt8(this.#position++);
  }

  readUnsignedByte(): number {
    this.#need(1);
    return this.#bytes[this.#position++]!;
  }

  readBoolean(): boolean {
    const byte = this.readUnsignedByte();
    if (byte > 1) this.corrupt(`${byte} is no boolean`);
    return byte === 1;
  }

  readShort(): number {
    this.#need(2);
    const value = this.#view.getInt16(this.#position);
    this.#position += 2;
    return value;
  }

  readUnsignedShort(): number {
    return this.readShort() & 0xffff;
  }

  readInt(): number {
    this.#need(4);
    const value = this.#view.getInt32(this.#position);
    this.#position += 4;
    return value;
  }

  readLong(): bigint {
    this.#need(8);
    const value = this.#view.getBigInt64(this.#position);
    this.#position += 8;
    return value;
  }

  /** Reads a long as a number; NaN when it is no safe integer (the position is behind it all the same). */
  readSafeLong(): number {
    this.#need(8);
    const value = this.#view.getInt32(this.#position) * TWO_32 + this.#view.getUint32(this.#position + 4);
    this.#position += 8;
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }

  readFloat(): number {
    this.#need(4);
    const value = this.#view.getFloat32(this.#position);
    this.#position += 4;
    return value;
  }

  readDouble(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#position);
    this.#position += 8;
    return value;
  }

  /** A copy of the next bytes. */
  readBytes(count: number): Uint8Array {
    this.#need(count);
    // A Buffer's slice would be no copy.
    const value = new Uint8Array(count);
    value.set(this.#bytes.subarray(this.#position, this.#position + count));
    this.#position += count;
    return value;
  }

  /** The next bytes without a copy. */
  readView(count: number): Uint8Array {
    this.#need(count);
    const value = this.#bytes.subarray(this.#position, this.#position + count);
    this.#position += count;
    return value;
  }

  /** Reads a count of items that take at least `minBytes` each, and refuses what cannot be there. */
  readCount(minBytes = 1): number {
    const count = this.readInt();
    if (count < 0 || count * minBytes > this.remaining) this.corrupt(`a count of ${count} does not fit`);
    return count;
  }

  /** Seven bits a byte, the lowest first. */
  readVarInt(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.readUnsignedByte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return this.corrupt('a variable-length number does not end');
  }

  /** Reads `count` UTF-16 units, each a varint. */
  readVarUnits(count: number): string {
    this.#need(count);
    const bytes = this.#bytes;
    const start = this.#position;
    let at = start;
    const end = start + count;
    while (at < end && bytes[at]! < 0x80) at++;
    if (at < end) return this.#readWideUnits(count);
    this.#position = end;
    if (count > SHORT_TEXT) return Buffer.from(bytes.buffer, bytes.byteOffset + start, count).toString('latin1');
    let text = '';
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }

  #readWideUnits(count: number): string {
    const parts: string[] = [];
    let units: number[] = [];
    for (let i = 0; i < count; i++) {
      const unit = this.readVarInt();
      if (unit > 0xffff) this.corrupt(`${unit} is no character`);
      if (units.push(unit) === 4096) {
        parts.push(String.fromCharCode(...units));
        units = [];
      }
    }
    parts.push(String.fromCharCode(...units));
    return parts.join('');
  }

  /** Java's `readUTF`: a length of two bytes, then modified UTF-8. */
  readUtf(): string {
    const size = this.readUnsignedShort();
    this.#need(size);
    const end = this.#position + size;
    let text = '';
    while (this.#position < end) text += String.fromCharCode(this.#readUtfUnit());
    if (this.#position > end) this.corrupt('a text does not end with a whole character');
    return text;
  }

  #readUtfUnit(): number {
    const first = this.readUnsignedByte();
    if (first < 0x80) return first;
    if (first >> 5 === 6) return ((first & 0x1f) << 6) | this.#readUtfTail();
    if (first >> 4 === 14) return ((first & 0x0f) << 12) | (this.#readUtfTail() << 6) | this.#readUtfTail();
    return this.corrupt(`byte ${first} begins no character`);
  }

  #readUtfTail(): number {
    const byte = this.readUnsignedByte();
    if (byte >> 6 !== 2) this.corrupt(`byte ${byte} continues no character`);
    return byte & 0x3f;
  }

  #need(count: number): void {
    if (!(count >= 0 && count <= this.#end - this.#position)) {
      this.corrupt(`${count} bytes are expected, ${this.#end - this.#position} are left`);
    }
  }
}
