/** Encodes handles as they stand in a `_metadata` of version 3. The bytes of a handle depend on nothing but the handle. */

import { FlinkError } from '../../common/errors.js';
import type { DistributionMode } from '../../state/operator-state.js';
import type { ChannelStateHandle, KeyedStateHandle, OperatorStateHandle, StreamHandle } from '../state-handle.js';
import { HANDLE_TAG } from './metadata-layout.js';
import type { MetadataWriter } from './metadata-writer.js';

const MODE_CODES: Readonly<Record<DistributionMode, number>> = { SPLIT_DISTRIBUTE: 0, UNION: 1, BROADCAST: 2 };

/** A stream handle; undefined is written as none. @internal */
export function encodeStream(writer: MetadataWriter, stream: StreamHandle | undefined): void {
  switch (stream?.kind) {
    case undefined:
      writer.writeByte(HANDLE_TAG.none);
      return;
    case 'inline':
      writer.writeByte(HANDLE_TAG.inline);
      writer.writeUtf(stream.name);
      writer.writeCountedBytes(stream.bytes);
      return;
    case 'absolute':
      writer.writeByte(HANDLE_TAG.absoluteFile);
      writer.writeLong(stream.size);
      writer.writeUtf(stream.path);
      return;
    case 'relative':
      writer.writeByte(HANDLE_TAG.relativeFile);
      writer.writeUtf(stream.fileName);
      writer.writeLong(stream.size);
      return;
    case 'segment':
      writer.writeByte(HANDLE_TAG.segment);
      writer.writeLong(stream.start);
      writer.writeLong(stream.size);
      writer.writeInt(stream.scope);
      writer.writeUtf(stream.path);
      writer.writeUtf(stream.logicalId);
      return;
    case 'empty-segment':
      writer.writeByte(HANDLE_TAG.emptySegment);
      return;
  }
}

/** A handle of operator state; undefined is written as absent. @internal */
export function encodeOperatorStateHandle(writer: MetadataWriter, handle: OperatorStateHandle | undefined): void {
  writer.writeInt(handle === undefined ? 0 : 1);
  if (handle === undefined) return;
  writer.writeByte(HANDLE_TAG.operatorState);
  writer.writeInt(handle.states.length);
  for (const state of handle.states) {
    writer.writeUtf(state.name);
    writer.writeByte(MODE_CODES[state.mode]);
    encodeOffsets(writer, state.offsets);
  }
  encodeStream(writer, handle.stream);
}

/** The keyed state of a subtask: Flink's file has room for one handle. @internal */
export function encodeKeyedStateHandles(writer: MetadataWriter, handles: readonly KeyedStateHandle[] = []): void {
  if (handles.length > 1) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      `A subtask has ${handles.length} keyed state handles; a snapshot that is written has at most one.`,
    );
  }
  const [handle] = handles;
  if (handle === undefined) writer.writeByte(HANDLE_TAG.none);
  else encodeKeyedStateHandle(writer, handle);
}

function encodeKeyedStateHandle(writer: MetadataWriter, handle: KeyedStateHandle): void {
  if (handle.kind === 'foreign') {
    throw new FlinkError('SNAPSHOT_UNSUPPORTED', `Keyed state of a changelog (tag ${handle.tag}) cannot be written.`);
  }
  writer.writeByte(handle.tag);
  if (handle.kind === 'key-groups') {
    writer.writeInt(handle.firstKeyGroup);
    encodeOffsets(writer, handle.offsets);
    encodeStream(writer, handle.stream);
    if (handle.tag === HANDLE_TAG.keyGroupsV2) writer.writeUtf(handle.handleId ?? '');
    return;
  }
  writer.writeLong(handle.checkpointId);
  writer.writeUtf(handle.backendId);
  writer.writeInt(handle.firstKeyGroup);
  writer.writeInt(handle.keyGroupCount);
  if (handle.tag === HANDLE_TAG.incrementalV2) writer.writeLong(handle.checkpointedSize);
  encodeStream(writer, handle.meta);
  encodeFiles(writer, handle.shared);
  encodeFiles(writer, handle.private);
  if (handle.tag === HANDLE_TAG.incrementalV2) writer.writeUtf(handle.handleId ?? '');
}

function encodeFiles(
  writer: MetadataWriter,
  files: readonly { readonly name: string; readonly stream: StreamHandle }[],
): void {
  writer.writeInt(files.length);
  for (const file of files) {
    writer.writeUtf(file.name);
    encodeStream(writer, file.stream);
  }
}

function encodeOffsets(writer: MetadataWriter, offsets: readonly number[]): void {
  writer.writeInt(offsets.length);
  for (const offset of offsets) writer.writeLong(offset);
}

/** The channel states of one side of a subtask. @internal */
export function encodeChannelStates(writer: MetadataWriter, handles: readonly ChannelStateHandle[] = []): void {
  writer.writeInt(handles.length);
  for (const handle of handles) {
    writer.writeInt(handle.subtask);
    writer.writeInt(handle.gate);
    writer.writeInt(handle.channel);
    encodeOffsets(writer, handle.offsets);
    writer.writeLong(handle.size);
    encodeStream(writer, handle.stream);
  }
}
