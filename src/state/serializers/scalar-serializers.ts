/** Serializers of single values: what they write is what Flink's serializers of the same name write. */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import { baseClass, SNAPSHOT_CLASS, simpleSnapshot } from './snapshots.js';

/** The error of a value that is not of the type, with the value in it. @internal */
export function invalidValue(value: unknown, type: string, hint = ''): FlinkError {
  return new FlinkError('VALUE_INVALID', `${show(value)} is no ${type}${hint}.`);
}

/** A value as messages show it. @internal */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string')
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name ?? 'no class'})`;
  return typeof value === 'function' ? 'a function' : String(value);
}

/** `String`: units as varints; null is kept, as Flink does. @internal */
export const stringSerializer: TypeSerializer<string> = {
  length: -1,
  snapshot: simpleSnapshot(baseClass('String')),
  serialize(value, output) {
    if (typeof value !== 'string') {
      if (value !== null) throw invalidValue(value, 'STRING');
      output.writeByte(0);
      return;
    }
    output.writeVarInt(value.length + 1);
    output.writeVarUnits(value);
  },
  deserialize(input) {
    const length = input.readVarInt();
    return length === 0 ? (null as unknown as string) : input.readVarUnits(length - 1);
  },
};

/** `Boolean`. @internal */
export const booleanSerializer: TypeSerializer<boolean> = {
  length: 1,
  snapshot: simpleSnapshot(baseClass('Boolean')),
  serialize(value, output) {
    if (typeof value !== 'boolean') throw invalidValue(value, 'BOOLEAN');
    output.writeByte(value ? 1 : 0);
  },
  deserialize: (input) => input.readBoolean(),
};

interface IntegerKind {
  readonly name: string;
  readonly flinkName: string;
  readonly length: number;
  readonly limit: number;
  readonly write: (value: number, output: DataOutput) => void;
  readonly read: (input: DataInput) => number;
}

function integerSerializer(kind: IntegerKind): TypeSerializer<number> {
  return {
    length: kind.length,
    snapshot: simpleSnapshot(baseClass(kind.flinkName)),
    serialize(value, output) {
      if (!Number.isInteger(value) || value < -kind.limit || value >= kind.limit) throw invalidValue(value, kind.name);
      kind.write(value, output);
    },
    deserialize: kind.read,
  };
}

/** `Byte`. @internal */
export const byteSerializer = integerSerializer({
  name: 'BYTE',
  flinkName: 'Byte',
  length: 1,
  limit: 2 ** 7,
  write: (value, output) => output.writeByte(value),
  read: (input) => input.readByte(),
});

/** `Short`. @internal */
export const shortSerializer = integerSerializer({
  name: 'SHORT',
  flinkName: 'Short',
  length: 2,
  limit: 2 ** 15,
  write: (value, output) => output.writeShort(value),
  read: (input) => input.readShort(),
});

/** `Int`. @internal */
export const intSerializer = integerSerializer({
  name: 'INT',
  flinkName: 'Int',
  length: 4,
  limit: 2 ** 31,
  write: (value, output) => output.writeInt(value),
  read: (input) => input.readInt(),
});

/** `Long` as a number; refuses what a number cannot hold exactly, in both directions. @internal */
export const longSerializer: TypeSerializer<number> = {
  length: 8,
  snapshot: simpleSnapshot(baseClass('Long')),
  serialize(value, output) {
    if (!Number.isSafeInteger(value)) throw invalidValue(value, 'LONG', longHint(value));
    output.writeSafeLong(value);
  },
  deserialize(input) {
    const at = input.position;
    const value = input.readSafeLong();
    if (!Number.isNaN(value)) return value;
    input.seek(at);
    throw invalidValue(input.readLong(), 'LONG', ' within ±(2^53 - 1); Types.LONG_BIGINT holds all longs');
  },
};

function longHint(value: unknown): string {
  if (typeof value === 'bigint') return '; Types.LONG_BIGINT holds bigints';
  if (typeof value !== 'number' || Number.isNaN(value)) return '';
  if (!Number.isInteger(value)) return '; Types.DOUBLE holds fractions';
  return ' within ±(2^53 - 1); Types.LONG_BIGINT holds all longs';
}

/** `Long` as a bigint. @internal */
export const bigintLongSerializer: TypeSerializer<bigint> = {
  length: 8,
  snapshot: simpleSnapshot(baseClass('Long')),
  serialize(value, output) {
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) throw invalidValue(value, 'LONG_BIGINT');
    output.writeLong(value);
  },
  deserialize: (input) => input.readLong(),
};

/** `Float`; the value is rounded to single precision. @internal */
export const floatSerializer: TypeSerializer<number> = {
  length: 4,
  snapshot: simpleSnapshot(baseClass('Float')),
  serialize(value, output) {
    if (typeof value !== 'number') throw invalidValue(value, 'FLOAT');
    output.writeFloat(value);
  },
  deserialize: (input) => input.readFloat(),
};

/** `Double`. @internal */
export const doubleSerializer: TypeSerializer<number> = {
  length: 8,
  snapshot: simpleSnapshot(baseClass('Double')),
  serialize(value, output) {
    if (typeof value !== 'number') throw invalidValue(value, 'DOUBLE');
    output.writeDouble(value);
  },
  deserialize: (input) => input.readDouble(),
};

/** `byte[]`. @internal */
export const bytesSerializer: TypeSerializer<Uint8Array> = {
  length: -1,
  snapshot: simpleSnapshot(SNAPSHOT_CLASS.bytes),
  serialize(value, output) {
    if (!(value instanceof Uint8Array)) throw invalidValue(value, 'BYTES');
    output.writeInt(value.length);
    output.writeBytes(value);
  },
  deserialize: (input) => input.readBytes(input.readCount()),
};
