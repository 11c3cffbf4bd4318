/**
 * The file of operator state: a header of all states, then the elements, which are found by the offsets of the handle only.
 * Written with proxy version 5, which Flink 1.8 to 2.3 read; version 6 adds a compression flag.
 */

import { FlinkError } from '../../common/errors.js';
import { DataInput } from '../data-input.js';
import { DataOutput } from '../data-output.js';
import type { BroadcastState, DistributionMode, OperatorListState } from '../operator-state.js';
import type { TypeSerializer } from '../serializer.js';
import { type StateDescription, typeNameOf } from '../serializers/type-names.js';
import type { Type } from '../type.js';
import { restoredSerializer } from './restored-serializers.js';
import { readSnappyChunks } from './snappy-framing.js';
import { readStateMeta, type StateMeta, writeStateMeta } from './state-header.js';

const WRITTEN_VERSION = 5;
const NEWEST_VERSION = 6;

/** A list state by name. @internal */
export interface StoredList {
  readonly mode: DistributionMode;
  readonly type: Type<unknown>;
  readonly state: OperatorListState<unknown>;
  /** False while only the snapshot knows it. */
  readonly isRegistered: boolean;
}

/** A broadcast state by name. @internal */
export interface StoredBroadcast {
  readonly keyType: Type<unknown>;
  readonly type: Type<unknown>;
  readonly state: BroadcastState<unknown, unknown>;
  /** False while only the snapshot knows it. */
  readonly isRegistered: boolean;
}

/** Operator state of one subtask as bytes, and where each element begins. @internal */
export interface OperatorStateSnapshot {
  readonly bytes: Uint8Array;
  readonly states: readonly {
    readonly name: string;
    readonly mode: DistributionMode;
    readonly offsets: readonly number[];
  }[];
  /** What the states are, for the trailer of the snapshot. */
  readonly descriptions?: readonly StateDescription[];
}

/** Encodes all operator state of a subtask. @internal */
export function encodeOperatorState(
  lists: ReadonlyMap<string, StoredList>,
  broadcasts: ReadonlyMap<string, StoredBroadcast>,
): OperatorStateSnapshot {
  const output = new DataOutput();
  output.writeInt(WRITTEN_VERSION);
  output.writeShort(lists.size);
  for (const [name, { mode, type }] of lists) {
    writeStateMeta({ type: 'operator', name, mode, value: type.serializer.snapshot }, output);
  }
  output.writeShort(broadcasts.size);
  for (const [name, { keyType, type }] of broadcasts) {
    const [key, value] = [keyType.serializer.snapshot, type.serializer.snapshot];
    writeStateMeta({ type: 'broadcast', name, key, value }, output);
  }
  const states: OperatorStateSnapshot['states'][number][] = [];
  for (const [name, list] of lists) states.push({ name, mode: list.mode, offsets: writeElements(list, output) });
  for (const [name, broadcast] of broadcasts) {
    states.push({ name, mode: 'BROADCAST', offsets: [output.length] });
    writeEntries(broadcast, output);
  }
  return { bytes: output.toUint8Array(), states, descriptions: describe(lists, broadcasts) };
}

/** Broadcast state is called what a map of its keys and values is. */
function describe(
  lists: ReadonlyMap<string, StoredList>,
  broadcasts: ReadonlyMap<string, StoredBroadcast>,
): StateDescription[] {
  const ofLists = Array.from(lists, ([name, { mode, type }]) => {
    return { name, kind: mode, type: typeNameOf(type.serializer) };
  });
  const ofBroadcasts = Array.from(broadcasts, ([name, { keyType, type }]) => {
    const parts = [keyType, type].map(({ serializer }) => typeNameOf(serializer));
    return { name, kind: 'BROADCAST', type: `MAP(${parts.join(', ')})` };
  });
  return [...ofLists, ...ofBroadcasts];
}

function writeElements({ type, state }: StoredList, output: DataOutput): number[] {
  const offsets: number[] = [];
  for (const element of state.get()) {
    offsets.push(output.length);
    type.serializer.serialize(element, output);
  }
  return offsets;
}

function writeEntries({ keyType, type, state }: StoredBroadcast, output: DataOutput): void {
  const entries = Array.from(state.entries());
  output.writeInt(entries.length);
  for (const [key, value] of entries) {
    keyType.serializer.serialize(key, output);
    type.serializer.serialize(value, output);
  }
}

/** The serializers of a broadcast state. @internal */
export interface BroadcastSerializers {
  readonly key: TypeSerializer<unknown>;
  readonly value: TypeSerializer<unknown>;
}

/** Reads the header of a file of operator state. @internal */
export function openOperatorState(bytes: Uint8Array): OperatorStateFile {
  const input = new DataInput(bytes);
  const version = input.readInt();
  if (version < WRITTEN_VERSION || version > NEWEST_VERSION) {
    throw new FlinkError('SNAPSHOT_UNSUPPORTED', `Operator state of version ${version} cannot be read, only 5 and 6.`);
  }
  const isCompressed = version >= NEWEST_VERSION && input.readBoolean();
  const metas = new Map<string, StateMeta>();
  for (let part = 0; part < 2; part++) {
    for (let rest = input.readUnsignedShort(); rest > 0; rest--) {
      const meta = readStateMeta(input);
      metas.set(meta.name, meta);
    }
  }
  return new OperatorStateFile(metas, isCompressed ? compressedData(bytes, input.position) : plainData(bytes));
}

/** The elements of a file: an input that stands at the element of an offset. */
type ElementData = (offset: number) => DataInput;

function plainData(bytes: Uint8Array): ElementData {
  const input = new DataInput(bytes);
  return (offset) => {
    input.seek(offset);
    return input;
  };
}

/** Offsets are places in the compressed file, where a chunk begins. */
function compressedData(bytes: Uint8Array, start: number): ElementData {
  const { data, positions } = readSnappyChunks(bytes, start);
  const input = new DataInput(data);
  return (offset) => {
    input.seek(positions.get(offset) ?? input.corrupt(`no compressed chunk begins at offset ${offset}`));
    return input;
  };
}

/** A file of operator state, opened. @internal */
export class OperatorStateFile {
  readonly #metas: ReadonlyMap<string, StateMeta>;
  readonly #at: ElementData;

  constructor(metas: ReadonlyMap<string, StateMeta>, at: ElementData) {
    this.#metas = metas;
    this.#at = at;
  }

  /** The element serializer of a list. */
  list(name: string): TypeSerializer<unknown> {
    return restoredSerializer(this.#metaOf(name).value);
  }

  broadcast(name: string): BroadcastSerializers {
    const meta = this.#metaOf(name);
    if (meta.type !== 'broadcast') {
      throw new FlinkError('SNAPSHOT_CORRUPT', `Operator state "${name}" is no broadcast state in its file.`);
    }
    return { key: restoredSerializer(meta.key), value: restoredSerializer(meta.value) };
  }

  elements(serializer: TypeSerializer<unknown>, offsets: readonly number[]): unknown[] {
    return offsets.map((offset) => serializer.deserialize(this.#at(offset)));
  }

  entries(broadcast: BroadcastSerializers, offsets: readonly number[]): [unknown, unknown][] {
    return offsets.flatMap((offset) => {
      const input = this.#at(offset);
      const entries: [unknown, unknown][] = [];
      for (let rest = input.readCount(); rest > 0; rest--) {
        entries.push([broadcast.key.deserialize(input), broadcast.value.deserialize(input)]);
      }
      return entries;
    });
  }

  #metaOf(name: string): StateMeta {
    const meta = this.#metas.get(name);
    if (meta !== undefined) return meta;
    throw new FlinkError('SNAPSHOT_CORRUPT', `Operator state "${name}" is not in the header of its file.`);
  }
}
