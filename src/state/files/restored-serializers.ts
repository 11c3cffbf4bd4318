/**
 * Serializers made from snapshots: state of a file is read before, or without, the job saying what type it has. Longs that
 * a number cannot hold are bigints here, so that nothing is lost when the state is written again.
 */

import { FlinkError } from '../../common/errors.js';
import { mapMaker } from '../heap/composite-key-map.js';
import { GLOBAL_WINDOW, TIME_WINDOW, VOID_NAMESPACE } from '../namespaces.js';
import type { SerializerSnapshot, TypeSerializer } from '../serializer.js';
import { BufferEntrySerializer } from '../serializers/buffer-entry-serializer.js';
import { ListSerializer, MapSerializer, TupleSerializer } from '../serializers/composite-serializers.js';
import { bigintLongSerializer, longSerializer } from '../serializers/scalar-serializers.js';
import { describeSnapshot, SNAPSHOT_CLASS } from '../serializers/snapshots.js';
import { StreamElementSerializer } from '../serializers/stream-element-serializer.js';
import { TtlSerializer } from '../serializers/window-serializers.js';
import type { Type } from '../type.js';
import { Types } from '../types.js';

/** A long as a number, or as a bigint where a number is too small. */
const anyLongSerializer: TypeSerializer<number | bigint> = {
  length: 8,
  snapshot: longSerializer.snapshot,
  serialize(value, output) {
    if (typeof value === 'bigint') bigintLongSerializer.serialize(value, output);
    else longSerializer.serialize(value, output);
  },
  deserialize(input) {
    const at = input.position;
    const value = input.readSafeLong();
    if (!Number.isNaN(value)) return value;
    input.seek(at);
    return input.readLong();
  },
};

const SCALARS: readonly Type<unknown>[] = [
  Types.STRING,
  Types.BOOLEAN,
  Types.BYTE,
  Types.SHORT,
  Types.INT,
  Types.FLOAT,
  Types.DOUBLE,
  Types.BYTES,
  VOID_NAMESPACE,
  TIME_WINDOW,
  GLOBAL_WINDOW,
];

const SERIALIZERS = new Map<string, TypeSerializer<unknown>>([
  ...SCALARS.map((type) => [type.serializer.snapshot.className, type.serializer] as const),
  [longSerializer.snapshot.className, anyLongSerializer as TypeSerializer<unknown>],
]);

/** The serializer that a snapshot describes. @internal */
export function restoredSerializer(snapshot: SerializerSnapshot): TypeSerializer<unknown> {
  const scalar = SERIALIZERS.get(snapshot.className);
  if (scalar !== undefined) return scalar;
  const nested = (snapshot.composite?.nested ?? []).map(restoredSerializer);
  if (snapshot.className === SNAPSHOT_CLASS.list && nested.length === 1) return asAny(new ListSerializer(nested[0]!));
  if (snapshot.className === SNAPSHOT_CLASS.map && nested.length === 2) {
    const keys = { name: describeSnapshot(snapshot), serializer: nested[0]! };
    return asAny(new MapSerializer(nested[0]!, nested[1]!, mapMaker(keys)));
  }
  if (snapshot.className === SNAPSHOT_CLASS.tuple) return asAny(new TupleSerializer(nested));
  if (snapshot.className === SNAPSHOT_CLASS.streamElement && nested.length === 1) {
    return asAny(new StreamElementSerializer(nested[0]!));
  }
  if (snapshot.className === SNAPSHOT_CLASS.bufferEntry && nested.length === 1) {
    return asAny(new BufferEntrySerializer(nested[0]!));
  }
  if (snapshot.className === SNAPSHOT_CLASS.ttl && nested.length === 2) return asAny(new TtlSerializer(nested[1]!));
  throw new FlinkError('SNAPSHOT_UNSUPPORTED', `State of type ${describeSnapshot(snapshot)} cannot be read.`);
}

/** The namespace type that a snapshot describes. @internal */
export function restoredNamespaceType(snapshot: SerializerSnapshot): Type<unknown> {
  const known = [...SCALARS, Types.LONG].find((type) => type.serializer.snapshot.className === snapshot.className);
  if (known?.mapKey !== undefined) return known;
  throw new FlinkError(
    'SNAPSHOT_UNSUPPORTED',
    `State with namespaces of type ${describeSnapshot(snapshot)} cannot be read.`,
  );
}

function asAny<T>(serializer: TypeSerializer<T>): TypeSerializer<unknown> {
  return serializer as TypeSerializer<unknown>;
}
