/** Writes the primitives of `_metadata`: big-endian integers, Java's `writeUTF` and counted bytes. */

import { FlinkError } from '../../common/errors.js';

const INITIAL_BYTES = 4096;
const MAX_UTF_BYTES = 0xffff;

/** Growing bytes in Java's `DataOutput` encoding. @internal */
export class MetadataWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  writeByte(value: number): void {
    const at = this.#grow(1);
    this.#view.setInt8(at, value);
  }

  writeInt(value: number): void {
    const at = this.#grow(4);
    this.#view.setInt32(at, value);
  }

  writeLong(value: number): void {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, BigInt(value));
  }

  writeBytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  writeCountedBytes(bytes: Uint8Array): void {
    this.writeInt(bytes.length);
    this.writeBytes(bytes);
  }

  /** Java's `writeUTF`; a text of more than 65,535 bytes does not fit. */
  writeUtf(text: string): void {
    const lengthAt = this.#grow(2);
    for (let i = 0; i < text.length; i++) this.#writeUtfUnit(text.charCodeAt(i));
    const length = this.#length - lengthAt - 2;
    if (length > MAX_UTF_BYTES) {
      throw new FlinkError(
        'VALUE_INVALID',
        `The name "${text.slice(0, 40)}…" takes ${length} bytes; 65535 is the most.`,
      );
    }
    this.#view.setUint16(lengthAt, length);
  }

  /** What was written, as a copy of its exact size. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
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

  /** Makes room and returns where it begins; afterwards `#bytes` and `#view` may be others than before. */
  #grow(length: number): number {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
