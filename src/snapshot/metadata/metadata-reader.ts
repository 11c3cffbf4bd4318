/**
 * Reads the primitives of `_metadata`: big-endian integers, Java's `writeUTF` and counted bytes. The file is untrusted:
 * no read goes past the end, no count is believed before the bytes that it needs are known to be there, and every error
 * is a `SNAPSHOT_CORRUPT` with file and offset.
 */

import { FlinkError } from '../../common/errors.js';

/** A cursor over the bytes of one `_metadata`. @internal */
export class MetadataReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #file: string;
  readonly #checksums: ReadonlyMap<string, number>;
  #position = 0;

  /**
   * `end` = where the part to read ends; what lies behind it does not exist for this reader. `checksums` = the CRC-32 of
   * files, by name or path as handles have it.
   */
  constructor(bytes: Uint8Array, file: string, end = bytes.length, checksums: ReadonlyMap<string, number> = new Map()) {
    // A plain array: `slice` of a Buffer would not copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#end = end;
    this.#checksums = checksums;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  /** The error for what was found at `position`; its message names the file. */
  corrupt(problem: string, position = this.#position): FlinkError {
    return new FlinkError(
      'SNAPSHOT_CORRUPT',
      `${this.#file}: ${problem} (at byte ${position} of ${this.#bytes.length}).`,
    );
  }

  /** The checksum of a file as a field of its handle; no field when it is not known. */
  checksumOf(file: string): { readonly crc32?: number } {
    const sum = this.#checksums.get(file);
    return sum === undefined ? {} : { crc32: sum };
  }

  readByte(): number {
    return this.#view.getInt8(this.#take(1));
  }

  readBoolean(): boolean {
    const value = this.readByte();
    if (value !== 0 && value !== 1) throw this.corrupt(`${value} is no boolean`, this.#position - 1);
    return value === 1;
  }

  readInt(): number {
    return this.#view.getInt32(this.#take(4));
  }

  readLong(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  /** A long that is a size, an offset or an id: not negative and exact as a number. */
  readSize(what: string): number {
    const value = this.readLong();
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
      throw this.corrupt(`${what} is ${value}`, this.#position - 8);
    return Number(value);
  }

  /** A count of things that take at least `bytesEach` bytes each. */
  readCount(what: string, bytesEach: number): number {
    const count = this.readInt();
    if (count < 0 || count * bytesEach > this.remaining) {
      throw this.corrupt(`the number of ${what} is ${count}, but ${this.remaining} bytes remain`, this.#position - 4);
    }
    return count;
  }

  /** `length` bytes, copied, so that they can travel without the whole file. */
  readBytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }

  /** Skips an int if it is this one; false leaves the position as it is. */
  skipInt(value: number): boolean {
    if (this.remaining < 4 || this.#view.getInt32(this.#position) !== value) return false;
    this.#position += 4;
    return true;
  }

  /** Skips `length` bytes. */
  skip(length: number): void {
    this.#take(length);
  }

  /** Bytes behind an int with their number. */
  readCountedBytes(what: string): Uint8Array {
    return this.readBytes(this.readCount(what, 1));
  }

  /** A string of Java's `writeUTF`: modified UTF-8 behind an unsigned short. */
  readUtf(): string {
    const length = this.#view.getUint16(this.#take(2));
    const start = this.#take(length);
    const units: number[] = [];
    for (let at = start; at < start + length; ) at = this.#readUtfUnit(at, start + length, units);
    let text = '';
    for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.slice(i, i + 4096));
    return text;
  }

  #readUtfUnit(at: number, end: number, units: number[]): number {
    const first = this.#bytes[at]!;
    if (first < 0x80) {
      units.push(first);
      return at + 1;
    }
    const size = first >> 5 === 0b110 ? 2 : first >> 4 === 0b1110 ? 3 : 0;
    if (size === 0 || at + size > end) throw this.corrupt('a text is no modified UTF-8', at);
    let unit = first & (size === 2 ? 0x1f : 0x0f);
    for (let i = 1; i < size; i++) {
      const next = this.#bytes[at + i]!;
      if (next >> 6 !== 0b10) throw this.corrupt('a text is no modified UTF-8', at + i);
      unit = (unit << 6) | (next & 0x3f);
    }
    units.push(unit);
    return at + size;
  }

  #take(length: number): number {
    if (length > this.remaining) {
      throw this.corrupt(`the file ends early: ${length} bytes are needed and ${this.remaining} remain`);
    }
    const start = this.#position;
    this.#position += length;
    return start;
  }
}
