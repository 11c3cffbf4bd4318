/**
 * What a snapshot says about the serializers of its state, read without the job: a tree of Java's snapshot classes. It knows
 * more shapes than a restore does (POJOs, enums, arrays, Kryo), since looking at state needs no class to restore into. A
 * snapshot has no length, so an unknown class ends the reading: `SNAPSHOT_UNSUPPORTED`, and the caller looks for where to
 * go on.
 */

import { FlinkError } from '../../common/errors.js';
import { DataInput } from '../../state/data-input.js';
import { SNAPSHOT_CLASS } from '../../state/serializers/snapshots.js';

/** A field of a POJO; `type` is undefined where its serializer is not known here. @internal */
export interface NamedTree {
  readonly name: string;
  readonly type: SerializerTree | undefined;
}

/** A serializer, as far as its snapshot tells. @internal */
export interface SerializerTree {
  readonly className: string;
  readonly parts: readonly SerializerTree[];
  /** The Java class of the values: of tuples, POJOs, enums, arrays, and what Kryo writes. */
  readonly javaClass?: string;
  /** Of a POJO, in the order in which they are written. */
  readonly fields?: readonly NamedTree[];
  /** Of a POJO: subclasses that have a number (the index), and those that are written by name. */
  readonly registered?: readonly NamedTree[];
  readonly unregistered?: readonly NamedTree[];
  /** Of an enum, by number. */
  readonly constants?: readonly string[];
  /** Of a nullable value: how many bytes follow the mark of null. */
  readonly padding?: number;
}

const OUTER_FORM = 2;
const COMPOSITE_MAGIC = 911108;
const NESTED_MAGIC = 1333245;
const OPTIONAL_MAP_MAGIC = 0x4f2c69a3d70n;
/** Versions up to this one have no magic before a composite's outer version, and a class name after a simple one. */
const LAST_OLD_VERSION = 2;
/** Deeper nesting is no serializer but damage. */
const MAX_DEPTH = 32;

const RUNTIME = 'org.apache.flink.api.java.typeutils.runtime.';
/** Snapshot classes that only this reader knows. @internal */
export const MORE_CLASSES = {
  pojo: `${RUNTIME}PojoSerializerSnapshot`,
  nullable: `${RUNTIME}NullableSerializer$NullableSerializerSnapshot`,
  kryo: `${RUNTIME}kryo.KryoSerializerSnapshot`,
  either: `${RUNTIME}EitherSerializerSnapshot`,
  javaEither: `${RUNTIME}JavaEitherSerializerSnapshot`,
  enum: 'org.apache.flink.api.common.typeutils.base.EnumSerializer$EnumSerializerSnapshot',
  array: 'org.apache.flink.api.common.typeutils.base.GenericArraySerializerSnapshot',
  set: 'org.apache.flink.api.common.typeutils.base.SetSerializerSnapshot',
  arrayList: 'org.apache.flink.runtime.state.ArrayListSerializerSnapshot',
  java: 'org.apache.flink.runtime.state.JavaSerializer$JavaSerializerSnapshot',
} as const;

const SIMPLE_CLASS =
  /^org\.apache\.flink\.api\.common\.typeutils\.base\.(array\.)?(\w+)Serializer\$\2SerializerSnapshot$/;
const OTHER_SIMPLE = new Set<string>([
  SNAPSHOT_CLASS.voidNamespace,
  SNAPSHOT_CLASS.timeWindow,
  SNAPSHOT_CLASS.globalWindow,
  MORE_CLASSES.java,
]);
/** Composites that write nothing between their version and their parts. */
const PLAIN_COMPOSITES = new Set<string>([
  SNAPSHOT_CLASS.list,
  SNAPSHOT_CLASS.map,
  SNAPSHOT_CLASS.timer,
  SNAPSHOT_CLASS.ttl,
  SNAPSHOT_CLASS.streamElement,
  MORE_CLASSES.either,
  MORE_CLASSES.javaEither,
  MORE_CLASSES.set,
  MORE_CLASSES.arrayList,
]);
/** Composites that name a Java class there. */
const NAMING_COMPOSITES = new Set<string>([SNAPSHOT_CLASS.tuple, MORE_CLASSES.array]);

/**
 * Reads a serializer snapshot as it stands in headers.
 *
 * @throws FlinkError `SNAPSHOT_UNSUPPORTED` at a class whose extent is not known.
 * @internal
 */
export function readSerializerTree(input: DataInput): SerializerTree {
  const form = input.readInt();
  if (form === 1) throw unknown('one that Flink wrote before 1.8');
  if (form !== OUTER_FORM) input.corrupt(`${form} begins no serializer snapshot`);
  return readInnerTree(input);
}

/** The same without the mark of the outer form, as parts and raw timers have it. @internal */
export function readInnerTree(input: DataInput, depth = 0): SerializerTree {
  if (depth > MAX_DEPTH) input.corrupt('serializers are nested too deep');
  const className = input.readUtf();
  const version = input.readInt();
  if (OTHER_SIMPLE.has(className) || (SIMPLE_CLASS.test(className) && className !== MORE_CLASSES.enum)) {
    if (version <= LAST_OLD_VERSION) input.readUtf();
    return { className, parts: [] };
  }
  switch (className) {
    case MORE_CLASSES.enum:
      return { className, parts: [], javaClass: input.readUtf(), constants: readTexts(input) };
    case MORE_CLASSES.pojo:
      return readPojo(className, input, depth);
    case MORE_CLASSES.kryo:
      return readKryo(className, input);
    default:
      return readComposite(className, version, input, depth);
  }
}

function readComposite(className: string, version: number, input: DataInput, depth: number): SerializerTree {
  const isNaming = NAMING_COMPOSITES.has(className);
  const isNullable = className === MORE_CLASSES.nullable;
  if (!isNaming && !isNullable && !PLAIN_COMPOSITES.has(className)) throw unknown(className);
  if (version > LAST_OLD_VERSION && input.readInt() !== COMPOSITE_MAGIC) input.corrupt(`${className} has no parts`);
  input.readInt();
  if (isNaming) return { className, javaClass: input.readUtf(), parts: readParts(input, depth) };
  if (isNullable) return { className, padding: input.readInt(), parts: readParts(input, depth) };
  return { className, parts: readParts(input, depth) };
}

function readParts(input: DataInput, depth: number): SerializerTree[] {
  if (input.readInt() !== NESTED_MAGIC) input.corrupt('nested serializers do not begin here');
  const version = input.readInt();
  if (version !== 1) input.corrupt(`version ${version} of nested serializers is not known`);
  const parts: SerializerTree[] = [];
  for (let rest = input.readCount(6); rest > 0; rest--) parts.push(readInnerTree(input, depth + 1));
  return parts;
}

function readPojo(className: string, input: DataInput, depth: number): SerializerTree {
  const javaClass = input.readUtf();
  const fields = readOptionalMap(input, depth);
  const registered = readOptionalMap(input, depth);
  return { className, parts: [], javaClass, fields, registered, unregistered: readOptionalMap(input, depth) };
}

function readKryo(className: string, input: DataInput): SerializerTree {
  const javaClass = input.readUtf();
  // Registrations, default serializers, and their classes: what only Kryo can use.
  for (let maps = 0; maps < 3; maps++) skipOptionalMap(input);
  return { className, parts: [], javaClass };
}

/** A map whose keys and values stand in frames of known length, so that what is not known can be passed over. */
function readOptionalMap(input: DataInput, depth: number): NamedTree[] {
  const entries: NamedTree[] = [];
  forEachFrame(input, (name, frame) => {
    entries.push({ name, type: frame === undefined ? undefined : readFramedTree(frame, depth) });
  });
  return entries;
}

function skipOptionalMap(input: DataInput): void {
  forEachFrame(input, () => {});
}

function forEachFrame(input: DataInput, take: (name: string, frame: Uint8Array | undefined) => void): void {
  if (input.readLong() !== OPTIONAL_MAP_MAGIC) input.corrupt('a map of named parts does not begin here');
  for (let rest = input.readCount(4); rest > 0; rest--) {
    const name = input.readUtf();
    if (input.readBoolean()) input.skip(input.readCount());
    take(name, input.readBoolean() ? input.readView(input.readCount()) : undefined);
  }
}

function readFramedTree(frame: Uint8Array, depth: number): SerializerTree | undefined {
  try {
    return readInnerTree(new DataInput(frame), depth + 1);
  } catch (error) {
    if (error instanceof FlinkError && error.code === 'SNAPSHOT_UNSUPPORTED') return undefined;
    throw error;
  }
}

function readTexts(input: DataInput): string[] {
  const texts: string[] = [];
  for (let rest = input.readCount(2); rest > 0; rest--) texts.push(input.readUtf());
  return texts;
}

function unknown(className: string): FlinkError {
  return new FlinkError('SNAPSHOT_UNSUPPORTED', `The serializer of the state is not known here: ${className}.`);
}

const NAMES = new Map<string, string>([
  [SNAPSHOT_CLASS.bytes, 'BYTES'],
  [SNAPSHOT_CLASS.list, 'LIST'],
  [SNAPSHOT_CLASS.map, 'MAP'],
  [SNAPSHOT_CLASS.tuple, 'TUPLE'],
  [SNAPSHOT_CLASS.voidNamespace, 'VOID'],
  [SNAPSHOT_CLASS.timeWindow, 'TIME_WINDOW'],
  [SNAPSHOT_CLASS.globalWindow, 'GLOBAL_WINDOW'],
  [SNAPSHOT_CLASS.timer, 'TIMER'],
  [SNAPSHOT_CLASS.ttl, 'TTL'],
  [SNAPSHOT_CLASS.streamElement, 'STREAM_RECORD'],
  [MORE_CLASSES.pojo, 'POJO'],
  [MORE_CLASSES.nullable, 'NULLABLE'],
  [MORE_CLASSES.kryo, 'KRYO'],
  [MORE_CLASSES.enum, 'ENUM'],
  [MORE_CLASSES.array, 'ARRAY'],
  [MORE_CLASSES.set, 'SET'],
  [MORE_CLASSES.arrayList, 'LIST'],
  [MORE_CLASSES.java, 'JAVA'],
]);

/** A serializer in a few words, such as `MAP<STRING,LONG>`. @internal */
export function describeTree(tree: SerializerTree): string {
  const name = NAMES.get(tree.className) ?? simpleName(tree.className);
  if (tree.fields !== undefined) {
    const fields = tree.fields.map((field) => `${field.name}:${field.type ? describeTree(field.type) : '?'}`);
    return `${name}<${tree.javaClass}>(${fields.join(',')})`;
  }
  if (tree.parts.length > 0) return `${name}<${tree.parts.map(describeTree).join(',')}>`;
  return tree.javaClass === undefined || name === 'TUPLE' ? name : `${name}<${tree.javaClass}>`;
}

/** `IntPrimitiveArray` and the like become `INT_PRIMITIVE_ARRAY`. */
function simpleName(className: string): string {
  const last = className.split(/[.$]/).at(-1) ?? className;
  return last
    .replace(/Serializer(Snapshot)?$/, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();
}
