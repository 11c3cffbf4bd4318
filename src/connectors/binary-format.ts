/**
 * Bytes of connector state: splits, enumerator states, writer states and committables. Big-endian, as Java's `DataOutput`,
 * because the sequence split must have Flink's bytes. Snapshots are untrusted input: the reader checks every length against
 * what remains and answers with `SNAPSHOT_CORRUPT`, never with a `RangeError` or a huge allocation.
 */

import type { SimpleVersionedSerializer } from '../api/connector.js';
import { FlinkError } from '../common/errors.js';

const INITIAL_CAPACITY = 64;

/** Appends primitives to a growing buffer. @internal */
export class StateWriter {
  #buffer = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#length = this.#buffer.writeUInt8(value, this.#length);
  }

  int(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  /** A safe integer as a 64-bit long. */
  long(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigInt64BE(BigInt(value), this.#length);
  }

  /** A short text with a 16-bit length, as `DataOutput.writeUTF` writes it; for texts without NUL and surrogates. */
  utf(value: string): void {
    const bytes = Buffer.from(value, 'utf8');
    if (bytes.length > 0xffff) throw new RangeError(`A text of ${bytes.length} bytes is too long for a 16-bit length.`);
    this.#reserve(2 + bytes.length);
    this.#length = this.#buffer.writeUInt16BE(bytes.length, this.#length);
    this.#append(bytes);
  }

  /** A text of any length: 32-bit length and UTF-8. */
  text(value: string): void {
    this.bytes(Buffer.from(value, 'utf8'));
  }

  bytes(value: Uint8Array): void {
    this.int(value.length);
    this.#reserve(value.length);
    this.#append(value);
  }

  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#length);
  }

  #append(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

/** Reads what {@link StateWriter} wrote; `what` names the value in errors. @internal */
export class StateReader {
  readonly #buffer: Buffer;
  readonly #what: string;
  #position = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#advance(1));
  }

  int(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  /** A 64-bit long that must be a safe integer. */
  long(): number {
    const value = Number(this.#buffer.readBigInt64BE(this.#advance(8)));
    if (!Number.isSafeInteger(value)) throw this.corrupt(`${value} is beyond 2^53 - 1`);
    return value;
  }

  utf(): string {
    const length = this.#buffer.readUInt16BE(this.#advance(2));
    const start = this.#advance(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  text(): string {
    const length = this.count(1);
    const start = this.#advance(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  bytes(): Uint8Array {
    const length = this.count(1);
    const start = this.#advance(length);
    return Uint8Array.prototype.slice.call(this.#buffer, start, start + length);
  }

  /** A number of elements of at least `elementSize` bytes each. */
  count(elementSize: number): number {
    const value = this.int();
    const left = this.#buffer.length - this.#position;
    if (value < 0 || value * elementSize > left) throw this.corrupt(`a length of ${value} does not fit ${left} bytes`);
    return value;
  }

  /** Nothing may follow. */
  end(): void {
    const left = this.#buffer.length - this.#position;
    if (left !== 0) throw this.corrupt(`${left} bytes follow its end`);
  }

  corrupt(reason: string): FlinkError {
    return new FlinkError('SNAPSHOT_CORRUPT', `The snapshot holds no valid ${this.#what}: ${reason}.`);
  }

  #advance(count: number): number {
    const start = this.#position;
    const left = this.#buffer.length - start;
    if (count > left) throw this.corrupt(`it needs ${count} bytes where ${left} are left`);
    this.#position = start + count;
    return start;
  }
}

/** How one kind of value is written and read; see {@link stateSerializer}. @internal */
export interface StateFormat<T> {
  /** Names the value in errors, such as `file split`. */
  readonly what: string;
  readonly version: number;
  write(value: T, out: StateWriter): void;
  read(input: StateReader): T;
}

/** A serializer of one version: any other version, a cut and trailing bytes are `SNAPSHOT_CORRUPT`. @internal */
export function stateSerializer<T>(format: StateFormat<T>): SimpleVersionedSerializer<T> {
  return {
    version: format.version,
    serialize(value) {
      const out = new StateWriter();
      format.write(value, out);
      return out.finish();
    },
    deserialize(version, bytes) {
      const input = new StateReader(bytes, format.what);
      if (version !== format.version) throw input.corrupt(`version ${version} is unknown, expected ${format.version}`);
      const value = format.read(input);
      input.end();
      return value;
    },
  };
}

/** The serializer of a list: the count, then the elements. @internal */
export function listSerializer<T>(format: StateFormat<T>): SimpleVersionedSerializer<readonly T[]> {
  return stateSerializer<readonly T[]>({
    what: `list of ${format.what}s`,
    version: format.version,
    write(values, out) {
      out.int(values.length);
      for (const value of values) format.write(value, out);
    },
    read(input) {
      const values: T[] = [];
      for (let left = input.count(1); left > 0; left--) values.push(format.read(input));
      return values;
    },
  });
}
