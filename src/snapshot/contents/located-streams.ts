/**
 * Finds state files of a snapshot that was moved. Checkpoints name their shared files by absolute path; when nothing is
 * there any more, the file is looked for at the same place relative to the snapshot's directory and the ones above it.
 * Only for looking at state: a restore takes references as they are.
 */

import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathOfStream } from '../snapshot-files.js';
import { SyncStateFileReader } from '../state-file-reader.js';
import type { StreamHandle } from '../state-handle.js';

/** How many directories above the snapshot's own are looked into: `chk-<n>`, the job's, and the one of all jobs. */
const MAX_LEVELS = 3;

/** The stream with a path where something is, if there is one. @internal */
export function locateStream(stream: StreamHandle, directory: string): StreamHandle {
  if (stream.kind !== 'absolute' && stream.kind !== 'segment') return stream;
  const path = pathOfStream(stream, directory);
  if (path === null || isFile(path)) return stream;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  for (let keep = 1; keep <= parts.length; keep++) {
    let base = directory;
    for (let level = 0; level < MAX_LEVELS; level++, base = dirname(base)) {
      const candidate = join(base, ...parts.slice(-keep));
      if (isFile(candidate)) return { ...stream, path: candidate };
    }
  }
  return stream;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Opens a stream wherever it is; to be closed. @internal */
export function openStream(stream: StreamHandle, directory: string): SyncStateFileReader {
  return new SyncStateFileReader(locateStream(stream, directory), directory);
}

/** What messages call a stream. @internal */
export function nameOfStream(stream: StreamHandle, directory: string): string {
  return stream.kind === 'inline'
    ? `${directory}/_metadata (inline state)`
    : (pathOfStream(stream, directory) ?? directory);
}
