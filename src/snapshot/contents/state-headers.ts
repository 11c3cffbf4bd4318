/**
 * What stands before the values of a state file: which states there are, and how they are written. A serializer whose
 * snapshot class is not known here has no visible end; then the next state is looked for, and the one with that serializer
 * is listed without its type.
 */

import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../../state/data-input.js';
import { readSerializerTree, type SerializerTree } from './serializer-tree.js';
import { isUndecodable } from './value-reader.js';

/** A state, as the header of its file describes it. @internal */
export interface StateInfo {
  readonly name: string;
  readonly type: 'keyed' | 'timers' | 'operator' | 'broadcast';
  /** Of keyed state, in Flink's spelling; of operator state the mode. */
  readonly kind: string;
  readonly key?: SerializerTree | undefined;
  readonly namespace?: SerializerTree | undefined;
  /** Undefined where its serializer is not known here; then `problem` says which it is. */
  readonly value?: SerializerTree | undefined;
  readonly problem?: string;
}

/** The header of a file of keyed state. @internal */
export interface KeyedFileHeader {
  readonly isCompressed: boolean;
  readonly key: SerializerTree | undefined;
  /** By state id; a state that could not be found in the header is undefined. */
  readonly states: readonly (StateInfo | undefined)[];
  readonly problem?: string;
}

/** The header of a file of operator state. @internal */
export interface OperatorFileHeader {
  readonly isCompressed: boolean;
  readonly states: readonly (StateInfo | undefined)[];
}

const KEYED_VERSION = 6;
const OPERATOR_VERSIONS = [5, 6];
const TYPES = ['keyed', 'operator', 'broadcast', 'timers'] as const;
const KEYED_KINDS = new Set(['VALUE', 'LIST', 'REDUCING', 'AGGREGATING', 'MAP']);
const NAMESPACE_KEY = utf('NAMESPACE_SERIALIZER');
/** What follows the name of a state, by its type: the option, or the serializer, that each one has. */
const MARKS = [
  Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), utf('KEYED_STATE_TYPE')]),
  Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 1]), utf('OPERATOR_STATE_DISTRIBUTION_MODE')]),
  Buffer.concat([Buffer.from([0, 0, 0, 2, 0, 0, 0, 1]), utf('OPERATOR_STATE_DISTRIBUTION_MODE')]),
  Buffer.concat([Buffer.from([0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1]), utf('VALUE_SERIALIZER')]),
];

function utf(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text, 'latin1')]);
}

/** Reads the header of a file of keyed state; `bytes` are those that `input` reads. @internal */
export function readKeyedFileHeader(input: DataInput, bytes: Uint8Array): KeyedFileHeader {
  const version = input.readInt();
  if (version !== KEYED_VERSION) throw unsupported(`Keyed state of version ${version} cannot be read.`);
  const isCompressed = input.readBoolean();
  const search = new HeaderSearch(bytes);
  const start = input.position;
  try {
    const key = readSerializerTree(input);
    return { isCompressed, key, states: readStates(input, input.readUnsignedShort(), search) };
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    const first = search.nextState(start);
    const states = first === undefined || first < 2 ? [] : readStatesFrom(input, first, search);
    return { isCompressed, key: undefined, states, problem: (error as FlinkError).message };
  }
}

/** The states from the first one on, behind a key serializer without an end: their number stands before them. */
function readStatesFrom(input: DataInput, first: number, search: HeaderSearch): (StateInfo | undefined)[] {
  input.seek(first - 2);
  return readStates(input, input.readUnsignedShort(), search);
}

/** Reads the header of a file of operator state. @internal */
export function readOperatorFileHeader(input: DataInput, bytes: Uint8Array): OperatorFileHeader {
  const version = input.readInt();
  if (!OPERATOR_VERSIONS.includes(version)) throw unsupported(`Operator state of version ${version} cannot be read.`);
  const isCompressed = version >= 6 && input.readBoolean();
  const search = new HeaderSearch(bytes);
  const states: (StateInfo | undefined)[] = [];
  for (let part = 0; part < 2; part++) {
    const found = readStates(input, input.readUnsignedShort(), search);
    states.push(...found);
    // Behind a state without an end the place of the broadcast states is not known, unless one of them was found.
    if (found.length > 0 && found.at(-1)?.problem !== undefined) break;
  }
  return { isCompressed, states };
}

function readStates(input: DataInput, count: number, search: HeaderSearch): (StateInfo | undefined)[] {
  const states: (StateInfo | undefined)[] = [];
  while (states.length < count) {
    const state = readState(input, search);
    states.push(state.info);
    if (state.next === undefined) break;
    input.seek(state.next);
  }
  while (states.length < count) states.push(undefined);
  return states;
}

/** A state of a header, and where the next one begins, if that is known. */
function readState(input: DataInput, search: HeaderSearch): { info: StateInfo; next: number | undefined } {
  const name = input.readUtf();
  const type = TYPES[input.readInt()];
  const options = new Map<string, string>();
  for (let rest = input.readCount(4); rest > 0; rest--) options.set(input.readUtf(), input.readUtf());
  const kind = kindOf(name, type, options);
  const serializers = new Map<string, SerializerTree>();
  const start = input.position;
  try {
    for (let rest = input.readCount(4); rest > 0; rest--) serializers.set(input.readUtf(), readSerializerTree(input));
    return { info: infoOf(name, kind, serializers), next: input.position };
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    const next = search.nextState(start);
    readNamespace(input, search.namespaceBetween(start, next), serializers);
    return { info: { ...infoOf(name, kind, serializers), problem: (error as FlinkError).message }, next };
  }
}

/** The serializer of the namespaces may stand behind one that is not known. */
function readNamespace(input: DataInput, at: number | undefined, serializers: Map<string, SerializerTree>): void {
  if (at === undefined || serializers.has('NAMESPACE_SERIALIZER')) return;
  try {
    input.seek(at + NAMESPACE_KEY.length);
    serializers.set('NAMESPACE_SERIALIZER', readSerializerTree(input));
  } catch (error) {
    if (!(error instanceof FlinkError)) throw error;
  }
}

interface Kind {
  readonly type: StateInfo['type'];
  readonly kind: string;
}

function kindOf(name: string, type: StateInfo['type'] | undefined, options: ReadonlyMap<string, string>): Kind {
  if (type === undefined) throw unsupported(`State "${name}" is of a type that cannot be read.`);
  if (type === 'timers') return { type, kind: 'TIMERS' };
  const kind = options.get(type === 'keyed' ? 'KEYED_STATE_TYPE' : 'OPERATOR_STATE_DISTRIBUTION_MODE') ?? '';
  if (type === 'keyed' && !KEYED_KINDS.has(kind)) throw unsupported(`State "${name}" is of kind "${kind}".`);
  return { type, kind };
}

function infoOf(name: string, { type, kind }: Kind, serializers: ReadonlyMap<string, SerializerTree>): StateInfo {
  return {
    name,
    type,
    kind,
    key: serializers.get('KEY_SERIALIZER'),
    namespace: serializers.get('NAMESPACE_SERIALIZER'),
    value: serializers.get('VALUE_SERIALIZER'),
  };
}

/** Finds places in a header by what stands there. */
class HeaderSearch {
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next state behind `from` begins: a name, then what each kind of state has behind its name. */
  nextState(from: number): number | undefined {
    const marks = MARKS.map((mark) => this.#bytes.indexOf(mark, from)).filter((at) => at >= 0);
    if (marks.length === 0) return undefined;
    const mark = Math.min(...marks);
    // The longest name that fits begins first; a shorter one could only be a part of it.
    for (let start = Math.max(from, mark - 2 - 0xffff); start <= mark - 2; start++) {
      if (this.#bytes.readUInt16BE(start) === mark - start - 2) return start;
    }
    return undefined;
  }

  namespaceBetween(from: number, to: number | undefined): number | undefined {
    const at = this.#bytes.indexOf(NAMESPACE_KEY, from);
    return at >= 0 && at < (to ?? this.#bytes.length) ? at : undefined;
  }
}

function unsupported(message: string): FlinkError {
  return new FlinkError('SNAPSHOT_UNSUPPORTED', message);
}
