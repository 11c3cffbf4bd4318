/**
 * Values without a declared type: MessagePack in a byte array, so that a real Flink sees a `byte[]` and keeps it. Dates,
 * maps, sets, bigints, typed arrays and undefined fields survive; objects are records in the packing, maps are maps. What
 * would not come back as it was (functions, symbols, instances of classes) is refused.
 */

import { addExtension, Packr } from 'msgpackr';
import { FlinkError, messageOf } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import { bytesSerializer, show } from './scalar-serializers.js';

/** An object with a field of the name `__proto__`, which the packing would rename: its fields as a list. */
class EscapedObject {
  readonly fields: readonly (readonly [string, unknown])[];

  constructor(fields: readonly (readonly [string, unknown])[]) {
    this.fields = fields;
  }
}

/** The number of {@link EscapedObject} among MessagePack's extension types; part of the format. */
const ESCAPED_OBJECT = 0x45;

addExtension({
  Class: EscapedObject,
  type: ESCAPED_OBJECT,
  write: (escaped: EscapedObject) => escaped.fields,
  read(fields: readonly (readonly [string, unknown])[]) {
    const value = {};
    for (const [name, field] of fields) {
      Object.defineProperty(value, name, { value: field, enumerable: true, writable: true, configurable: true });
    }
    return value;
  },
});

const packr = new Packr({ mapsAsObjects: false, moreTypes: true, copyBuffers: true, useBigIntExtension: true });

/** Any plain value. @internal */
export const anySerializer: TypeSerializer<unknown> = {
  length: -1,
  snapshot: bytesSerializer.snapshot,
  serialize(value, output: DataOutput) {
    const bytes = pack(value);
    output.writeInt(bytes.length);
    output.writeBytes(bytes);
  },
  deserialize(input: DataInput) {
    const bytes = input.readBytes(input.readCount());
    try {
      return packr.unpack(bytes);
    } catch (cause) {
      throw new FlinkError('SNAPSHOT_CORRUPT', 'A stored value is no MessagePack.', { cause });
    }
  },
};

function pack(value: unknown): Uint8Array {
  try {
    return packr.pack(needsEscape(value) ? withEscapes(value) : value);
  } catch (cause) {
    if (cause instanceof FlinkError) throw cause;
    throw new FlinkError('VALUE_INVALID', `${show(value)} cannot be stored: ${messageOf(cause)}.`, { cause });
  }
}

/** Whether an object somewhere in the value has a field `__proto__`; refuses what is no plain data. */
function needsEscape(value: unknown): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') throw noPlainData(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return someItem(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return someField(value as Record<string, unknown>);
  if (value instanceof Map || value instanceof Set) {
    // Both are walked to the end: what follows may be no plain data.
    const escapes = [...value].map(needsEscape);
    return escapes.includes(true);
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  if (value instanceof Date || value instanceof RegExp || value instanceof Error) return false;
  throw noPlainData(value);
}

function someItem(items: readonly unknown[]): boolean {
  let found = false;
  for (const item of items) if (needsEscape(item)) found = true;
  return found;
}

function someField(value: Readonly<Record<string, unknown>>): boolean {
  let found = false;
  for (const name in value) if (name === '__proto__' || needsEscape(value[name])) found = true;
  return found;
}

/** A copy of the value in which objects with a field `__proto__` are lists of fields. */
function withEscapes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withEscapes);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [withEscapes(key), withEscapes(item)]));
  if (value instanceof Set) return new Set([...value].map(withEscapes));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, withEscapes(field)] as const);
  return Object.hasOwn(value, '__proto__') ? new EscapedObject(fields) : Object.fromEntries(fields);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function noPlainData(value: unknown): FlinkError {
  return new FlinkError('VALUE_INVALID', `${show(value)} cannot be stored: it is no plain data.`);
}
