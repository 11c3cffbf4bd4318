/**
 * The bytes of serializer snapshots (`docs/design/002-snapshot-format.md`). A snapshot has no length, so one of an unknown
 * class cannot be skipped: it is refused by name.
 */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import { DataOutput } from '../data-output.js';
import type { SerializerSnapshot } from '../serializer.js';
import { SNAPSHOT_CLASS } from '../serializers/snapshots.js';

/** Marks the outer form of a snapshot that is not Java-serialised. */
const OUTER_FORM = 2;
const COMPOSITE_MAGIC = 911108;
const NESTED_MAGIC = 1333245;
const NESTED_VERSION = 1;
/** Versions up to this one have no magic before a composite's outer version, and a class name after a simple one. */
const LAST_OLD_VERSION = 2;
/** Deeper nesting than this is no serializer but damage. */
const MAX_DEPTH = 32;

const NULLABLE = 'org.apache.flink.api.java.typeutils.runtime.NullableSerializer$NullableSerializerSnapshot';
const SIMPLE_CLASS =
  /^org\.apache\.flink\.api\.common\.typeutils\.base\.(array\.)?(\w+)Serializer\$\2SerializerSnapshot$/;
const OTHER_SIMPLE: readonly string[] = [
  SNAPSHOT_CLASS.voidNamespace,
  SNAPSHOT_CLASS.timeWindow,
  SNAPSHOT_CLASS.globalWindow,
];
const NO_OUTER_BYTES: readonly string[] = [
  SNAPSHOT_CLASS.list,
  SNAPSHOT_CLASS.map,
  SNAPSHOT_CLASS.timer,
  SNAPSHOT_CLASS.ttl,
  SNAPSHOT_CLASS.streamElement,
  SNAPSHOT_CLASS.bufferEntry,
];

/** Writes a snapshot as it stands in headers. @internal */
export function writeSnapshot(snapshot: SerializerSnapshot, output: DataOutput): void {
  output.writeInt(OUTER_FORM);
  writeInner(snapshot, output);
}

/** Reads what {@link writeSnapshot}, or Flink, wrote. @internal */
export function readSnapshot(input: DataInput): SerializerSnapshot {
  const form = input.readInt();
  if (form !== OUTER_FORM) input.corrupt(`${form} begins no serializer snapshot`);
  return readInner(input, 0);
}

function writeInner(snapshot: SerializerSnapshot, output: DataOutput): void {
  output.writeUtf(snapshot.className);
  output.writeInt(snapshot.version);
  const composite = snapshot.composite;
  if (composite === undefined) return;
  output.writeInt(COMPOSITE_MAGIC);
  output.writeInt(composite.outerVersion);
  output.writeBytes(composite.outerBytes);
  output.writeInt(NESTED_MAGIC);
  output.writeInt(NESTED_VERSION);
  output.writeInt(composite.nested.length);
  for (const nested of composite.nested) writeInner(nested, output);
}

function readInner(input: DataInput, depth: number): SerializerSnapshot {
  if (depth > MAX_DEPTH) input.corrupt('serializers are nested too deep');
  const className = input.readUtf();
  const version = input.readInt();
  if (SIMPLE_CLASS.test(className) || OTHER_SIMPLE.includes(className)) {
    if (version <= LAST_OLD_VERSION) input.readUtf();
    return { className, version };
  }
  const hasNoBytes = NO_OUTER_BYTES.includes(className);
  if (!hasNoBytes && className !== SNAPSHOT_CLASS.tuple && className !== NULLABLE) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      `State is written with a serializer that is not known here: ${className}.`,
    );
  }
  if (version > LAST_OLD_VERSION && input.readInt() !== COMPOSITE_MAGIC) input.corrupt(`${className} has no parts`);
  const outerVersion = input.readInt();
  const outerBytes = hasNoBytes ? new Uint8Array(0) : readOuterBytes(className, input);
  const nested = readNested(input, depth);
  return { className, version, composite: { outerVersion, outerBytes, nested } };
}

function readOuterBytes(className: string, input: DataInput): Uint8Array {
  const output = new DataOutput();
  // How many bytes follow the mark of null.
  if (className === NULLABLE) output.writeInt(input.readInt());
  else output.writeUtf(input.readUtf());
  return output.toUint8Array();
}

function readNested(input: DataInput, depth: number): SerializerSnapshot[] {
  if (input.readInt() !== NESTED_MAGIC) input.corrupt('nested serializers do not begin here');
  const version = input.readInt();
  if (version !== NESTED_VERSION) input.corrupt(`version ${version} of nested serializers is not known`);
  const count = input.readCount();
  const nested: SerializerSnapshot[] = [];
  for (let i = 0; i < count; i++) nested.push(readInner(input, depth + 1));
  return nested;
}
