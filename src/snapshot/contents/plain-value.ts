/**
 * Values of state as JSON can hold them without loss: longs and times are decimal strings, bytes are hexadecimal, tuples and
 * lists are arrays, maps are arrays of pairs, POJOs are objects.
 */

import { FlinkError } from '../../common/errors.js';

/** See the file comment. @internal */
export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

/** Stands for what cannot be decoded without the job: the type, and the bytes where their extent is known. @internal */
export function undecoded(type: string, bytes?: Uint8Array): PlainValue {
  return { undecoded: type, ...(bytes !== undefined && { bytes: hexOf(bytes) }) };
}

/** Lower-case hexadecimal digits. @internal */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** JSON has no words for the special numbers, and loses the sign of zero. @internal */
export function plainNumber(value: number): PlainValue {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** An object of these fields, whatever they are called: `__proto__` is a name like any other. @internal */
export function plainObject(fields: Iterable<readonly [string, PlainValue]>): PlainValue {
  const object: Record<string, PlainValue> = Object.create(null);
  for (const [name, value] of fields) object[name] = value;
  return object;
}

/** The pairs of a map in the order of their keys' texts, which does not depend on how they were stored. @internal */
export function plainMap(pairs: readonly (readonly [PlainValue, PlainValue])[]): PlainValue {
  const keyed = pairs.map((pair) => ({ pair, text: textOfKey(pair[0]) }));
  keyed.sort((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)));
  return keyed.map(({ pair }) => [...pair]);
}

/** A key as a person writes it: a text as it is, everything else as JSON. @internal */
export function textOfKey(key: PlainValue): string {
  return typeof key === 'string' ? key : JSON.stringify(key);
}

/** Values nested deeper are damage: nothing that prints them could follow. */
const MAX_DEPTH = 500;

/**
 * What MessagePack gave back: our own values without a declared type.
 *
 * @throws FlinkError `SNAPSHOT_CORRUPT` for a value that is nested too deep.
 * @internal
 */
export function plainOfAny(value: unknown, depth = 0): PlainValue {
  if (depth > MAX_DEPTH) throw new FlinkError('SNAPSHOT_CORRUPT', 'A stored value is nested too deep.');
  if (value === undefined || value === null) return null;
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value;
    case 'number':
      return plainNumber(value);
    case 'bigint':
      return value.toString();
    case 'object':
      return plainOfObject(value, (part) => plainOfAny(part, depth + 1));
    default:
      return String(value);
  }
}

function plainOfObject(value: object, plain: (part: unknown) => PlainValue): PlainValue {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return plainMap([...value].map(([key, item]) => [plain(key), plain(item)]));
  if (value instanceof Set) return [...value].map(plain);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return hexOf(value);
  if (value instanceof DataView) return hexOf(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number | bigint>, plain);
  if (value instanceof ArrayBuffer) return hexOf(new Uint8Array(value));
  if (value instanceof RegExp || value instanceof Error) return String(value);
  return plainObject(Object.entries(value).map(([name, field]) => [name, plain(field)] as const));
}
