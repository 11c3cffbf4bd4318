/**
 * Values of any shape, each with its kind in front: what generated codecs cannot foresee. Every value of plain data comes
 * back equal: -0, NaN, lone surrogates, integers of any size, undefined fields, dates, maps, sets, typed arrays, and keys
 * such as `__proto__`, which is data. A function, a symbol or an instance of a class is refused with the path of its
 * field: it could only arrive as something else.
 *
 * MessagePack is not used here: its library changes -0, lone surrogates and the key `__proto__`
 * (`docs/design/004-channels.md`).
 */

import { FlinkError } from '../../common/errors.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

const KIND = {
  UNDEFINED: 0,
  NULL: 1,
  FALSE: 2,
  TRUE: 3,
  NUMBER: 4,
  STRING: 5,
  ARRAY: 6,
  OBJECT: 7,
  BIGINT: 8,
  DATE: 9,
  MAP: 10,
  SET: 11,
  BUFFER: 12,
  ARRAY_BUFFER: 13,
  /** This and the following: typed arrays in the order of `TYPED_ARRAYS`. */
  TYPED_ARRAY: 32,
} as const;

const TYPED_ARRAYS = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;

/** Deeper data is taken for a cycle. */
const DEPTH_MAX = 200;

/** Where in a record a value stands: fields from the outside in. */
type Path = (string | number)[];

/** Encodes any plain data. @internal */
export function writeDynamic(writer: ByteWriter, value: unknown): void {
  writeValue(writer, value, []);
}

/** Decodes what `writeDynamic` wrote. @internal */
export function readDynamic(reader: ByteReader): unknown {
  const kind = reader.bytes[reader.position++] as number;
  switch (kind) {
    case KIND.UNDEFINED:
      return undefined;
    case KIND.NULL:
      return null;
    case KIND.FALSE:
      return false;
    case KIND.TRUE:
      return true;
    case KIND.NUMBER:
      return readNumber(reader);
    case KIND.STRING:
      return reader.readString();
    case KIND.ARRAY:
      return readArray(reader);
    case KIND.OBJECT:
      return readObject(reader);
    case KIND.BIGINT:
      return BigInt(reader.readString());
    case KIND.DATE:
      return new Date(readNumber(reader));
    case KIND.MAP:
      return new Map(readArray(reader) as [unknown, unknown][]);
    case KIND.SET:
      return new Set(readArray(reader));
    default:
      return readBinary(reader, kind);
  }
}

function writeValue(writer: ByteWriter, value: unknown, path: Path): void {
  writer.ensure(9);
  switch (typeof value) {
    case 'undefined':
      writer.bytes[writer.position++] = KIND.UNDEFINED;
      return;
    case 'boolean':
      writer.bytes[writer.position++] = value ? KIND.TRUE : KIND.FALSE;
      return;
    case 'number':
      writer.bytes[writer.position++] = KIND.NUMBER;
      writeNumber(writer, value);
      return;
    case 'string':
      writer.bytes[writer.position++] = KIND.STRING;
      writer.writeString(value, 0);
      return;
    case 'bigint':
      writer.bytes[writer.position++] = KIND.BIGINT;
      writer.writeString(value.toString(), 0);
      return;
    case 'object':
      if (value === null) writer.bytes[writer.position++] = KIND.NULL;
      else writeObjectKind(writer, value, path);
      return;
    default:
      throw notTransferable(path, `a ${typeof value}`);
  }
}

function writeObjectKind(writer: ByteWriter, value: object, path: Path): void {
  if (path.length > DEPTH_MAX) throw notTransferable(path.slice(0, 5), 'nested too deeply, or contains itself');
  if (Array.isArray(value)) {
    assertOwnClass(value, Array.prototype, path);
    writeList(writer, KIND.ARRAY, value, path);
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    writePlainObject(writer, value as Record<string, unknown>, path);
    return;
  }
  if (value instanceof Date) {
    assertOwnClass(value, Date.prototype, path);
    writer.bytes[writer.position++] = KIND.DATE;
    writeNumber(writer, value.getTime());
  } else if (value instanceof Map) {
    assertOwnClass(value, Map.prototype, path);
    writeList(writer, KIND.MAP, [...value], path);
  } else if (value instanceof Set) {
    assertOwnClass(value, Set.prototype, path);
    writeList(writer, KIND.SET, [...value], path);
  } else {
    writeBinary(writer, value, path);
  }
}

function writePlainObject(writer: ByteWriter, value: Record<string, unknown>, path: Path): void {
  const keys = Object.keys(value);
  writeCount(writer, KIND.OBJECT, keys.length);
  for (const key of keys) {
    writer.writeString(key, 0);
    path.push(key);
    writeValue(writer, value[key], path);
    path.pop();
  }
}

function writeList(writer: ByteWriter, kind: number, values: readonly unknown[], path: Path): void {
  writeCount(writer, kind, values.length);
  for (let index = 0; index < values.length; index++) {
    path.push(index);
    writeValue(writer, values[index], path);
    path.pop();
  }
}

function writeBinary(writer: ByteWriter, value: object, path: Path): void {
  if (value instanceof ArrayBuffer) {
    writer.bytes[writer.position++] = KIND.ARRAY_BUFFER;
    writer.writeBlob(new Uint8Array(value));
    return;
  }
  if (!ArrayBuffer.isView(value)) throw notTransferable(path, `an instance of ${classOf(value)}`);
  const index = TYPED_ARRAYS.findIndex((type) => Object.getPrototypeOf(value) === type.prototype);
  if (index < 0 && !Buffer.isBuffer(value)) throw notTransferable(path, `an instance of ${classOf(value)}`);
  writer.bytes[writer.position++] = index < 0 ? KIND.BUFFER : KIND.TYPED_ARRAY + index;
  writer.writeBlob(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
}

function readBinary(reader: ByteReader, kind: number): unknown {
  const { buffer } = reader.readBlob();
  if (kind === KIND.BUFFER) return Buffer.from(buffer);
  if (kind === KIND.ARRAY_BUFFER) return buffer;
  const type = TYPED_ARRAYS[kind - KIND.TYPED_ARRAY];
  if (type === undefined) throw new Error(`Broken invariant: a channel holds a value of kind ${kind}`);
  return new (type as new (memory: ArrayBufferLike) => unknown)(buffer);
}

function readArray(reader: ByteReader): unknown[] {
  const count = readCount(reader);
  const values: unknown[] = [];
  for (let index = 0; index < count; index++) values.push(readDynamic(reader));
  return values;
}

function readObject(reader: ByteReader): Record<string, unknown> {
  const count = readCount(reader);
  const object: Record<string, unknown> = {};
  for (let index = 0; index < count; index++) {
    const key = reader.readString();
    const value = readDynamic(reader);
    if (key === '__proto__') {
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    } else {
      object[key] = value;
    }
  }
  return object;
}

function writeCount(writer: ByteWriter, kind: number, count: number): void {
  writer.ensure(5);
  writer.bytes[writer.position++] = kind;
  writer.view.setUint32(writer.position, count, true);
  writer.position += 4;
}

function readCount(reader: ByteReader): number {
  const count = reader.view.getUint32(reader.position, true);
  reader.position += 4;
  return count;
}

function writeNumber(writer: ByteWriter, value: number): void {
  writer.view.setFloat64(writer.position, value, true);
  writer.position += 8;
}

function readNumber(reader: ByteReader): number {
  const value = reader.view.getFloat64(reader.position, true);
  reader.position += 8;
  return value;
}

function assertOwnClass(value: object, prototype: object, path: Path): void {
  if (Object.getPrototypeOf(value) !== prototype) throw notTransferable(path, `an instance of ${classOf(value)}`);
}

function classOf(value: object): string {
  const maker: unknown = value.constructor;
  return typeof maker === 'function' && maker.name !== '' ? maker.name : 'an unnamed class';
}

function notTransferable(path: Path, what: string): FlinkError {
  const where = path.length === 0 ? 'The record' : `Field "${pathText(path)}" of the record`;
  return new FlinkError('RECORD_NOT_TRANSFERABLE', `${where} cannot travel to another worker: it is ${what}.`);
}

function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('');
}
