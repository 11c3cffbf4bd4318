/** Finds snapshots in directories: what the index is told of those that no journal of this home has. */

import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FlinkError } from '../common/errors.js';
import type { JobId } from '../common/ids.js';
import type { JournalSnapshot } from './journal-record.js';
import { pathOfStream, sizeOfStream, sizeOfSubtask, streamsOfSnapshot } from './snapshot-files.js';
import { type LoadedSnapshot, METADATA_FILE, readMetadataFile } from './snapshot-pointer.js';

/** Directories below a root that are looked into: a savepoint directory, or checkpoints of jobs. */
const MAX_DEPTH = 4;
/** What stands for the job of a snapshot that does not name it. */
const UNKNOWN_JOB = '0'.repeat(32) as JobId;

/** A snapshot that was found, as the index takes it. @internal */
export interface FoundSnapshot {
  readonly jobId: JobId;
  readonly snapshot: JournalSnapshot;
}

/** The directories with a `_metadata` under a root, the root included. @internal */
export function* snapshotDirectories(root: string, depth = 0): Generator<string> {
  let entries: readonly import('node:fs').Dirent[];
  try {
    entries = readdirSync(root, { withFileTypes: true });
  } catch (error) {
    if (depth > 0) return;
    throw new FlinkError('SNAPSHOT_NOT_FOUND', `Cannot read the directory ${root}.`, { cause: error });
  }
  if (entries.some((entry) => entry.name === METADATA_FILE && entry.isFile())) {
    yield root;
    return;
  }
  if (depth === MAX_DEPTH) return;
  for (const entry of entries) if (entry.isDirectory()) yield* snapshotDirectories(join(root, entry.name), depth + 1);
}

/** Describes the snapshot in a directory by its `_metadata`. @internal */
export async function describeFound(directory: string): Promise<FoundSnapshot> {
  const path = resolve(directory);
  const metadataFile = join(path, METADATA_FILE);
  const metadata = await readMetadataFile(metadataFile);
  return { jobId: jobIdOf(metadata), snapshot: snapshotOf({ metadata, directory: path, metadataFile }) };
}

function jobIdOf({ trailer }: LoadedSnapshot['metadata']): JobId {
  return (trailer !== undefined && /^[0-9a-f]{32}$/.test(trailer.jobId) ? trailer.jobId : UNKNOWN_JOB) as JobId;
}

/** What a snapshot is, as far as it tells. @internal */
export function snapshotOf({
  metadata,
  directory,
  metadataFile,
}: Pick<LoadedSnapshot, 'metadata' | 'directory' | 'metadataFile'>): JournalSnapshot {
  const { trailer, properties } = metadata;
  const files = new Map<string, number>();
  for (const stream of streamsOfSnapshot(metadata)) {
    const path = pathOfStream(stream, directory);
    if (path !== null) files.set(path, (stream.kind === 'segment' ? stream.start : 0) + sizeOfStream(stream));
  }
  const states = metadata.operators.flatMap((operator) => [...operator.subtasks.values()]);
  const stateSize = states.reduce((sum, state) => sum + sizeOfSubtask(state), 0);
  return {
    kind: trailer?.kind ?? properties?.kind ?? 'savepoint',
    checkpointId: metadata.checkpointId,
    path: directory,
    format: trailer?.format ?? properties?.format ?? formatOf(states),
    stateSize,
    checkpointedSize: stateSize,
    triggerTime: Math.round(trailer?.time ?? statSync(metadataFile).mtimeMs),
    durationMs: 0,
    files: [...files].map(([path, size]) => ({ path, size })),
  };
}

function formatOf(states: readonly { readonly managedKeyed?: readonly { readonly kind: string }[] }[]) {
  const handles = states.flatMap((state) => state.managedKeyed ?? []);
  if (handles.some(({ kind }) => kind !== 'key-groups')) return 'incremental' as const;
  const isNative = handles.some((handle) => 'format' in handle && handle.format === 'native');
  return isNative ? ('native' as const) : ('canonical' as const);
}
