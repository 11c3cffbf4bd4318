/** How one entry of a state becomes bytes, in the native and in the canonical layout. */

import type { DataOutput } from '../data-output.js';
import type { StateDefinition } from '../heap/state-definition.js';
import type { TypeSerializer } from '../serializer.js';
import { ListSerializer, MapSerializer } from '../serializers/composite-serializers.js';

/** Key groups up to this number take one byte before canonical keys, more take two. */
const ONE_BYTE_KEY_GROUPS = 128;
const LIST_SEPARATOR = 0x2c;
/** Returned by an encoder that wrote nothing. @internal */
export const NOTHING_WRITTEN = -1;

/** An entry as the encoders see it. @internal */
export interface EncodedEntry {
  /** The key group itself, not its place in the range. */
  readonly keyGroup: number;
  readonly key: unknown;
  readonly namespace: unknown;
  readonly value: unknown;
}

/**
 * Appends an entry. Returns where its last key-value pair begins (canonical) or where it begins (native), or
 * `NOTHING_WRITTEN`.
 *
 * @internal
 */
export type RecordEncoder = (entry: EncodedEntry, output: DataOutput) => number;

/** Native layout: namespace, key, value. @internal */
export function nativeEncoder(definition: StateDefinition, key: TypeSerializer<unknown>): RecordEncoder {
  const namespace = definition.namespaceType.serializer;
  const value = definition.serializer;
  return (entry, output) => {
    const start = output.length;
    namespace.serialize(entry.namespace, output);
    key.serialize(entry.key, output);
    value.serialize(entry.value, output);
    return start;
  };
}

/** Bytes that a length takes behind a canonical key: base 256, at least one. @internal */
export function lengthBytes(length: number): number {
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

/** Whether canonical keys need the lengths of key and namespace to be told apart. @internal */
export function isAmbiguous(key: TypeSerializer<unknown>, namespace: TypeSerializer<unknown>): boolean {
  return key.length < 0 && namespace.length < 0;
}

function writeLength(length: number, output: DataOutput): void {
  for (let bytes = lengthBytes(length), rest = length; bytes > 0; bytes--, rest >>>= 8) output.writeByte(rest & 0xff);
}

/** Writes key group, key and namespace as they begin every canonical key. */
function keyPrefixWriter(maxParallelism: number, key: TypeSerializer<unknown>, namespace: TypeSerializer<unknown>) {
  const isShort = maxParallelism <= ONE_BYTE_KEY_GROUPS;
  const hasLengths = isAmbiguous(key, namespace);
  return (entry: EncodedEntry, output: DataOutput): void => {
    if (isShort) output.writeByte(entry.keyGroup);
    else output.writeShort(entry.keyGroup);
    const keyStart = output.length;
    key.serialize(entry.key, output);
    if (hasLengths) writeLength(output.length - keyStart, output);
    const namespaceStart = output.length;
    namespace.serialize(entry.namespace, output);
    if (hasLengths) writeLength(output.length - namespaceStart, output);
  };
}

/** Begins a length-prefixed part; returns where it begins. */
function beginPart(output: DataOutput): number {
  output.writeInt(0);
  return output.length;
}

function endPart(start: number, output: DataOutput): void {
  output.setInt(start - 4, output.length - start);
}

/** Canonical layout: one pair an entry, of maps one a map entry; empty maps and lists are not written. @internal */
export function canonicalEncoder(
  definition: StateDefinition,
  key: TypeSerializer<unknown>,
  maxParallelism: number,
): RecordEncoder {
  const writePrefix = keyPrefixWriter(maxParallelism, key, definition.namespaceType.serializer);
  const serializer = definition.serializer;
  if (definition.kind === 'MAP' && serializer instanceof MapSerializer)
    return canonicalMapEncoder(serializer, writePrefix);
  const writeValue =
    definition.kind === 'LIST' && serializer instanceof ListSerializer
      ? listWriter(serializer.element)
      : (value: unknown, output: DataOutput) => serializer.serialize(value, output);
  return (entry, output) => {
    if (definition.kind === 'LIST' && (entry.value as unknown[]).length === 0) return NOTHING_WRITTEN;
    const start = output.length;
    const keyStart = beginPart(output);
    writePrefix(entry, output);
    endPart(keyStart, output);
    const valueStart = beginPart(output);
    writeValue(entry.value, output);
    endPart(valueStart, output);
    return start;
  };
}

function listWriter(element: TypeSerializer<unknown>) {
  return (value: unknown, output: DataOutput): void => {
    const list = value as readonly unknown[];
    for (let i = 0; i < list.length; i++) {
      if (i > 0) output.writeByte(LIST_SEPARATOR);
      element.serialize(list[i], output);
    }
  };
}

function canonicalMapEncoder(
  serializer: MapSerializer<unknown, unknown>,
  writePrefix: (entry: EncodedEntry, output: DataOutput) => void,
): RecordEncoder {
  return (entry, output) => {
    let start = NOTHING_WRITTEN;
    for (const [userKey, value] of entry.value as Iterable<[unknown, unknown]>) {
      start = output.length;
      const keyStart = beginPart(output);
      writePrefix(entry, output);
      serializer.key.serialize(userKey, output);
      endPart(keyStart, output);
      const valueStart = beginPart(output);
      const isNull = value === null || value === undefined;
      output.writeBoolean(isNull);
      if (!isNull) serializer.value.serialize(value, output);
      endPart(valueStart, output);
    }
    return start;
  };
}

/** A timer in the canonical layout: all of it is key, the value is empty. @internal */
export function canonicalTimerEncoder(timer: TypeSerializer<unknown>, maxParallelism: number) {
  return (value: unknown, keyGroup: number, output: DataOutput): number => {
    const start = output.length;
    const keyStart = beginPart(output);
    if (maxParallelism <= ONE_BYTE_KEY_GROUPS) output.writeByte(keyGroup);
    else output.writeShort(keyGroup);
    timer.serialize(value, output);
    endPart(keyStart, output);
    output.writeInt(0);
    return start;
  };
}
