/** The header of keyed state files: the key serializer, and of each state its name, kind and serializers. */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { SerializerSnapshot } from '../serializer.js';
import type { StateKind } from '../state-descriptor.js';
import { readSnapshot, writeSnapshot } from './serializer-snapshot-codec.js';

/** Keyed proxy version since Flink 1.8. */
const KEYED_VERSION = 6;
const KEY_VALUE = 0;
const OPERATOR = 1;
const BROADCAST = 2;
const PRIORITY_QUEUE = 3;
const KINDS: readonly string[] = ['VALUE', 'LIST', 'REDUCING', 'AGGREGATING', 'MAP'] satisfies StateKind[];

/** What a file says of one state; the position in the header is the state's id in the body. @internal */
export type StateMeta =
  | {
      readonly type: 'keyed';
      readonly name: string;
      readonly kind: StateKind;
      readonly namespace: SerializerSnapshot;
      readonly value: SerializerSnapshot;
    }
  | { readonly type: 'timers'; readonly name: string; readonly value: SerializerSnapshot }
  | { readonly type: 'operator'; readonly name: string; readonly mode: string; readonly value: SerializerSnapshot }
  | {
      readonly type: 'broadcast';
      readonly name: string;
      readonly key: SerializerSnapshot;
      readonly value: SerializerSnapshot;
    };

/** The header of a keyed state file. @internal */
export interface KeyedHeader {
  readonly isCompressed: boolean;
  readonly key: SerializerSnapshot;
  readonly states: readonly StateMeta[];
}

/** @internal Writes the header of a keyed state file. */
export function writeKeyedHeader(header: KeyedHeader, output: DataOutput): void {
  output.writeInt(KEYED_VERSION);
  output.writeBoolean(header.isCompressed);
  writeSnapshot(header.key, output);
  output.writeShort(header.states.length);
  for (const state of header.states) writeStateMeta(state, output);
}

/** Reads the header of a keyed state file. @internal */
export function readKeyedHeader(input: DataInput): KeyedHeader {
  const version = input.readInt();
  if (version !== KEYED_VERSION) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      `Keyed state of version ${version} cannot be read, only ${KEYED_VERSION}.`,
    );
  }
  const isCompressed = input.readBoolean();
  const key = readSnapshot(input);
  const count = input.readUnsignedShort();
  const states: StateMeta[] = [];
  for (let i = 0; i < count; i++) states.push(readStateMeta(input));
  return { isCompressed, key, states };
}

/** Writes what a file says of one state. @internal */
export function writeStateMeta(state: StateMeta, output: DataOutput): void {
  output.writeUtf(state.name);
  switch (state.type) {
    case 'keyed':
      writeOption(output, KEY_VALUE, 'KEYED_STATE_TYPE', state.kind);
      return writeSerializers(output, { VALUE_SERIALIZER: state.value, NAMESPACE_SERIALIZER: state.namespace });
    case 'timers':
      output.writeInt(PRIORITY_QUEUE);
      output.writeInt(0);
      return writeSerializers(output, { VALUE_SERIALIZER: state.value });
    case 'operator':
      writeOption(output, OPERATOR, 'OPERATOR_STATE_DISTRIBUTION_MODE', state.mode);
      return writeSerializers(output, { VALUE_SERIALIZER: state.value });
    case 'broadcast':
      writeOption(output, BROADCAST, 'OPERATOR_STATE_DISTRIBUTION_MODE', 'BROADCAST');
      return writeSerializers(output, { KEY_SERIALIZER: state.key, VALUE_SERIALIZER: state.value });
  }
}

function writeOption(output: DataOutput, type: number, name: string, value: string): void {
  output.writeInt(type);
  output.writeInt(1);
  output.writeUtf(name);
  output.writeUtf(value);
}

function writeSerializers(output: DataOutput, serializers: Readonly<Record<string, SerializerSnapshot>>): void {
  const entries = Object.entries(serializers);
  output.writeInt(entries.length);
  for (const [name, snapshot] of entries) {
    output.writeUtf(name);
    writeSnapshot(snapshot, output);
  }
}

/** Reads what a file says of one state. @internal */
export function readStateMeta(input: DataInput): StateMeta {
  const name = input.readUtf();
  const type = input.readInt();
  const options = new Map<string, string>();
  for (let rest = input.readCount(4); rest > 0; rest--) options.set(input.readUtf(), input.readUtf());
  const serializers = new Map<string, SerializerSnapshot>();
  for (let rest = input.readCount(4); rest > 0; rest--) serializers.set(input.readUtf(), readSnapshot(input));
  const part = (key: string): SerializerSnapshot =>
    serializers.get(key) ?? input.corrupt(`state "${name}" has no ${key}`);
  const value = part('VALUE_SERIALIZER');
  switch (type) {
    case KEY_VALUE: {
      const kind = options.get('KEYED_STATE_TYPE') ?? '';
      if (!KINDS.includes(kind)) {
        throw new FlinkError('SNAPSHOT_UNSUPPORTED', `State "${name}" is of kind "${kind}", which cannot be read.`);
      }
      return { type: 'keyed', name, kind: kind as StateKind, namespace: part('NAMESPACE_SERIALIZER'), value };
    }
    case PRIORITY_QUEUE:
      return { type: 'timers', name, value };
    case OPERATOR:
      return { type: 'operator', name, mode: options.get('OPERATOR_STATE_DISTRIBUTION_MODE') ?? '', value };
    case BROADCAST:
      return { type: 'broadcast', name, key: part('KEY_SERIALIZER'), value };
    default:
      throw new FlinkError('SNAPSHOT_UNSUPPORTED', `State "${name}" is of backend type ${type}, which cannot be read.`);
  }
}
