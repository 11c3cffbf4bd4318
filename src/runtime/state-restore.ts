/** Fills the state stores of an operator from the handles of a snapshot. Reads synchronously: nothing else runs yet. */

import { FlinkError } from '../common/errors.js';
import { filesOfIncremental } from '../snapshot/incremental-files.js';
import { sizeOfStream } from '../snapshot/snapshot-files.js';
import { readStreamSync } from '../snapshot/state-file-reader.js';
import type { KeyedStateHandle, OperatorStateHandle, StreamHandle } from '../snapshot/state-handle.js';
import type { HeapKeyedStateBackend } from '../state/heap-keyed-state-backend.js';
import type { HeapOperatorState } from '../state/heap-operator-state.js';
import { type KeyedStateFile, restoreKeyed } from '../state/restore-keyed.js';

/**
 * Restores the key groups of the backend's range.
 *
 * @throws FlinkError `SNAPSHOT_CORRUPT`, `SNAPSHOT_UNSUPPORTED` or `STATE_TYPE_MISMATCH`.
 * @internal
 */
export function restoreKeyedHandles(
  backend: HeapKeyedStateBackend<unknown>,
  handles: readonly KeyedStateHandle[],
  directory: string,
): void {
  restoreKeyed(
    backend,
    handles.flatMap((handle) => keyedFilesOf(handle, directory)),
  );
}

/** Restores the elements that the handles name, in order. @internal */
export function restoreOperatorHandles(
  state: HeapOperatorState,
  handles: readonly OperatorStateHandle[],
  directory: string,
): void {
  for (const handle of handles) state.restore(readStreamSync(handle.stream, directory), handle.states);
}

function keyedFilesOf(handle: KeyedStateHandle, directory: string): KeyedStateFile[] {
  switch (handle.kind) {
    case 'key-groups':
      return [keyedFile(handle.format, handle.firstKeyGroup, handle.offsets, handle.stream, directory)];
    case 'incremental':
      return filesOfIncremental(handle).map((file) =>
        keyedFile(file.format, file.firstKeyGroup, file.offsets, file.stream, directory),
      );
    case 'foreign':
      throw new FlinkError(
        'SNAPSHOT_UNSUPPORTED',
        `The snapshot holds keyed state of another state backend (handle type ${handle.tag}).`,
      );
  }
}

function keyedFile(
  format: KeyedStateFile['format'],
  firstKeyGroup: number,
  offsets: readonly number[],
  stream: StreamHandle,
  directory: string,
): KeyedStateFile {
  return {
    format,
    firstKeyGroup,
    offsets,
    size: sizeOfStream(stream),
    read: (start, end) => readStreamSync(stream, directory, { offset: start, length: end - start }),
  };
}
