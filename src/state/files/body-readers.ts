/** Reads one key group of a keyed state file into the tables, in each of the three layouts. */

import type { DataInput } from '../data-input.js';
import type { MapLike } from '../heap/composite-key-map.js';
import type { RestoreContext, RestoredState } from '../restore-keyed.js';
import type { TypeSerializer } from '../serializer.js';
import { ListSerializer, MapSerializer } from '../serializers/composite-serializers.js';
import { TimerSerializer } from '../serializers/window-serializers.js';
import { DELTA_END, DELTA_ENTRY, DELTA_REMOVED } from './delta-format.js';
import { isAmbiguous, lengthBytes } from './record-encoders.js';

const END_OF_GROUP = 0xffff;
const LAST_PAIR = 0x80;
const ONE_BYTE_KEY_GROUPS = 128;

function stateOf(restore: RestoreContext, id: number, input: DataInput): RestoredState {
  return restore.states[id] ?? input.corrupt(`state ${id} is not in the header`);
}

function readTimer(
  restore: RestoreContext,
  state: RestoredState & { type: 'timers' },
  group: number,
  input: DataInput,
): void {
  const timer = new TimerSerializer(restore.key, state.namespace).deserialize(input);
  if (!state.isKept) return;
  const owner = { key: timer.key, mapKey: restore.context.identify(timer.key), group };
  state.queue.restore(owner, timer.timestamp, timer.namespace);
}

/** Reads namespace, key and value, as native bodies and deltas have them. */
function readEntry(restore: RestoreContext, state: RestoredState, group: number, input: DataInput): void {
  if (state.type === 'timers') {
    readTimer(restore, state, group, input);
    return;
  }
  const namespace = state.definition.namespaceType.serializer.deserialize(input);
  const key = restore.key.deserialize(input);
  const value = state.definition.serializer.deserialize(input);
  state.table.restore(group, key, restore.context.identify(key), namespace, value);
}

/** Reads a key group of a native body; where compressed, the number and each section are inputs of their own. @internal */
export function readNativeGroup(restore: RestoreContext, keyGroup: number, inputs: readonly DataInput[]): void {
  const group = keyGroup - restore.context.firstKeyGroup;
  let at = 0;
  let input = inputs[at]!;
  const stored = input.readInt();
  if (stored !== keyGroup) input.corrupt(`key group ${keyGroup} is expected, ${stored} is there`);
  for (let rest = restore.states.length; rest > 0; rest--) {
    if (input.remaining === 0 && at + 1 < inputs.length) input = inputs[++at]!;
    const state = stateOf(restore, input.readUnsignedShort(), input);
    for (let entries = input.readCount(); entries > 0; entries--) readEntry(restore, state, group, input);
  }
}

/** Reads a key group of a delta. @internal */
export function readDeltaGroup(restore: RestoreContext, group: number, input: DataInput): void {
  for (let id = input.readUnsignedShort(); id !== END_OF_GROUP; id = input.readUnsignedShort()) {
    const state = stateOf(restore, id, input);
    for (let mark = input.readByte(); mark !== DELTA_END; mark = input.readByte()) {
      if (mark === DELTA_ENTRY) readEntry(restore, state, group, input);
      else if (mark === DELTA_REMOVED) readRemoval(restore, state, group, input);
      else input.corrupt(`${mark} begins no record of a delta`);
    }
  }
}

function readRemoval(restore: RestoreContext, state: RestoredState, group: number, input: DataInput): void {
  if (state.type === 'timers') input.corrupt('a timer cannot be removed by a delta');
  const namespace = state.definition.namespaceType.serializer.deserialize(input);
  const key = restore.key.deserialize(input);
  state.table.forget(group, restore.context.identify(key), namespace);
}

/** Reads a key group of a canonical body. @internal */
export function readCanonicalGroup(restore: RestoreContext, group: number, input: DataInput): void {
  for (let id = input.readUnsignedShort(); id !== END_OF_GROUP; id = input.readUnsignedShort()) {
    const state = stateOf(restore, id, input);
    for (let isLast = false; !isLast; ) isLast = readPair(restore, state, group, input);
  }
}

/** Reads one key-value pair; true when it is the last of its section. */
function readPair(restore: RestoreContext, state: RestoredState, group: number, input: DataInput): boolean {
  const keyEnd = input.readCount() + input.position;
  const prefix = restore.maxParallelism <= ONE_BYTE_KEY_GROUPS ? input.readUnsignedByte() : input.readUnsignedShort();
  const mark = restore.maxParallelism <= ONE_BYTE_KEY_GROUPS ? LAST_PAIR : LAST_PAIR << 8;
  const stored = prefix & ~mark;
  if (stored !== group + restore.context.firstKeyGroup) {
    input.corrupt(`a key of key group ${stored} stands in key group ${group + restore.context.firstKeyGroup}`);
  }
  if (state.type === 'timers') {
    readTimer(restore, state, group, input);
    input.skip(input.readCount(0));
  } else {
    readKeyed(restore, state, group, { input, keyEnd });
  }
  return (prefix & mark) !== 0;
}

function readKeyed(
  restore: RestoreContext,
  state: RestoredState & { type: 'keyed' },
  group: number,
  pair: { readonly input: DataInput; readonly keyEnd: number },
): void {
  const { input, keyEnd } = pair;
  const { definition, table } = state;
  const namespaces = definition.namespaceType.serializer;
  const hasLengths = isAmbiguous(restore.key, namespaces);
  const key = readPart(restore.key, hasLengths, input);
  const namespace = readPart(namespaces, hasLengths, input);
  const mapKey = restore.context.identify(key);
  const { serializer } = definition;
  if (definition.kind === 'MAP' && serializer instanceof MapSerializer) {
    const userKey = serializer.key.deserialize(input);
    let map = table.peek(group, mapKey, namespace)?.value as MapLike<unknown, unknown> | undefined;
    if (map === undefined) {
      map = definition.createMap!();
      table.restore(group, key, mapKey, namespace, map);
    }
    map.set(userKey, readMapValue(serializer.value, keyEnd, input));
    return;
  }
  const valueEnd = beginValue(keyEnd, input);
  const value =
    definition.kind === 'LIST' && serializer instanceof ListSerializer
      ? readList(serializer.element, valueEnd, input)
      : serializer.deserialize(input);
  endValue(valueEnd, input);
  table.restore(group, key, mapKey, namespace, value);
}

function readPart(serializer: TypeSerializer<unknown>, hasLength: boolean, input: DataInput): unknown {
  const start = input.position;
  const value = serializer.deserialize(input);
  if (hasLength) input.skip(lengthBytes(input.position - start));
  return value;
}

/** Checks that the key ended where it should; returns where the value ends. */
function beginValue(keyEnd: number, input: DataInput): number {
  if (input.position !== keyEnd) input.corrupt('a key does not end where its length says');
  return input.readCount() + input.position;
}

function endValue(valueEnd: number, input: DataInput): void {
  if (input.position !== valueEnd) input.corrupt('a value does not end where its length says');
}

function readMapValue(serializer: TypeSerializer<unknown>, keyEnd: number, input: DataInput): unknown {
  const valueEnd = beginValue(keyEnd, input);
  if (input.readBoolean()) {
    // Flink's heap backend writes the serializer's bytes of null behind the mark, RocksDB does not.
    input.seek(valueEnd);
    return null;
  }
  const value = serializer.deserialize(input);
  endValue(valueEnd, input);
  return value;
}

function readList(element: TypeSerializer<unknown>, valueEnd: number, input: DataInput): unknown[] {
  const list: unknown[] = [];
  while (input.position < valueEnd) {
    list.push(element.deserialize(input));
    if (input.position < valueEnd) input.skip(1);
  }
  return list;
}
