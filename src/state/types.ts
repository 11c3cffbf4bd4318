/**
 * The table of types. A type says how state is stored and how a key is hashed, and infers the TypeScript type. The
 * encodings are Flink's, so that a real Flink reads the state.
 */

import { FlinkError } from '../common/errors.js';
import { hashBoolean, hashDouble, hashFloat, hashLong, hashSafeLong, hashString } from './java-hash.js';
import type { TypeSerializer } from './serializer.js';
import { anySerializer } from './serializers/any-serializer.js';
import { ListSerializer, MapSerializer, RowSerializer, TupleSerializer } from './serializers/composite-serializers.js';
import {
  bigintLongSerializer,
  booleanSerializer,
  byteSerializer,
  bytesSerializer,
  doubleSerializer,
  floatSerializer,
  intSerializer,
  longSerializer,
  shortSerializer,
  show,
  stringSerializer,
} from './serializers/scalar-serializers.js';
import type { Type, TypeOf } from './type.js';

type MapKey = string | number | boolean | bigint;

function keyType<T>(
  name: string,
  serializer: TypeSerializer<T>,
  isValid: (value: T) => boolean,
  hash: (value: T) => number,
  mapKey: (value: T) => MapKey = (value) => value as MapKey,
): Type<T> {
  return {
    name,
    serializer,
    mapKey,
    hash(value) {
      if (!isValid(value)) throw new FlinkError('KEY_INVALID', `The key ${show(value)} is no ${name}.`);
      return hash(value);
    },
  };
}

function isWithin(limit: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= -limit && value < limit;
}

const identity = (value: number): number => value | 0;
/** A Map holds 0 and -0 as one key, Flink does not. */
const realMapKey = (value: number): MapKey => (Object.is(value, -0) ? '-0' : value);
const isNumber = (value: number): boolean => typeof value === 'number';

const STRING = keyType('STRING', stringSerializer, (value) => typeof value === 'string', hashString);
const BOOLEAN = keyType('BOOLEAN', booleanSerializer, (value) => typeof value === 'boolean', hashBoolean);
const BYTE = keyType('BYTE', byteSerializer, isWithin(2 ** 7), identity);
const SHORT = keyType('SHORT', shortSerializer, isWithin(2 ** 15), identity);
const INT = keyType('INT', intSerializer, isWithin(2 ** 31), identity);
const LONG = keyType('LONG', longSerializer, Number.isSafeInteger, hashSafeLong);
const isLong = (value: bigint): boolean => typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
const LONG_BIGINT = keyType('LONG_BIGINT', bigintLongSerializer, isLong, hashLong);
const FLOAT = keyType('FLOAT', floatSerializer, isNumber, hashFloat, (value) => realMapKey(Math.fround(value)));
const DOUBLE = keyType('DOUBLE', doubleSerializer, isNumber, hashDouble, realMapKey);
const BYTES: Type<Uint8Array> = { name: 'BYTES', serializer: bytesSerializer };
const ANY_TYPE: Type<unknown> = { name: 'ANY', serializer: anySerializer };

/** A type of lists. */
function LIST<T>(element: Type<T>): Type<readonly T[]> {
  return { name: `LIST(${element.name})`, serializer: new ListSerializer(element.serializer) };
}

/** A type of maps. */
function MAP<K, V>(key: Type<K>, value: Type<V>): Type<ReadonlyMap<K, V>> {
  return { name: `MAP(${key.name}, ${value.name})`, serializer: new MapSerializer(key.serializer, value.serializer) };
}

function joinedHash(fields: readonly Type<unknown>[], at: (i: number) => unknown): number {
  let hash = 0;
  for (let i = 0; i < fields.length; i++) {
    const value = at(i);
    const own = value === null || value === undefined ? 0 : fields[i]!.hash!(value);
    hash = (Math.imul(hash, 31) + own) | 0;
  }
  return hash;
}

function joinedMapKey(fields: readonly Type<unknown>[], at: (i: number) => unknown): string {
  let joined = '';
  for (let i = 0; i < fields.length; i++) {
    const value = at(i);
    const part = value === null || value === undefined ? '' : String(fields[i]!.mapKey!(value));
    joined += value === null || value === undefined ? 'n' : `${part.length}:${part}`;
  }
  return joined;
}

/** A type of arrays of fixed length, Flink's `Tuple1` to `Tuple25`. */
function TUPLE<const F extends readonly Type<unknown>[]>(
  ...fields: F
): Type<{ readonly [I in keyof F]: TypeOf<F[I]> }> {
  const types: readonly Type<unknown>[] = fields;
  const name = `TUPLE(${types.map((field) => field.name).join(', ')})`;
  const serializer = new TupleSerializer(types.map((field) => field.serializer));
  const isKey = types.every((field) => field.hash !== undefined);
  if (!isKey) return { name, serializer } as unknown as Type<{ readonly [I in keyof F]: TypeOf<F[I]> }>;
  const type = keyType<readonly unknown[]>(
    name,
    serializer,
    (value) => Array.isArray(value) && value.length === types.length,
    (value) => joinedHash(types, (i) => value[i]),
    (value) => joinedMapKey(types, (i) => value[i]),
  );
  return type as unknown as Type<{ readonly [I in keyof F]: TypeOf<F[I]> }>;
}

type RowOf<F extends Readonly<Record<string, Type<unknown>>>> = { [Name in keyof F]: TypeOf<F[Name]> };

/** A type of objects with these fields, stored as the tuple of the fields in the order given; at most 25. */
function ROW<F extends Readonly<Record<string, Type<unknown>>>>(fields: F): Type<RowOf<F>> {
  const names = Object.keys(fields);
  const types = names.map((name) => fields[name]!);
  const name = `ROW(${names.map((field, i) => `${field}: ${types[i]!.name}`).join(', ')})`;
  const serializer = new RowSerializer(
    names,
    types.map((type) => type.serializer),
  );
  const isKey = types.every((field) => field.hash !== undefined);
  if (!isKey) return { name, serializer } as unknown as Type<RowOf<F>>;
  const type = keyType<Readonly<Record<string, unknown>>>(
    name,
    serializer,
    (value: unknown) => typeof value === 'object' && value !== null,
    (value) => joinedHash(types, (i) => value[names[i]!]),
    (value) => joinedMapKey(types, (i) => value[names[i]!]),
  );
  return type as unknown as Type<RowOf<F>>;
}

/** How values are stored, how keys are hashed, and which TypeScript type both have. */
export const Types = {
  STRING,
  BOOLEAN,
  BYTE,
  SHORT,
  INT,
  LONG,
  LONG_BIGINT,
  FLOAT,
  DOUBLE,
  BYTES,
  LIST,
  MAP,
  TUPLE,
  ROW,
  /** Any plain value, stored as MessagePack. */
  ANY: <T = unknown>(): Type<T> => ANY_TYPE as Type<T>,
} as const;
