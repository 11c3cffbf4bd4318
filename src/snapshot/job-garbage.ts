/**
 * What crashes left in the directory of a job that is over: checkpoints without `_metadata`, and shared files that no
 * snapshot of the home refers to.
 */

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapshotDirectory } from './snapshot-directory.js';
import { filesOfSnapshot } from './snapshot-files.js';
import type { IndexedJob, SnapshotIndex } from './snapshot-index.js';
import { METADATA_FILE, readMetadataFile } from './snapshot-pointer.js';

/**
 * Removes the garbage of a job, or only tells it; nothing of a job that runs, that a later version has worked on, or whose
 * directory a running job was restored from. Only while nobody else of the home deletes snapshots.
 *
 * @internal
 */
export async function collectJobGarbage(
  index: SnapshotIndex,
  job: IndexedJob,
  isDry: boolean,
): Promise<readonly string[]> {
  const { checkpointDirectory, jobId } = job;
  if (checkpointDirectory === undefined || !job.isTerminal || job.hasUnknownRecords) return [];
  const directory = new SnapshotDirectory({ checkpointDirectory, jobId });
  const isNeeded = index.jobs().some((other) => {
    return !other.isTerminal && other.restored?.path.startsWith(`${directory.jobDirectory}/`) === true;
  });
  if (isNeeded || !existsSync(directory.jobDirectory)) return [];
  const referenced = await referencedFiles(index, directory);
  // A checkpoint that cannot be read may refer to anything.
  if (referenced === undefined) return [];
  if (!isDry) return directory.removeGarbage(referenced);
  const checkpoints = (await directory.checkpoints()).filter(({ isComplete }) => !isComplete);
  const files = existsSync(directory.sharedDirectory) ? await readdir(directory.sharedDirectory) : [];
  const shared = files.map((name) => join(directory.sharedDirectory, name)).filter((path) => !referenced.has(path));
  return [...checkpoints.map((checkpoint) => checkpoint.directory), ...shared];
}

/** Shared files that a checkpoint on disk, or any snapshot of the index, refers to. */
async function referencedFiles(index: SnapshotIndex, directory: SnapshotDirectory): Promise<Set<string> | undefined> {
  const referenced = new Set<string>();
  for (const { directory: path, isComplete } of await directory.checkpoints()) {
    if (!isComplete) continue;
    try {
      const metadata = await readMetadataFile(join(path, METADATA_FILE));
      for (const file of filesOfSnapshot(metadata, path).shared) referenced.add(file);
    } catch {
      return undefined;
    }
  }
  for (const { path } of index.allSnapshots()) for (const file of index.filesOf(path)) referenced.add(file.path);
  return referenced;
}
