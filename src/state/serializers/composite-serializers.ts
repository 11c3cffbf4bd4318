/** Serializers of lists, maps, tuples and rows: counts and parts, as Flink's serializers of the same name write them. */

import type { DataInput } from '../data-input.js';
import { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import { invalidValue } from './scalar-serializers.js';
import { compositeSnapshot, SNAPSHOT_CLASS } from './snapshots.js';

/** `List`: a count, then the elements. @internal */
export class ListSerializer<T> implements TypeSerializer<readonly T[]> {
  readonly length = -1;
  readonly snapshot;
  readonly element: TypeSerializer<T>;

  constructor(element: TypeSerializer<T>) {
    this.element = element;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.list, 1, [element.snapshot]);
  }

  serialize(value: readonly T[], output: DataOutput): void {
    if (!Array.isArray(value)) throw invalidValue(value, 'LIST');
    output.writeInt(value.length);
    for (let i = 0; i < value.length; i++) this.element.serialize(value[i]!, output);
  }

  deserialize(input: DataInput): T[] {
    const count = input.readCount();
    const list: T[] = [];
    for (let i = 0; i < count; i++) list.push(this.element.deserialize(input));
    return list;
  }
}

/** What the map serializer needs of a map. @internal */
export interface SerializableMap<K, V> extends Iterable<[K, V]> {
  readonly size: number;
  set(key: K, value: V): unknown;
}

/** `Map`: a count, then key, "is null", value. @internal */
export class MapSerializer<K, V> implements TypeSerializer<ReadonlyMap<K, V>> {
  readonly length = -1;
  readonly snapshot;
  readonly key: TypeSerializer<K>;
  readonly value: TypeSerializer<V>;
  readonly #create: () => SerializableMap<K, V>;

  constructor(
    key: TypeSerializer<K>,
    value: TypeSerializer<V>,
    create: () => SerializableMap<K, V> = () => new Map<K, V>(),
  ) {
    this.key = key;
    this.value = value;
    this.#create = create;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.map, 1, [key.snapshot, value.snapshot]);
  }

  serialize(map: ReadonlyMap<K, V>, output: DataOutput): void {
    if (typeof map !== 'object' || typeof map.size !== 'number') throw invalidValue(map, 'MAP');
    output.writeInt(map.size);
    for (const [key, value] of map) {
      this.key.serialize(key, output);
      const isNull = value === null || value === undefined;
      output.writeBoolean(isNull);
      if (!isNull) this.value.serialize(value, output);
    }
  }

  deserialize(input: DataInput): ReadonlyMap<K, V> {
    const count = input.readCount();
    const map = this.#create();
    for (let i = 0; i < count; i++) {
      const key = this.key.deserialize(input);
      map.set(key, input.readBoolean() ? (null as V) : this.value.deserialize(input));
    }
    return map as unknown as ReadonlyMap<K, V>;
  }
}

const MAX_TUPLE_FIELDS = 25;

/** Flink's snapshot of a tuple serializer: names the Java class of that many fields. @internal */
export function tupleSnapshot(fields: readonly TypeSerializer<unknown>[]) {
  const outer = new DataOutput();
  outer.writeUtf(`org.apache.flink.api.java.tuple.Tuple${fields.length}`);
  const nested = fields.map((field) => field.snapshot);
  return compositeSnapshot(SNAPSHOT_CLASS.tuple, 2, nested, outer.toUint8Array());
}

function fixedLength(fields: readonly TypeSerializer<unknown>[]): number {
  return fields.every((field) => field.length >= 0) ? fields.reduce((sum, field) => sum + field.length, 0) : -1;
}

function checkFieldCount(count: number, what: string): void {
  if (count < 1 || count > MAX_TUPLE_FIELDS) {
    throw new TypeError(`A ${what} has 1 to ${MAX_TUPLE_FIELDS} fields, not ${count}.`);
  }
}

/** `Tuple1` to `Tuple25` as an array: the fields in order. @internal */
export class TupleSerializer implements TypeSerializer<readonly unknown[]> {
  readonly length: number;
  readonly snapshot;
  readonly fields: readonly TypeSerializer<unknown>[];

  constructor(fields: readonly TypeSerializer<unknown>[]) {
    checkFieldCount(fields.length, 'tuple');
    this.fields = fields;
    this.length = fixedLength(fields);
    this.snapshot = tupleSnapshot(fields);
  }

  serialize(value: readonly unknown[], output: DataOutput): void {
    const fields = this.fields;
    if (!Array.isArray(value) || value.length !== fields.length)
      throw invalidValue(value, `TUPLE of ${fields.length} fields`);
    for (let i = 0; i < fields.length; i++) fields[i]!.serialize(value[i], output);
  }

  deserialize(input: DataInput): unknown[] {
    const value: unknown[] = [];
    for (const field of this.fields) value.push(field.deserialize(input));
    return value;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** An object with named fields, stored as the tuple of its fields in declared order. @internal */
export class RowSerializer implements TypeSerializer<Readonly<Record<string, unknown>>> {
  readonly length: number;
  readonly snapshot;
  readonly names: readonly string[];
  readonly fields: readonly TypeSerializer<unknown>[];

  constructor(names: readonly string[], fields: readonly TypeSerializer<unknown>[]) {
    checkFieldCount(fields.length, 'row');
    this.names = names;
    this.fields = fields;
    this.length = fixedLength(fields);
    this.snapshot = tupleSnapshot(fields);
  }

  serialize(value: Readonly<Record<string, unknown>>, output: DataOutput): void {
    if (!isObject(value)) throw invalidValue(value, `ROW of ${this.names.join(', ')}`);
    for (let i = 0; i < this.names.length; i++) this.fields[i]!.serialize(value[this.names[i]!], output);
  }

  deserialize(input: DataInput): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (let i = 0; i < this.names.length; i++) value[this.names[i]!] = this.fields[i]!.deserialize(input);
    return value;
  }
}
