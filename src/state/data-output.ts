/**
 * The writer of all state bytes: big-endian, into one array that grows and is used again. Java's `DataOutput` is the
 * model, since the files are read by a real Flink.
 */

const MIN_CAPACITY = 64;
const TWO_32 = 4294967296;

/** A growable big-endian byte writer. */
export class DataOutput {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(Math.max(capacity, MIN_CAPACITY));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Number of bytes written since the last reset. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written and keeps the memory. */
  reset(): void {
    this.#length = 0;
  }

  /** Drops what lies behind `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written, without a copy: valid until the next write or reset. */
  view(start = 0, end = this.#length): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** A copy of what was written. */
  toUint8Array(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Drops the first bytes and moves the others to the front. */
  dropFront(count: number): void {
    this.#bytes.copyWithin(0, count, this.#length);
    this.#length -= count;
  }

  writeByte(value: number): void {
    if (this.#length + 1 > this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  writeBoolean(value: boolean): void {
    this.writeByte(value ? 1 : 0);
  }

  writeShort(value: number): void {
    if (this.#length + 2 > this.#bytes.length) this.#grow(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
  }

  writeInt(value: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** Writes over four bytes that were written before. */
  setInt(offset: number, value: number): void {
    this.#view.setInt32(offset, value);
  }

  /** Sets bits of a byte that was written before. */
  orByte(offset: number, bits: number): void {
    this.#bytes[offset] = this.#bytes[offset]! | bits;
  }

  writeLong(value: bigint): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setBigInt64(this.#length, value);
    this.#length += 8;
  }

  /** Writes a safe integer as a long. */
  writeSafeLong(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setInt32(this.#length, Math.floor(value / TWO_32));
    this.#view.setInt32(this.#length + 4, (value % TWO_32) | 0);
    this.#length += 8;
  }

  writeFloat(value: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    this.#view.setFloat32(this.#length, value);
    this.#length += 4;
  }

  writeDouble(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  writeBytes(value: Uint8Array): void {
    if (this.#length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Seven bits a byte, the lowest first, 0x80 = more follow. */
  writeVarInt(value: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#grow(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = rest | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Each UTF-16 unit as a varint, without a length. */
  writeVarUnits(text: string): void {
    const most = text.length * 3;
    if (this.#length + most > this.#bytes.length) this.#grow(most);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      let unit = text.charCodeAt(i);
      while (unit >= 0x80) {
        bytes[at++] = unit | 0x80;
        unit >>>= 7;
      }
      bytes[at++] = unit;
    }
    this.#length = at;
  }

  /** Java's `writeUTF`: a length of two bytes, then modified UTF-8. */
  writeUtf(text: string): void {
    const start = this.#length;
    this.writeShort(0);
    for (let i = 0; i < text.length; i++) this.#writeUtfUnit(text.charCodeAt(i));
    const size = this.#length - start - 2;
    if (size > 0xffff) throw new RangeError(`A text of ${size} bytes is too long; the limit is 65535.`);
    this.#view.setUint16(start, size);
  }

  #writeUtfUnit(unit: number): void {
    if (unit !== 0 && unit < 0x80) {
      this.writeByte(unit);
    } else if (unit < 0x800) {
      this.writeByte(0xc0 | (unit >> 6));
      this.writeByte(0x80 | (unit & 0x3f));
    } else {
      this.writeByte(0xe0 | (unit >> 12));
      this.writeByte(0x80 | ((unit >> 6) & 0x3f));
      this.writeByte(0x80 | (unit & 0x3f));
    }
  }

  #grow(more: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
