/** Readers of single values by the name that stands in Flink's snapshot class, such as `Long` or `IntPrimitiveArray`. */

import type { DataInput } from '../../state/data-input.js';
import { hexOf, type PlainValue, plainNumber } from './plain-value.js';

/** Reads values of one type; `length` is that of every value, or -1. @internal */
export interface ValueReader {
  readonly length: number;
  read(input: DataInput): PlainValue;
}

const LONG_NULL = -(2n ** 63n);
const INT_NULL = -(2 ** 31);
const BYTE_NULL = -128;
const NANO_DIGITS = 9;
/** Milliseconds, or seconds, and nanoseconds; Flink declares 12 bytes for both. */
const TIME_WITH_NANOS = 12;

function fixed(length: number, read: (input: DataInput) => PlainValue): ValueReader {
  return { length, read };
}

function variable(read: (input: DataInput) => PlainValue): ValueReader {
  return { length: -1, read };
}

function readText(input: DataInput): PlainValue {
  const length = input.readVarInt();
  return length === 0 ? null : input.readVarUnits(length - 1);
}

/** A longer number is damage: to print its decimal digits would take seconds. */
const MAX_NUMBER_BYTES = 4096;

/** The number of bytes and 4, then the bytes; smaller numbers stand for null, 0, 1 and 10. */
function readBigInteger(input: DataInput): bigint | null {
  const length = input.readInt();
  if (length < 4) return [null, 0n, 1n, 10n][length] ?? (length === 0 ? null : input.corrupt(`${length} is no length`));
  const bytes = input.readView(length - 4);
  if (bytes.length === 0 || bytes.length > MAX_NUMBER_BYTES) input.corrupt(`a number has ${bytes.length} bytes`);
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hexOf(bytes)}`));
}

function readBigDecimal(input: DataInput): PlainValue {
  const unscaled = readBigInteger(input);
  if (unscaled === null) return null;
  const scale = input.readInt();
  if (scale <= 0) return scale === 0 ? `${unscaled}` : `${unscaled}E+${-scale}`;
  const digits = `${unscaled < 0n ? -unscaled : unscaled}`;
  const sign = unscaled < 0n ? '-' : '';
  if (scale > digits.length + 20) return `${sign}${digits}E-${scale}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function readMillis(input: DataInput): PlainValue {
  const value = input.readLong();
  return value === LONG_NULL ? null : `${value}`;
}

function readLongAndNanos(input: DataInput): PlainValue {
  const value = input.readLong();
  const nanos = input.readInt();
  return value === LONG_NULL ? null : [`${value}`, nanos];
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

function readLocalDate(input: DataInput): string | null {
  const year = input.readInt();
  const [month, day] = [input.readByte(), input.readByte()];
  return year === INT_NULL ? null : `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function readLocalTime(input: DataInput): string | null {
  const [hour, minute, second] = [input.readByte(), input.readByte(), input.readByte()];
  const nanos = input.readInt();
  if (hour === BYTE_NULL) return null;
  return `${two(hour)}:${two(minute)}:${two(second)}.${String(nanos).padStart(NANO_DIGITS, '0')}`;
}

function readArray(read: (input: DataInput) => PlainValue, bytes: number): ValueReader {
  return variable((input) => {
    const items: PlainValue[] = [];
    for (let rest = input.readCount(bytes); rest > 0; rest--) items.push(read(input));
    return items;
  });
}

/** Digits that a float may need; with fewer, most are what their author wrote. */
const FLOAT_DIGITS = [6, 7, 8, 9];

/** The shortest number that is this float: 123.456, and not the double that is closest to it. */
function readFloat(input: DataInput): PlainValue {
  const value = input.readFloat();
  if (!Number.isFinite(value)) return plainNumber(value);
  const shortest = FLOAT_DIGITS.map((digits) => Number(value.toPrecision(digits)));
  return plainNumber(shortest.find((each) => Math.fround(each) === value) ?? value);
}

const readLong = (input: DataInput): PlainValue => `${input.readLong()}`;
const readChar = (input: DataInput): PlainValue => String.fromCharCode(input.readUnsignedShort());

const SCALARS: Readonly<Record<string, ValueReader>> = {
  Boolean: fixed(1, (input) => input.readBoolean()),
  Byte: fixed(1, (input) => input.readByte()),
  Short: fixed(2, (input) => input.readShort()),
  Int: fixed(4, (input) => input.readInt()),
  Long: fixed(8, readLong),
  Float: fixed(4, readFloat),
  Double: fixed(8, (input) => plainNumber(input.readDouble())),
  Char: fixed(2, readChar),
  String: variable(readText),
  Void: fixed(1, (input) => {
    input.skip(1);
    return null;
  }),
  BigInt: variable((input) => readBigInteger(input)?.toString() ?? null),
  BigDec: variable(readBigDecimal),
  Date: fixed(8, readMillis),
  SqlDate: fixed(8, readMillis),
  SqlTime: fixed(8, readMillis),
  SqlTimestamp: fixed(TIME_WITH_NANOS, readLongAndNanos),
  Instant: fixed(TIME_WITH_NANOS, readLongAndNanos),
  LocalDate: fixed(6, readLocalDate),
  LocalTime: fixed(7, readLocalTime),
  LocalDateTime: fixed(13, (input) => {
    const [date, time] = [readLocalDate(input), readLocalTime(input)];
    return date === null ? null : `${date}T${time}`;
  }),
};

const ARRAYS: Readonly<Record<string, ValueReader>> = {
  BytePrimitiveArray: variable((input) => hexOf(input.readView(input.readCount()))),
  BooleanPrimitiveArray: readArray((input) => input.readBoolean(), 1),
  ShortPrimitiveArray: readArray((input) => input.readShort(), 2),
  IntPrimitiveArray: readArray((input) => input.readInt(), 4),
  LongPrimitiveArray: readArray(readLong, 8),
  FloatPrimitiveArray: readArray(readFloat, 4),
  DoublePrimitiveArray: readArray((input) => plainNumber(input.readDouble()), 8),
  CharPrimitiveArray: readArray(readChar, 2),
  StringArray: readArray(readText, 1),
};

const SCALAR_CLASS = /^org\.apache\.flink\.api\.common\.typeutils\.base\.(array\.)?(\w+)Serializer\$/;

/** The reader of a scalar or of an array of scalars; undefined for every other class. @internal */
export function scalarReader(className: string): ValueReader | undefined {
  const match = SCALAR_CLASS.exec(className);
  const name = match?.[2] ?? '';
  const table = match?.[1] === undefined ? SCALARS : ARRAYS;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
