/**
 * What a deletion of a snapshot would break, and what goes with it. Files in `shared/` that another snapshot refers to
 * never go. What is refused here is what only a person can decide.
 */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlinkError } from '../common/errors.js';
import type { Deletion } from './home-operations.js';
import { filesOfSnapshot } from './snapshot-files.js';
import type { IndexedJob, SnapshotIndex } from './snapshot-index.js';
import { type LoadedSnapshot, METADATA_FILE } from './snapshot-pointer.js';

/** What deleting a snapshot means. @internal */
export interface RemovalPlan {
  readonly deletion: Deletion;
  /** Bytes that become free, as far as the index knows them. */
  readonly freedBytes: number;
  /** Why a person has to insist on it; one sentence each. */
  readonly objections: readonly string[];
}

/** Plans the deletion of a snapshot that was read. @internal */
export function planRemoval(index: SnapshotIndex, snapshot: LoadedSnapshot): RemovalPlan {
  const { directory, metadata, metadataFile } = snapshot;
  const { checkpointId } = metadata;
  return plan(index, { directory, metadataFile, checkpointId, ...filesOfSnapshot(metadata, directory) });
}

/**
 * Plans the deletion of a snapshot by what the index knows of it: its `_metadata` is gone, or cannot be read. Null when the
 * index does not know it.
 *
 * @internal
 */
export function planKnownRemoval(index: SnapshotIndex, directory: string): RemovalPlan | null {
  const known = index.snapshotAt(directory);
  if (known === null) return null;
  const files = index.filesOf(directory).map(({ path }) => path);
  const isOwn = (file: string) => dirname(file) === directory;
  return plan(index, {
    directory,
    metadataFile: join(directory, METADATA_FILE),
    checkpointId: known.checkpointId,
    exclusive: files.filter(isOwn),
    shared: files.filter((file) => !isOwn(file)),
  });
}

interface Removable {
  readonly directory: string;
  readonly metadataFile: string;
  readonly checkpointId: number;
  readonly exclusive: readonly string[];
  readonly shared: readonly string[];
}

function plan(
  index: SnapshotIndex,
  { directory, metadataFile, checkpointId, exclusive, shared }: Removable,
): RemovalPlan {
  const known = index.snapshotAt(directory);
  const others = (file: string) => index.referencesTo(file).filter((path) => path !== directory);
  const unshared = shared.filter((file) => isOwnShared(file, directory) && others(file).length === 0);
  const sizes = new Map(index.filesOf(directory).map(({ path, size }) => [path, size]));
  const files = [...exclusive, ...unshared];
  const jobId = known === null ? {} : { jobId: known.jobId };
  return {
    deletion: { path: directory, metadataFile, files, checkpointId, ...jobId },
    freedBytes: files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0),
    objections: [
      ...index.jobs().flatMap((job) => objectionsOf(job, directory, index)),
      ...dependents(exclusive, others, directory),
    ],
  };
}

/** Refuses a plan with objections. @internal */
export function checkRemoval({ deletion, objections }: RemovalPlan): void {
  if (objections.length === 0) return;
  throw new FlinkError('SNAPSHOT_IN_USE', `Snapshot ${deletion.path} is needed: ${objections.join(' ')}`);
}

/** Shared files of a checkpoint lie in `shared/` beside it; others belong to whoever is named by their path. */
function isOwnShared(file: string, directory: string): boolean {
  const jobDirectory = directory.slice(0, directory.lastIndexOf('/'));
  return file.startsWith(`${jobDirectory}/shared/`);
}

function objectionsOf(job: IndexedJob, directory: string, index: SnapshotIndex): string[] {
  const name = `Job ${job.jobId} (${job.name})`;
  const own = index.snapshots(job.jobId);
  const isOwn = own.some((snapshot) => snapshot.path === directory && snapshot.kind === 'checkpoint');
  const isSource = job.restored?.path === directory;
  if (job.isTerminal) {
    const isUnsure = job.hasUnknownRecords && (isOwn || isSource);
    return isUnsure ? [`${name} has a journal that a later version of flink-ts wrote.`] : [];
  }
  if (isOwn) return [`${name} is running, and may restart from this checkpoint.`];
  if (!isSource) return [];
  if (job.restored?.mode === 'NO_CLAIM' && own.some(({ kind }) => kind === 'checkpoint')) return [];
  return [`${name} is running, and was restored from it (${job.restored?.mode}).`];
}

/** Other snapshots that refer to files in this one's directory: they were taken after it was claimed, or under LEGACY. */
function dependents(files: readonly string[], others: (file: string) => string[], directory: string): string[] {
  const paths = new Set(files.flatMap(others).filter((path) => path !== directory && existsSync(path)));
  return [...paths].map((path) => `${path} refers to files of it.`);
}
