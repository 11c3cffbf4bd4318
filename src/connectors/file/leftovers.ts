/**
 * What a restored writer does with the files of the attempt that died.
 *
 * A part that the snapshot holds is cut to the length that the snapshot covers, and is then committed with the next
 * checkpoint: what was written behind that length will be written again. A hidden file that no snapshot can refer to is
 * removed. Which ones these are follows from their names and from the writer's state, and from nothing else: those that its
 * writer began after the snapshot, and those of later attempts of its job. A hidden file of an earlier attempt may wait for
 * its commit, and is never touched.
 */

import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FlinkError } from '../../common/errors.js';
import type { FileWriterState } from './file-sink-state.js';
import { type HiddenPart, hiddenPath, type PartOwner, parseHiddenName, visiblePath } from './part-name.js';

/** Cuts the parts of a snapshot to what it covers; returns those that are to be committed. @internal */
export async function recoverParts(states: readonly FileWriterState[]): Promise<HiddenPart[]> {
  const recovered: HiddenPart[] = [];
  for (const part of states.flatMap((state) => state.parts)) {
    if (part.length > 0 && (await recoverPart(part))) recovered.push(part);
  }
  return recovered;
}

/** False: the part is visible already, because the snapshot is older than its commit. */
async function recoverPart(part: HiddenPart): Promise<boolean> {
  const path = hiddenPath(part);
  const size = await sizeOf(path);
  if (size === undefined) {
    if ((await sizeOf(visiblePath(part))) !== undefined) return false;
    throw new FlinkError(
      'CONNECTOR_FAILED',
      `The snapshot holds the part file "${path}", which does not exist any more.`,
    );
  }
  if (size < part.length) {
    throw new FlinkError(
      'CONNECTOR_FAILED',
      `The part file "${path}" has ${size} bytes where the snapshot covers ${part.length}.`,
    );
  }
  if (size > part.length) await cut(path, part.length);
  return true;
}

/** Durably, since the commit relies on the length. */
async function cut(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes hidden files of dead attempts below the directory of the sink; see the file comment. @internal */
export async function removeLeftovers(
  directory: string,
  own: PartOwner & { readonly subtask: number },
  states: readonly FileWriterState[],
  isRestored: boolean,
): Promise<void> {
  if (states.length === 0 && (isRestored || own.attempt === 0)) return;
  // Nothing of this job is to be committed when it starts without a snapshot, or again from the one of an earlier job.
  const ownsNothing = !states.some(({ jobId }) => jobId === own.jobId);
  const isLeftover = (file: PartOwner & { subtask: number; counter: number }): boolean => {
    if (file.jobId === own.jobId && file.attempt === own.attempt) return false;
    if (file.jobId === own.jobId && ownsNothing) return file.subtask === own.subtask;
    const state = states.find(({ jobId, subtask }) => jobId === file.jobId && subtask === file.subtask);
    if (state === undefined) return false;
    const isLater =
      file.attempt > state.attempt || (file.attempt === state.attempt && file.counter >= state.nextCounter);
    // A snapshot may have been taken from a job that still runs.
    return isLater && (file.jobId === own.jobId || !isAlive(file.processId));
  };
  const directories = new Set([directory, ...states.map((state) => state.directory)]);
  for (const root of directories) await removeBelow(root, isLeftover);
}

async function removeBelow(
  directory: string,
  isLeftover: (file: PartOwner & { subtask: number; counter: number }) => boolean,
): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      await removeBelow(path, isLeftover);
      continue;
    }
    const file = parseHiddenName(entry.name);
    // Another writer that restores may have been faster.
    if (file !== undefined && isLeftover(file)) await unlink(path).catch(() => undefined);
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
