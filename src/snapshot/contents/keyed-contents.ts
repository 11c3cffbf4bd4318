/**
 * The keyed state of one handle, entry by entry and key group by key group: of one file, or of a base and its deltas, which
 * are laid over each other one key group at a time.
 */

import { DataInput } from '../../state/data-input.js';
import { readDeltaPrologue } from '../../state/files/delta-format.js';
import { type GroupBytes, GroupReader } from '../../state/files/group-reader.js';
import { readSnappyStreams } from '../../state/files/snappy-framing.js';
import type { KeyedFile } from '../incremental-files.js';
import type { SyncStateFileReader } from '../state-file-reader.js';
import {
  type GroupContext,
  type KeyedEntry,
  type ReadableState,
  readCanonicalEntries,
  readDeltaRecords,
  readNativeEntries,
} from './keyed-groups.js';
import { openStream } from './located-streams.js';
import { type KeyedFileHeader, readKeyedFileHeader, type StateInfo } from './state-headers.js';
import type { TypeName } from './type-name.js';
import { valueReader } from './value-reader.js';

/** What is to be read, and how. @internal */
export interface KeyedReading {
  readonly directory: string;
  readonly maxParallelism: number;
  /** What our trailer calls the types; undefined where it says nothing. */
  typeOf(state: string): TypeName | undefined;
  keyType(): TypeName | undefined;
  /** Entries were lost: which, and why. */
  lost(what: string): void;
}

/** A file of keyed state. @internal */
export type KeyedFileReference = Pick<KeyedFile, 'firstKeyGroup' | 'offsets' | 'stream'> & {
  readonly format: 'canonical' | 'native' | 'delta';
};

/** Native state takes this many bytes before its sections. */
const GROUP_BYTES = 4;

/** A file of keyed state, open, with its header read. */
class OpenKeyedFile {
  readonly header: KeyedFileHeader;
  readonly reference: KeyedFileReference;
  readonly #reader: SyncStateFileReader;
  readonly #groups: GroupReader;
  readonly #states: readonly (ReadableState | undefined)[];
  readonly #reading: KeyedReading;

  constructor(reference: KeyedFileReference, reading: KeyedReading) {
    this.reference = reference;
    this.#reading = reading;
    const reader = openStream(reference.stream, reading.directory);
    this.#reader = reader;
    try {
      const { firstKeyGroup, offsets, format } = reference;
      const read = (start: number, end: number) => reader.read(start, end - start);
      this.#groups = new GroupReader({ format, firstKeyGroup, offsets, size: reader.size, read });
      const bytes = this.#groups.header();
      const input = new DataInput(bytes);
      if (format === 'delta') readDeltaPrologue(input);
      this.header = readKeyedFileHeader(input, bytes);
      this.#states = this.header.states.map((info) => info && readableState(info, this.header, reading));
      if (this.header.problem !== undefined) reading.lost(`all keys: ${this.header.problem}`);
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** The bytes of key groups; see `GroupReader.groups`. */
  groups(first: number, last: number): Iterable<GroupBytes> {
    const { firstKeyGroup, offsets } = this.reference;
    const from = Math.max(first, firstKeyGroup);
    return this.#groups.groups(from, Math.min(last, firstKeyGroup + offsets.length - 1));
  }

  context(keyGroup: number): GroupContext {
    const { maxParallelism } = this.#reading;
    return { keyGroup, maxParallelism, states: this.#states, lost: (what) => this.#reading.lost(what) };
  }

  /** The entries of a canonical or native group. */
  entries({ keyGroup, bytes, origin }: GroupBytes): Generator<KeyedEntry, void, undefined> {
    const context = this.context(keyGroup);
    const { isCompressed } = this.header;
    if (this.reference.format === 'canonical') {
      return readCanonicalEntries(context, inflated(bytes, origin, isCompressed));
    }
    return readNativeEntries(context, nativeSections(bytes, origin, isCompressed));
  }

  records({ keyGroup, bytes, origin }: GroupBytes) {
    return readDeltaRecords(this.context(keyGroup), inflated(bytes, origin, this.header.isCompressed));
  }

  close(): void {
    this.#reader.close();
  }
}

function inflated(bytes: Uint8Array, origin: number, isCompressed: boolean): DataInput {
  return isCompressed ? new DataInput(Buffer.concat(readSnappyStreams(bytes, origin))) : new DataInput(bytes, origin);
}

function nativeSections(bytes: Uint8Array, origin: number, isCompressed: boolean): readonly DataInput[] {
  if (!isCompressed || bytes.length < GROUP_BYTES) return [new DataInput(bytes, origin)];
  const streams = readSnappyStreams(bytes.subarray(GROUP_BYTES), origin + GROUP_BYTES);
  return [new DataInput(bytes.subarray(0, GROUP_BYTES), origin), ...streams.map((stream) => new DataInput(stream))];
}

function readableState(info: StateInfo, header: KeyedFileHeader, reading: KeyedReading): ReadableState {
  const isTimers = info.type === 'timers';
  const typeName = isTimers ? undefined : reading.typeOf(info.name);
  // Timers bring the serializers of their keys and namespaces; a list's name in the trailer is that of the whole list.
  const namespace = isTimers ? info.value?.parts[1] : info.namespace;
  const element = info.kind === 'LIST' && info.value?.parts.length === 1 ? info.value.parts[0] : undefined;
  return {
    info,
    key: valueReader(isTimers ? info.value?.parts[0] : header.key, reading.keyType()),
    namespace: valueReader(namespace),
    value: valueReader(info.value, typeName),
    element: element && valueReader(element, typeName?.parts[0]),
  };
}

/** The states of a file, without their entries. @internal */
export function describeKeyedFile(reference: KeyedFileReference, reading: KeyedReading): KeyedFileHeader {
  const file = new OpenKeyedFile(reference, reading);
  try {
    return file.header;
  } finally {
    file.close();
  }
}

/** The entries of a file that stands for itself. @internal */
export function* readKeyedFile(
  reference: KeyedFileReference,
  reading: KeyedReading,
): Generator<KeyedEntry, void, undefined> {
  const file = new OpenKeyedFile(reference, reading);
  try {
    for (const group of file.groups(0, Number.MAX_SAFE_INTEGER)) yield* file.entries(group);
  } finally {
    file.close();
  }
}

/** The entries of a base with its deltas laid over it, oldest first. @internal */
export function* readKeyedChain(
  references: readonly KeyedFileReference[],
  reading: KeyedReading,
): Generator<KeyedEntry, void, undefined> {
  const files: OpenKeyedFile[] = [];
  try {
    for (const reference of references) files.push(new OpenKeyedFile(reference, reading));
    const first = Math.min(...references.map(({ firstKeyGroup }) => firstKeyGroup));
    const end = Math.max(...references.map(({ firstKeyGroup, offsets }) => firstKeyGroup + offsets.length));
    for (let keyGroup = first; keyGroup < end; keyGroup++) yield* layGroup(files, keyGroup);
  } finally {
    for (const file of files) file.close();
  }
}

/** Timers are written whole in every delta, so those of the last file that has the key group are all. */
function* layGroup(files: readonly OpenKeyedFile[], keyGroup: number): Generator<KeyedEntry, void, undefined> {
  const entries = new Map<string, Map<string, KeyedEntry>>();
  let timers: KeyedEntry[] = [];
  for (const file of files) {
    timers = [];
    for (const group of file.groups(keyGroup, keyGroup)) {
      const records = file.reference.format === 'delta' ? file.records(group) : file.entries(group);
      for (const record of records) {
        if (record.state.type === 'timers') timers.push(record as KeyedEntry);
        else lay(record, entries);
      }
    }
  }
  for (const state of entries.values()) yield* state.values();
  yield* timers;
}

function lay(
  record: KeyedEntry | { readonly removed: string; readonly state: StateInfo },
  entries: Map<string, Map<string, KeyedEntry>>,
): void {
  const { name } = record.state;
  let state = entries.get(name);
  if (state === undefined) {
    state = new Map();
    entries.set(name, state);
  }
  if ('removed' in record) state.delete(record.removed);
  else state.set(record.identity, record);
}
