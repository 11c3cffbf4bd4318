/**
 * Readers of values by what the snapshot says of their serializers. What cannot be read without the job's classes (Kryo,
 * Java serialization, classes of the user) gives a reader that throws {@link isUndecodable}; a caller that knows where
 * such a value ends shows its bytes and goes on.
 */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../../state/data-input.js';
import { anySerializer } from '../../state/serializers/any-serializer.js';
import { SNAPSHOT_CLASS } from '../../state/serializers/snapshots.js';
import { type PlainValue, plainMap, plainObject, plainOfAny } from './plain-value.js';
import { scalarReader, type ValueReader } from './scalar-readers.js';
import { describeTree, MORE_CLASSES, type NamedTree, type SerializerTree } from './serializer-tree.js';
import type { TypeName } from './type-name.js';

const WITH_TIMESTAMP = 0;
const LONG_NONE = -(2n ** 63n);
/** The first byte of a POJO. */
const POJO = { null: 1, sameClass: 2, namedSubclass: 4, numberedSubclass: 8 };
const NO_TIMESTAMP = null;

/** Whether the error says that a value cannot be read without the job's classes. @internal */
export function isUndecodable(error: unknown): boolean {
  return error instanceof FlinkError && error.code === 'SNAPSHOT_UNSUPPORTED';
}

/**
 * The reader of a type; `typeName` is what our own trailer calls it, which tells MessagePack from other bytes, and rows
 * from tuples.
 *
 * @internal
 */
export function valueReader(tree: SerializerTree | undefined, typeName?: TypeName): ValueReader {
  if (tree === undefined) return undecodableReader('unknown');
  if (tree.className === SNAPSHOT_CLASS.bytes && typeName?.name === 'ANY') return anyReader;
  const scalar = scalarReader(tree.className);
  if (scalar !== undefined) return scalar;
  const parts = tree.parts.map((part, i) => valueReader(part, typeName?.parts[i]));
  const [first, second] = parts;
  switch (tree.className) {
    case SNAPSHOT_CLASS.voidNamespace:
      return voidReader;
    case SNAPSHOT_CLASS.globalWindow:
      return globalWindowReader;
    case SNAPSHOT_CLASS.timeWindow:
      return timeWindowReader;
    case SNAPSHOT_CLASS.tuple:
      return typeName?.fields === undefined ? tupleReader(parts) : rowReader(parts, typeName.fields);
    case SNAPSHOT_CLASS.list:
    case MORE_CLASSES.arrayList:
    case MORE_CLASSES.set:
      return parts.length === 1 ? listReader(first!) : undecodableReader(describeTree(tree));
    case SNAPSHOT_CLASS.map:
      return parts.length === 2 ? mapReader(first!, second!) : undecodableReader(describeTree(tree));
    // The name of a type with a time to live is that of the value in it.
    case SNAPSHOT_CLASS.ttl:
      return parts.length === 2 ? ttlReader(valueReader(tree.parts[1], typeName)) : undecodableReader('TTL');
    case SNAPSHOT_CLASS.timer:
      return parts.length === 2 ? timerReader(parts) : undecodableReader('TIMER');
    case SNAPSHOT_CLASS.streamElement:
      return parts.length === 1 ? streamRecordReader(first!) : undecodableReader('STREAM_RECORD');
    default:
      return javaReader(tree, parts);
  }
}

function javaReader(tree: SerializerTree, parts: readonly ValueReader[]): ValueReader {
  const [first] = parts;
  switch (tree.className) {
    case MORE_CLASSES.nullable:
      if (first !== undefined) return nullableReader(first, tree.padding ?? 0);
      break;
    case MORE_CLASSES.array:
      if (first !== undefined) return arrayReader(first);
      break;
    case MORE_CLASSES.enum:
      return enumReader(tree.constants ?? []);
    case MORE_CLASSES.pojo:
      return pojoReader(tree);
    case MORE_CLASSES.either:
    case MORE_CLASSES.javaEither:
      if (parts.length === 2) return eitherReader(parts);
      break;
  }
  return undecodableReader(describeTree(tree));
}

function undecodableReader(what: string): ValueReader {
  return {
    length: -1,
    read() {
      throw new FlinkError('SNAPSHOT_UNSUPPORTED', `Values of type ${what} cannot be decoded without the job.`);
    },
  };
}

const voidReader: ValueReader = {
  length: 0,
  read(input) {
    input.skip(1);
    return null;
  },
};

const globalWindowReader: ValueReader = {
  length: 1,
  read(input) {
    input.skip(1);
    return 'GLOBAL';
  },
};

const timeWindowReader: ValueReader = {
  length: 16,
  read: (input) => [`${input.readLong()}`, `${input.readLong()}`],
};

const anyReader: ValueReader = { length: -1, read: (input) => plainOfAny(anySerializer.deserialize(input)) };

function lengthOf(parts: readonly ValueReader[]): number {
  return parts.every((part) => part.length >= 0) ? parts.reduce((sum, part) => sum + part.length, 0) : -1;
}

function tupleReader(parts: readonly ValueReader[]): ValueReader {
  return { length: lengthOf(parts), read: (input) => parts.map((part) => part.read(input)) };
}

function rowReader(parts: readonly ValueReader[], names: readonly string[]): ValueReader {
  return {
    length: lengthOf(parts),
    read: (input) => plainObject(parts.map((part, i) => [names[i] ?? `f${i}`, part.read(input)] as const)),
  };
}

function listReader(element: ValueReader): ValueReader {
  return {
    length: -1,
    read(input) {
      const items: PlainValue[] = [];
      for (let rest = input.readCount(); rest > 0; rest--) items.push(element.read(input));
      return items;
    },
  };
}

/** Its own name, so that the readers of canonical bodies can take keys and values apart. @internal */
export class MapReader implements ValueReader {
  readonly length = -1;
  readonly key: ValueReader;
  readonly value: ValueReader;

  constructor(key: ValueReader, value: ValueReader) {
    this.key = key;
    this.value = value;
  }

  read(input: DataInput): PlainValue {
    const pairs: (readonly [PlainValue, PlainValue])[] = [];
    for (let rest = input.readCount(2); rest > 0; rest--) {
      const key = this.key.read(input);
      pairs.push([key, input.readBoolean() ? null : this.value.read(input)]);
    }
    return plainMap(pairs);
  }
}

function mapReader(key: ValueReader, value: ValueReader): ValueReader {
  return new MapReader(key, value);
}

/** The user's value; the time of its last access is not shown. */
function ttlReader(value: ValueReader): ValueReader {
  return {
    length: value.length < 0 ? -1 : value.length + 8,
    read(input) {
      input.skip(8);
      return value.read(input);
    },
  };
}

/** The sign bit of the time is flipped, so that the bytes sort by it. */
function timerReader([key, namespace]: readonly ValueReader[]): ValueReader {
  return {
    length: -1,
    read(input) {
      const timestamp = `${BigInt.asIntN(64, input.readLong() ^ LONG_NONE)}`;
      return { timestamp, key: key!.read(input), namespace: namespace!.read(input) };
    },
  };
}

function streamRecordReader(value: ValueReader): ValueReader {
  return {
    length: -1,
    read(input) {
      const tag = input.readByte();
      if (tag !== WITH_TIMESTAMP && tag !== WITH_TIMESTAMP + 1) input.corrupt(`${tag} begins no record`);
      const time = tag === WITH_TIMESTAMP ? input.readLong() : LONG_NONE;
      const timestamp = time === LONG_NONE ? NO_TIMESTAMP : `${time}`;
      return { timestamp, value: value.read(input) };
    },
  };
}

function nullableReader(value: ValueReader, padding: number): ValueReader {
  return {
    length: padding > 0 && value.length >= 0 ? value.length + 1 : -1,
    read(input) {
      if (!input.readBoolean()) return value.read(input);
      input.skip(padding);
      return null;
    },
  };
}

function arrayReader(element: ValueReader): ValueReader {
  return {
    length: -1,
    read(input) {
      const items: PlainValue[] = [];
      for (let rest = input.readCount(); rest > 0; rest--) items.push(input.readBoolean() ? element.read(input) : null);
      return items;
    },
  };
}

function enumReader(constants: readonly string[]): ValueReader {
  return {
    length: 4,
    read(input) {
      const index = input.readInt();
      return constants[index] ?? input.corrupt(`constant ${index} of ${constants.length} is asked for`);
    },
  };
}

function eitherReader(parts: readonly ValueReader[]): ValueReader {
  return {
    length: -1,
    read(input) {
      const isLeft = input.readBoolean();
      return plainObject([[isLeft ? 'left' : 'right', parts[isLeft ? 0 : 1]!.read(input)]]);
    },
  };
}

/** The fields of a POJO by name; of a subclass, its own fields, and its class where it is written by name. */
function pojoReader(tree: SerializerTree): ValueReader {
  const fields = namedReaders(tree.fields ?? []);
  const registered = namedReaders(tree.registered ?? []);
  const unregistered = namedReaders(tree.unregistered ?? []);
  const unknownClass = undecodableReader(`POJO<a subclass of ${tree.javaClass}>`);
  return {
    length: -1,
    read(input) {
      const flags = input.readUnsignedByte();
      if ((flags & POJO.null) !== 0) return null;
      if ((flags & POJO.namedSubclass) !== 0) {
        const name = input.readUtf();
        return (unregistered.find((each) => each.name === name)?.reader ?? unknownClass).read(input);
      }
      if ((flags & POJO.numberedSubclass) !== 0) {
        return (registered[input.readUnsignedByte()]?.reader ?? unknownClass).read(input);
      }
      if (flags !== POJO.sameClass) input.corrupt(`${flags} begins no POJO`);
      const values: (readonly [string, PlainValue])[] = [];
      for (const { name, reader } of fields) values.push([name, input.readBoolean() ? null : reader.read(input)]);
      return plainObject(values);
    },
  };
}

function namedReaders(trees: readonly NamedTree[]): { readonly name: string; readonly reader: ValueReader }[] {
  return trees.map(({ name, type }) => ({ name, reader: valueReader(type) }));
}
