/**
 * What the types of stored values are called, as the trailer of a snapshot tells it: bytes alone do not say which byte
 * arrays are MessagePack, nor what the fields of a row are called.
 */

import type { TypeSerializer } from '../serializer.js';
import { anySerializer } from './any-serializer.js';
import { ListSerializer, MapSerializer, RowSerializer, TupleSerializer } from './composite-serializers.js';
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
  stringSerializer,
} from './scalar-serializers.js';
import { describeSnapshot } from './snapshots.js';
import { TtlSerializer } from './window-serializers.js';

/** A state and the type of its values, for the trailer. @internal */
export interface StateDescription {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
}

const SCALARS = new Map<TypeSerializer<never>, string>([
  [anySerializer, 'ANY'],
  [bigintLongSerializer, 'LONG'],
  [booleanSerializer, 'BOOLEAN'],
  [byteSerializer, 'BYTE'],
  [bytesSerializer, 'BYTES'],
  [doubleSerializer, 'DOUBLE'],
  [floatSerializer, 'FLOAT'],
  [intSerializer, 'INT'],
  [longSerializer, 'LONG'],
  [shortSerializer, 'SHORT'],
  [stringSerializer, 'STRING'],
] as unknown as readonly [TypeSerializer<never>, string][]);

/** The name of the type that a serializer is of, such as `LIST(ANY)`. @internal */
export function typeNameOf(serializer: TypeSerializer<unknown>): string {
  const scalar = SCALARS.get(serializer as TypeSerializer<never>);
  if (scalar !== undefined) return scalar;
  if (serializer instanceof ListSerializer) return `LIST(${typeNameOf(serializer.element)})`;
  if (serializer instanceof MapSerializer) return `MAP(${typeNameOf(serializer.key)}, ${typeNameOf(serializer.value)})`;
  if (serializer instanceof TupleSerializer) return `TUPLE(${serializer.fields.map(typeNameOf).join(', ')})`;
  if (serializer instanceof RowSerializer) {
    return `ROW(${serializer.names.map((name, i) => `${name}: ${typeNameOf(serializer.fields[i]!)}`).join(', ')})`;
  }
  // The time of the last access is not the user's: the name is that of the value beside it.
  if (serializer instanceof TtlSerializer) return typeNameOf(serializer.value);
  return describeSnapshot(serializer.snapshot);
}
