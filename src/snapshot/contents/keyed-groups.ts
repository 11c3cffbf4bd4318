/**
 * Reads the entries of one key group, in each of the three layouts of keyed state files, without tables to fill: an entry
 * is handed on as soon as it was read. In a canonical body each pair has a length, so a value that cannot be decoded is
 * shown as bytes; in the others it ends the reading of its section.
 */

import type { FlinkError } from '../../common/errors.js';
import { DataInput } from '../../state/data-input.js';
import { DELTA_END, DELTA_ENTRY, DELTA_REMOVED } from '../../state/files/delta-format.js';
import { lengthBytes } from '../../state/files/record-encoders.js';
import { hexOf, type PlainValue, plainMap, undecoded } from './plain-value.js';
import type { ValueReader } from './scalar-readers.js';
import { describeTree } from './serializer-tree.js';
import type { StateInfo } from './state-headers.js';
import { isUndecodable, MapReader } from './value-reader.js';

/** A state with the readers of its parts. @internal */
export interface ReadableState {
  readonly info: StateInfo;
  readonly key: ValueReader;
  readonly namespace: ValueReader;
  readonly value: ValueReader;
  /** Of a list state: the reader of an element. */
  readonly element: ValueReader | undefined;
}

/** An entry of keyed state, or a timer. @internal */
export interface KeyedEntry {
  readonly state: StateInfo;
  readonly keyGroup: number;
  readonly key: PlainValue;
  readonly namespace: PlainValue;
  /** Of a timer, its time. */
  readonly value: PlainValue;
  /** The bytes of namespace and key: equal for equal ones. */
  readonly identity: string;
}

/** What a delta says: an entry, or that there is none any more. @internal */
export type DeltaRecord = KeyedEntry | { readonly removed: string; readonly state: StateInfo };

/** What is read, and who is told what could not be. @internal */
export interface GroupContext {
  readonly keyGroup: number;
  readonly maxParallelism: number;
  readonly states: readonly (ReadableState | undefined)[];
  /** Entries were lost: which, and why. */
  lost(what: string): void;
}

const END_OF_GROUP = 0xffff;
const LAST_PAIR = 0x80;
const ONE_BYTE_KEY_GROUPS = 128;
const SIGN_BIT = -(2n ** 63n);

/** Reads a key group of a canonical body. @internal */
export function* readCanonicalEntries(group: GroupContext, input: DataInput): Generator<KeyedEntry, void, undefined> {
  for (let id = input.readUnsignedShort(); id !== END_OF_GROUP; id = input.readUnsignedShort()) {
    const state = group.states[id];
    if (state === undefined) {
      skipSection(group, input);
      group.lost(`state ${id} of key group ${group.keyGroup}, which the header does not describe`);
    } else if (state.value instanceof MapReader && state.info.kind === 'MAP') {
      yield* readMaps(group, state, input);
    } else {
      for (let isLast = false; !isLast; ) {
        const pair = readPair(group, input);
        isLast = pair.isLast;
        yield entryOf(group, state, pair);
      }
    }
  }
}

interface Pair {
  readonly isLast: boolean;
  /** Behind the key group. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly keyAt: number;
  readonly valueAt: number;
}

function readPair(group: GroupContext, input: DataInput): Pair {
  const keyLength = input.readCount();
  const start = input.position;
  const isShort = group.maxParallelism <= ONE_BYTE_KEY_GROUPS;
  const prefix = isShort ? input.readUnsignedByte() : input.readUnsignedShort();
  const mark = isShort ? LAST_PAIR : LAST_PAIR << 8;
  const stored = prefix & ~mark;
  if (stored !== group.keyGroup) {
    input.corrupt(`a key of key group ${stored} stands in key group ${group.keyGroup}`);
  }
  const keyAt = input.origin + input.position;
  const key = input.readView(start + keyLength - input.position);
  const valueLength = input.readCount(0);
  const valueAt = input.origin + input.position;
  return { isLast: (prefix & mark) !== 0, key, value: input.readView(valueLength), keyAt, valueAt };
}

function skipSection(group: GroupContext, input: DataInput): void {
  while (!readPair(group, input).isLast);
}

/** Key and namespace of a pair, and where what follows them begins. */
function readKeyParts(state: ReadableState, key: DataInput): { key: PlainValue; namespace: PlainValue } {
  const hasLengths = state.key.length < 0 && state.namespace.length < 0;
  return { key: readPart(state.key, hasLengths, key), namespace: readPart(state.namespace, hasLengths, key) };
}

function readPart(reader: ValueReader, hasLength: boolean, input: DataInput): PlainValue {
  const start = input.position;
  const value = reader.read(input);
  if (hasLength) input.skip(lengthBytes(input.position - start));
  return value;
}

function entryOf(group: GroupContext, state: ReadableState, pair: Pair): KeyedEntry {
  const { info } = state;
  const identity = hexOf(pair.key);
  const base = { state: info, keyGroup: group.keyGroup, identity };
  const keyInput = new DataInput(pair.key, pair.keyAt);
  if (info.type === 'timers') {
    const timer = orUndecoded(info, pair.key, () => readTimer(state, keyInput));
    return isTimer(timer) ? { ...base, ...timer } : { ...base, key: timer, namespace: null, value: null };
  }
  const parts = orUndecoded(info, pair.key, () => {
    const found = readKeyParts(state, keyInput);
    // Of a map whose type is not known, the user's key follows.
    if (keyInput.remaining > 0 && info.kind !== 'MAP') keyInput.corrupt('a key does not end where its length says');
    return found;
  });
  const value = readWhole(info, pair, (input) =>
    state.element === undefined ? state.value.read(input) : readList(state.element, input),
  );
  return isKey(parts) ? { ...base, ...parts, value } : { ...base, key: parts, namespace: null, value };
}

/** What is read, or the bytes where they cannot be decoded. */
function orUndecoded<T>(info: StateInfo, bytes: Uint8Array, read: () => T): T | PlainValue {
  try {
    return read();
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    return undecoded(typeOf(info), bytes);
  }
}

function typeOf(info: StateInfo): string {
  return info.value === undefined ? (info.problem ?? 'unknown') : describeTree(info.value);
}

interface KeyParts {
  readonly key: PlainValue;
  readonly namespace: PlainValue;
}

function isKey(value: KeyParts | PlainValue): value is KeyParts {
  return typeof value === 'object' && value !== null && 'namespace' in value;
}

function isTimer(value: (KeyParts & { value: PlainValue }) | PlainValue): value is KeyParts & { value: PlainValue } {
  return isKey(value);
}

/** A value that takes all bytes of its pair. */
function readWhole(info: StateInfo, pair: Pair, read: (input: DataInput) => PlainValue): PlainValue {
  return orUndecoded(info, pair.value, () => {
    const input = new DataInput(pair.value, pair.valueAt);
    const value = read(input);
    if (input.remaining > 0) input.corrupt('a value does not end where its length says');
    return value;
  });
}

/** Elements with one byte between them. */
function readList(element: ValueReader, input: DataInput): PlainValue {
  const items: PlainValue[] = [];
  while (input.remaining > 0) {
    items.push(element.read(input));
    if (input.remaining > 0) input.skip(1);
  }
  return items;
}

interface OpenMap {
  readonly entry: KeyedEntry;
  readonly pairs: (readonly [PlainValue, PlainValue])[];
}

/** Each pair is an entry of the map of some key; the maps are handed on when the section was read. */
function* readMaps(
  group: GroupContext,
  state: ReadableState,
  input: DataInput,
): Generator<KeyedEntry, void, undefined> {
  const maps = new Map<string, OpenMap>();
  for (let isLast = false; !isLast; ) {
    const pair = readPair(group, input);
    isLast = pair.isLast;
    addToMap(group, state, pair, maps);
  }
  for (const { entry, pairs } of maps.values()) yield { ...entry, value: plainMap(pairs) };
}

function addToMap(group: GroupContext, state: ReadableState, pair: Pair, maps: Map<string, OpenMap>): void {
  const { info } = state;
  const reader = state.value as MapReader;
  const keyInput = new DataInput(pair.key, pair.keyAt);
  const parts = orUndecoded(info, pair.key, () => readKeyParts(state, keyInput));
  const isRead = isKey(parts);
  const identity = hexOf(isRead ? pair.key.subarray(0, keyInput.position) : pair.key);
  let map = maps.get(identity);
  if (map === undefined) {
    const named = isRead ? parts : { key: parts, namespace: null };
    map = { entry: { state: info, keyGroup: group.keyGroup, ...named, value: null, identity }, pairs: [] };
    maps.set(identity, map);
  }
  if (!isRead) return;
  const rest = pair.key.subarray(keyInput.position);
  const userKey = orUndecoded(info, rest, () => reader.key.read(keyInput));
  const value = orUndecoded(info, pair.value, () => {
    const input = new DataInput(pair.value, pair.valueAt);
    // Behind the mark of null, Flink's heap backend writes the serializer's bytes of null, RocksDB does not.
    if (input.readBoolean()) return null;
    const read = reader.value.read(input);
    if (input.remaining > 0) input.corrupt('a value does not end where its length says');
    return read;
  });
  map.pairs.push([userKey, value]);
}

function readTimer(state: ReadableState, input: DataInput): KeyParts & { value: PlainValue } {
  const time = BigInt.asIntN(64, input.readLong() ^ SIGN_BIT);
  const key = state.key.read(input);
  return { key, namespace: state.namespace.read(input), value: `${time}` };
}

/** Reads a key group of a native body; where compressed, the number and each section are inputs of their own. @internal */
export function* readNativeEntries(
  group: GroupContext,
  inputs: readonly DataInput[],
): Generator<KeyedEntry, void, undefined> {
  let at = 0;
  let input = inputs[at]!;
  const stored = input.readInt();
  if (stored !== group.keyGroup) input.corrupt(`key group ${group.keyGroup} is expected, ${stored} is there`);
  for (let rest = group.states.length; rest > 0; rest--) {
    if (input.remaining === 0 && at + 1 < inputs.length) input = inputs[++at]!;
    const id = input.readUnsignedShort();
    const state = group.states[id] ?? input.corrupt(`state ${id} is not in the header`);
    const count = input.readCount();
    try {
      for (let entries = count; entries > 0; entries--) yield readEntry(group, state, input);
    } catch (error) {
      if (!isUndecodable(error)) throw error;
      loseRest(group, state.info, error as FlinkError);
      if (at + 1 >= inputs.length) return;
      input.seek(input.position + input.remaining);
    }
  }
}

function loseRest(group: GroupContext, info: StateInfo, error: FlinkError): void {
  group.lost(`state "${info.name}" of key group ${group.keyGroup}, and what follows it there: ${error.message}`);
}

function readEntry(group: GroupContext, state: ReadableState, input: DataInput): KeyedEntry {
  const start = input.position;
  const base = { state: state.info, keyGroup: group.keyGroup };
  if (state.info.type === 'timers') {
    const timer = readTimer(state, input);
    return { ...base, ...timer, identity: identityOf(input, start) };
  }
  const namespace = state.namespace.read(input);
  const key = state.key.read(input);
  const identity = identityOf(input, start);
  return { ...base, key, namespace, value: state.value.read(input), identity };
}

function identityOf(input: DataInput, start: number): string {
  return hexOf(input.viewFrom(start));
}

/** Reads a key group of a delta. @internal */
export function* readDeltaRecords(group: GroupContext, input: DataInput): Generator<DeltaRecord, void, undefined> {
  for (let id = input.readUnsignedShort(); id !== END_OF_GROUP; id = input.readUnsignedShort()) {
    const state = group.states[id] ?? input.corrupt(`state ${id} is not in the header`);
    for (let mark = input.readByte(); mark !== DELTA_END; mark = input.readByte()) {
      if (mark === DELTA_ENTRY) {
        yield readEntry(group, state, input);
      } else if (mark === DELTA_REMOVED) {
        const start = input.position;
        state.namespace.read(input);
        state.key.read(input);
        yield { removed: identityOf(input, start), state: state.info };
      } else {
        input.corrupt(`${mark} begins no record of a delta`);
      }
    }
  }
}
