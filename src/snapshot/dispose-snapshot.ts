/**
 * Deletes a snapshot because its user said so (`savepoint -d`): what its `_metadata` lists, and nothing else. A snapshot
 * that a live job still needs is refused: Flink would delete it, and the next restart would find nothing.
 */

import { readdirSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { FlinkError } from '../common/errors.js';
import { DurableFiles } from './durable-files.js';
import type { HomeDirectory } from './home-directory.js';
import { readJournalState } from './job-journal.js';
import type { JournalState } from './journal-record.js';
import { isProcessAlive } from './process-identity.js';
import { deleteSnapshot } from './snapshot-directory.js';
import { filesOfSnapshot } from './snapshot-files.js';
import { loadSnapshot } from './snapshot-pointer.js';

/**
 * Deletes the snapshot that a pointer means, with the shared files that it alone used.
 *
 * @throws FlinkError `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_CORRUPT`; `SNAPSHOT_CLAIMED` when a live job of the home needs it.
 * @internal
 */
export async function disposeSnapshot(home: HomeDirectory, pointer: string): Promise<void> {
  const { directory, metadata, metadataFile } = await loadSnapshot(pointer);
  const real = await realpath(directory);
  const used = new Set<string>();
  for (const { state, jobId } of journals(home)) {
    for (const each of state.retained) {
      if (each.path !== directory) for (const file of each.files ?? []) used.add(file.path);
    }
    if (state.hasEnded || state.submitted === undefined || !isProcessAlive(state.submitted.process)) continue;
    if (await needs(state, real)) {
      throw new FlinkError(
        'SNAPSHOT_CLAIMED',
        `Snapshot ${directory} is what job ${jobId}, which is running, would restart from.`,
      );
    }
  }
  const { exclusive, shared } = filesOfSnapshot(metadata, directory);
  const files = new DurableFiles();
  await deleteSnapshot({ directory, metadataFile, files: exclusive }, files);
  for (const file of shared) if (!used.has(file)) await files.unlink(file);
}

/** Whether a running job would lose a checkpoint of its own, its claim, or what it restarts from. */
async function needs(state: JournalState, path: string): Promise<boolean> {
  const { restored, retained } = state;
  const paths = retained.map((snapshot) => snapshot.path);
  if (restored !== undefined && (retained.length === 0 || restored.mode === 'CLAIM')) paths.push(restored.path);
  for (const each of paths) if ((await realpath(each).catch(() => each)) === path) return true;
  return false;
}

function* journals(home: HomeDirectory): Generator<{ readonly jobId: string; readonly state: JournalState }> {
  let names: string[];
  try {
    names = readdirSync(home.jobsDirectory);
  } catch {
    return;
  }
  for (const jobId of names) {
    try {
      yield { jobId, state: readJournalState(join(home.jobsDirectory, jobId, 'journal')) };
    } catch (error) {
      // A folder without a journal is no job; a damaged journal may speak of this snapshot.
      if (error instanceof FlinkError) throw error;
    }
  }
}
