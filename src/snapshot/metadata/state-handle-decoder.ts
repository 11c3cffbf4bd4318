/**
 * Decodes the handles of `_metadata`: every tag that a Flink from 1.8 to 2.3 writes. Tags share one namespace, but each
 * position (stream, operator state, keyed state) takes only some of them.
 */

import type { DistributionMode } from '../../state/operator-state.js';
import type { ChannelStateHandle, KeyedStateHandle, OperatorStateHandle, StreamHandle } from '../state-handle.js';
import { FIRST_VERSION_WITH_TYPED_CHANNELS, HANDLE_TAG, MAX_KEY_GROUPS } from './metadata-layout.js';
import type { MetadataReader } from './metadata-reader.js';

const MODES: readonly DistributionMode[] = ['SPLIT_DISTRIBUTE', 'UNION', 'BROADCAST'];

/** Handles may hold handles; no writer goes deeper than three. A hostile file must not exhaust the stack. */
const MAX_DEPTH = 16;

/** A stream handle, or null. @internal */
export function decodeStream(reader: MetadataReader, depth = 0): StreamHandle | null {
  const at = reader.position;
  const tag = reader.readByte();
  switch (tag) {
    case HANDLE_TAG.none:
      return null;
    case HANDLE_TAG.inline:
      return { kind: 'inline', name: reader.readUtf(), bytes: reader.readCountedBytes('bytes of an inline state') };
    case HANDLE_TAG.absoluteFile: {
      const size = reader.readSize('the size of a file');
      const path = reader.readUtf();
      return { kind: 'absolute', path, size, ...reader.checksumOf(path) };
    }
    case HANDLE_TAG.relativeFile: {
      const fileName = reader.readUtf();
      return {
        kind: 'relative',
        fileName,
        size: reader.readSize('the size of a file'),
        ...reader.checksumOf(fileName),
      };
    }
    case HANDLE_TAG.keyGroups:
      if (depth >= MAX_DEPTH) throw reader.corrupt('handles are nested too deeply', at);
      decodeKeyGroupOffsets(reader);
      return decodeStream(reader, depth + 1);
    case HANDLE_TAG.segment: {
      const start = reader.readSize('the start of a segment');
      const size = reader.readSize('the size of a segment');
      const scope = reader.readInt();
      return { kind: 'segment', start, size, scope, path: reader.readUtf(), logicalId: reader.readUtf() };
    }
    case HANDLE_TAG.emptySegment:
      return { kind: 'empty-segment' };
    default:
      throw reader.corrupt(`${tag} is no tag of a stream handle`, at);
  }
}

function requireStream(reader: MetadataReader, depth = 0): StreamHandle {
  const at = reader.position;
  const stream = decodeStream(reader, depth);
  if (stream === null) throw reader.corrupt('a stream handle is missing', at);
  return stream;
}

/** A handle of operator state; the byte before it said that there is one, but it may still be null. @internal */
export function decodeOperatorStateHandle(reader: MetadataReader): OperatorStateHandle | null {
  const at = reader.position;
  const tag = reader.readByte();
  if (tag === HANDLE_TAG.none) return null;
  if (tag !== HANDLE_TAG.operatorState && tag !== HANDLE_TAG.mergedOperatorState) {
    throw reader.corrupt(`${tag} is no tag of an operator state handle`, at);
  }
  const count = reader.readCount('operator states', 7);
  const states: OperatorStateHandle['states'][number][] = [];
  for (let i = 0; i < count; i++) {
    const name = reader.readUtf();
    const mode = MODES[reader.readByte()];
    if (mode === undefined) throw reader.corrupt(`the distribution mode of the state "${name}" is unknown`);
    states.push({ name, mode, offsets: decodeOffsets(reader, 'elements') });
  }
  if (tag === HANDLE_TAG.mergedOperatorState) {
    reader.readUtf(); // The directory of task-owned files.
    reader.readUtf(); // The directory of shared files.
    reader.readBoolean(); // Whether it is empty; the stream says so too.
  }
  return { states, stream: requireStream(reader) };
}

/** A handle of keyed state, or null. @internal */
export function decodeKeyedStateHandle(reader: MetadataReader, depth = 0): KeyedStateHandle | null {
  const at = reader.position;
  const tag = reader.readByte();
  if (depth >= MAX_DEPTH) throw reader.corrupt('handles are nested too deeply', at);
  switch (tag) {
    case HANDLE_TAG.none:
      return null;
    case HANDLE_TAG.keyGroups:
    case HANDLE_TAG.canonicalKeyGroups:
    case HANDLE_TAG.keyGroupsV2: {
      const groups = decodeKeyGroupOffsets(reader);
      const stream = requireStream(reader, depth + 1);
      const format = tag === HANDLE_TAG.canonicalKeyGroups ? 'canonical' : 'native';
      const handle = { kind: 'key-groups' as const, format, tag, ...groups, stream } as const;
      return tag === HANDLE_TAG.keyGroupsV2 ? { ...handle, handleId: reader.readUtf() } : handle;
    }
    case HANDLE_TAG.incremental:
    case HANDLE_TAG.incrementalV2:
      return decodeIncremental(reader, tag);
    case HANDLE_TAG.changelog:
    case HANDLE_TAG.changelogV2:
      return decodeChangelog(reader, tag, depth);
    case HANDLE_TAG.changelogInline:
      return decodeChangelogInline(reader);
    case HANDLE_TAG.changelogFile:
    case HANDLE_TAG.changelogFileV2:
      return decodeChangelogFile(reader, tag);
    default:
      throw reader.corrupt(`${tag} is no tag of a keyed state handle`, at);
  }
}

function decodeKeyGroupOffsets(reader: MetadataReader): { firstKeyGroup: number; offsets: number[] } {
  const at = reader.position;
  const firstKeyGroup = reader.readInt();
  const offsets = decodeOffsets(reader, 'key groups');
  checkKeyGroups(reader, firstKeyGroup, offsets.length, at);
  return { firstKeyGroup, offsets };
}

function decodeKeyGroupRange(reader: MetadataReader): { firstKeyGroup: number; keyGroupCount: number } {
  const at = reader.position;
  const firstKeyGroup = reader.readInt();
  const keyGroupCount = reader.readInt();
  checkKeyGroups(reader, firstKeyGroup, keyGroupCount, at);
  return { firstKeyGroup, keyGroupCount };
}

function checkKeyGroups(reader: MetadataReader, first: number, count: number, at: number): void {
  if (first < 0 || count < 0 || first + count > MAX_KEY_GROUPS) {
    throw reader.corrupt(`${count} key groups from ${first} on are no range of key groups`, at);
  }
}

function decodeOffsets(reader: MetadataReader, what: string): number[] {
  const offsets = new Array<number>(reader.readCount(what, 8));
  for (let i = 0; i < offsets.length; i++) offsets[i] = reader.readSize('an offset');
  return offsets;
}

function decodeIncremental(reader: MetadataReader, tag: 5 | 11): KeyedStateHandle {
  const checkpointId = reader.readSize('a checkpoint id');
  const backendId = reader.readUtf();
  const range = decodeKeyGroupRange(reader);
  const isV2 = tag === HANDLE_TAG.incrementalV2;
  // -1 = unknown, in handles of the first version and in files that were rewritten from them.
  const checkpointedSize = isV2 ? Number(reader.readLong()) : -1;
  const meta = requireStream(reader);
  const shared = decodeFiles(reader);
  const handle = {
    kind: 'incremental' as const,
    tag,
    checkpointId,
    backendId,
    ...range,
    checkpointedSize,
    meta,
    shared,
    private: decodeFiles(reader),
  };
  return isV2 ? { ...handle, handleId: reader.readUtf() } : handle;
}

function decodeFiles(reader: MetadataReader): { readonly name: string; readonly stream: StreamHandle }[] {
  const count = reader.readCount('files', 3);
  const files: { readonly name: string; readonly stream: StreamHandle }[] = [];
  for (let i = 0; i < count; i++) files.push({ name: reader.readUtf(), stream: requireStream(reader) });
  return files;
}

function decodeChangelog(reader: MetadataReader, tag: 8 | 14, depth: number): KeyedStateHandle {
  const range = decodeKeyGroupRange(reader);
  reader.readLong(); // The checkpointed size.
  const streams: StreamHandle[] = [];
  for (const part of ['base', 'delta']) {
    const count = reader.readCount(`handles of the changelog's ${part}`, 1);
    for (let i = 0; i < count; i++) {
      const handle = decodeKeyedStateHandle(reader, depth + 1);
      if (handle !== null) streams.push(...streamsOfKeyedHandle(handle));
    }
  }
  reader.readLong(); // The id of the materialization.
  if (tag === HANDLE_TAG.changelogV2) reader.readLong(); // The checkpoint id.
  reader.readUtf();
  return { kind: 'foreign', tag, streams, ...range };
}

function decodeChangelogInline(reader: MetadataReader): KeyedStateHandle {
  const range = decodeKeyGroupRange(reader);
  reader.readLong(); // The first sequence number.
  reader.readLong(); // The last one.
  const count = reader.readCount('changes', 8);
  const changes: { keyGroup: number; bytes: Uint8Array }[] = [];
  for (let i = 0; i < count; i++) {
    changes.push({ keyGroup: reader.readInt(), bytes: reader.readCountedBytes('bytes of a change') });
  }
  const id = reader.readUtf();
  const streams = changes.map(({ keyGroup, bytes }) => ({ kind: 'inline' as const, name: `${id}/${keyGroup}`, bytes }));
  return { kind: 'foreign', tag: HANDLE_TAG.changelogInline, streams, ...range };
}

function decodeChangelogFile(reader: MetadataReader, tag: 10 | 13): KeyedStateHandle {
  const range = decodeKeyGroupRange(reader);
  const count = reader.readCount('files of a changelog', 9);
  const streams: StreamHandle[] = [];
  for (let i = 0; i < count; i++) {
    reader.readLong(); // The offset in the file.
    streams.push(requireStream(reader));
  }
  reader.readLong(); // The size.
  reader.readLong(); // The checkpointed size.
  reader.readUtf();
  if (tag === HANDLE_TAG.changelogFileV2) reader.readUtf(); // The kind of storage.
  return { kind: 'foreign', tag, streams, ...range };
}

/** The streams that a keyed handle refers to, in the order of the file. @internal */
export function streamsOfKeyedHandle(handle: KeyedStateHandle): readonly StreamHandle[] {
  switch (handle.kind) {
    case 'key-groups':
      return [handle.stream];
    case 'incremental':
      return [handle.meta, ...handle.shared.map((file) => file.stream), ...handle.private.map((file) => file.stream)];
    case 'foreign':
      return handle.streams;
  }
}

/** The list of channel states of one subtask, inputs or outputs. @internal */
export function decodeChannelStates(reader: MetadataReader, version: number): ChannelStateHandle[] {
  const isTyped = version >= FIRST_VERSION_WITH_TYPED_CHANNELS;
  const count = reader.readCount('channel states', isTyped ? 18 : 25);
  const handles: ChannelStateHandle[] = [];
  for (let i = 0; i < count; i++) {
    const at = reader.position;
    const type = isTyped ? reader.readByte() : 1;
    if (type === 1 || type === 2) handles.push(decodeChannelState(reader));
    else if (type === 3 || type === 4) handles.push(...decodeMergedChannelStates(reader));
    else throw reader.corrupt(`${type} is no type of a channel state`, at);
  }
  return handles;
}

function decodeChannelState(reader: MetadataReader): ChannelStateHandle {
  const subtask = reader.readInt();
  const gate = reader.readInt();
  const channel = reader.readInt();
  const offsets = decodeOffsets(reader, 'offsets of a channel');
  const size = reader.readSize('the size of a channel state');
  return { subtask, gate, channel, offsets, size, stream: requireStream(reader) };
}

function decodeMergedChannelStates(reader: MetadataReader): ChannelStateHandle[] {
  const subtask = reader.readInt();
  reader.readSize('the size of a channel state');
  const stream = requireStream(reader);
  const length = reader.readCount('bytes of channel positions', 1);
  const end = reader.position + length;
  const count = reader.readCount('channels', 20);
  const handles: ChannelStateHandle[] = [];
  for (let i = 0; i < count; i++) {
    const gate = reader.readInt();
    const channel = reader.readInt();
    const size = reader.readSize('the size of a channel state');
    handles.push({ subtask, gate, channel, size, offsets: decodeOffsets(reader, 'offsets of a channel'), stream });
  }
  if (reader.position !== end) throw reader.corrupt(`the positions of merged channels end at byte ${end}`);
  return handles;
}
