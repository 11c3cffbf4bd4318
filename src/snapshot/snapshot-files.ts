/** Which files a snapshot consists of: all that its handles refer to, on disk. */

import { dirname, join, resolve, sep } from 'node:path';
import { FlinkError } from '../common/errors.js';
import { streamsOfKeyedHandle } from './metadata/state-handle-decoder.js';
import type { FileDescription } from './metadata-trailer.js';
import type { SnapshotMetadata } from './snapshot-metadata.js';
import { pathOfPointer } from './snapshot-pointer.js';
import type { OperatorSubtaskState, StreamHandle } from './state-handle.js';

/** Every stream of one subtask's state. @internal */
export function streamsOfSubtask(state: OperatorSubtaskState): StreamHandle[] {
  const streams: StreamHandle[] = [];
  if (state.managedOperator !== undefined) streams.push(state.managedOperator.stream);
  if (state.rawOperator !== undefined) streams.push(state.rawOperator.stream);
  for (const handle of state.managedKeyed ?? []) streams.push(...streamsOfKeyedHandle(handle));
  for (const handle of state.rawKeyed ?? []) streams.push(...streamsOfKeyedHandle(handle));
  for (const channel of state.inputChannels ?? []) streams.push(channel.stream);
  for (const channel of state.outputChannels ?? []) streams.push(channel.stream);
  return streams;
}

/** Every stream of a snapshot; a file of several handles comes several times. @internal */
export function streamsOfSnapshot(metadata: Pick<SnapshotMetadata, 'operators'>): StreamHandle[] {
  return metadata.operators.flatMap((operator) => [...operator.subtasks.values()].flatMap(streamsOfSubtask));
}

/**
 * The absolute path of the file that a stream lies in; null for inline and empty ones.
 *
 * @throws FlinkError `SNAPSHOT_CORRUPT` when a relative handle names anything but a file of the snapshot's directory.
 * @internal
 */
export function pathOfStream(stream: StreamHandle, directory: string): string | null {
  switch (stream.kind) {
    case 'inline':
    case 'empty-segment':
      return null;
    case 'relative':
      if (!isBareFileName(stream.fileName)) {
        throw new FlinkError(
          'SNAPSHOT_CORRUPT',
          `The snapshot in ${directory} refers to "${stream.fileName}", which is no file name.`,
        );
      }
      return join(directory, stream.fileName);
    case 'absolute':
    case 'segment':
      return pathOfPointer(stream.path, directory);
  }
}

function isBareFileName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0') && !name.includes(sep)
  );
}

/** The files of a snapshot by absolute path, each once: those in its own directory, and those elsewhere. @internal */
export function filesOfSnapshot(
  metadata: Pick<SnapshotMetadata, 'operators'>,
  directory: string,
): { readonly exclusive: readonly string[]; readonly shared: readonly string[] } {
  const home = resolve(directory);
  const exclusive = new Set<string>();
  const shared = new Set<string>();
  for (const stream of streamsOfSnapshot(metadata)) {
    const path = pathOfStream(stream, home);
    if (path !== null) (dirname(path) === home ? exclusive : shared).add(path);
  }
  return { exclusive: [...exclusive], shared: [...shared] };
}

/** The files of a snapshot as its trailer lists them: the checksum is known for those that flink-ts wrote. @internal */
export function describeFiles(metadata: Pick<SnapshotMetadata, 'operators'>): FileDescription[] {
  const files = new Map<string, FileDescription>();
  for (const stream of streamsOfSnapshot(metadata)) {
    if (stream.kind !== 'relative' && stream.kind !== 'absolute') continue;
    const path = stream.kind === 'relative' ? stream.fileName : stream.path;
    files.set(path, { path, size: stream.size, ...(stream.crc32 !== undefined && { crc32: stream.crc32 }) });
  }
  return [...files.values()];
}

/** Bytes of all state of a subtask, inline ones too. @internal */
export function sizeOfSubtask(state: OperatorSubtaskState): number {
  return streamsOfSubtask(state).reduce((sum, stream) => sum + sizeOfStream(stream), 0);
}

/** Bytes of a stream. @internal */
export function sizeOfStream(stream: StreamHandle): number {
  if (stream.kind === 'inline') return stream.bytes.length;
  return stream.kind === 'empty-segment' ? 0 : stream.size;
}
