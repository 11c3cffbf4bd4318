/**
 * The directories of a job's snapshots, and the only code that changes them: prepare, publish, discard, delete.
 *
 * Invariant: a directory holds `_metadata` exactly as long as the snapshot is whole. `_metadata` comes last, by a rename
 * that is durable before anybody hears of it, and goes first. What a crash leaves without `_metadata` is garbage.
 */

import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import type { JobId } from '../common/ids.js';
import { DurableFiles, isCode } from './durable-files.js';
import { METADATA_FILE } from './snapshot-pointer.js';

const CHECKPOINT_DIRECTORY = /^chk-(0|[1-9][0-9]{0,15})$/;
const SAVEPOINT_ATTEMPTS = 10;

/** Where the files of one snapshot go. @internal */
export interface SnapshotLocation {
  /** For `_metadata` and the files of this snapshot alone. */
  readonly directory: string;
  /** For files that later checkpoints may share; the same directory for a savepoint. */
  readonly sharedDirectory: string;
}

/** A checkpoint directory that was found. @internal */
export interface FoundCheckpoint {
  readonly checkpointId: number;
  readonly directory: string;
  /** Whether it has its `_metadata`; without it, it is garbage or under way. */
  readonly isComplete: boolean;
}

/** The snapshot directories of one job. @internal */
export class SnapshotDirectory {
  /** `<checkpoint directory>/<job id>`. */
  readonly jobDirectory: string;
  readonly sharedDirectory: string;
  readonly #jobId: JobId;
  readonly #files: DurableFiles;

  constructor(options: { readonly checkpointDirectory: string; readonly jobId: JobId; readonly files?: DurableFiles }) {
    this.jobDirectory = join(resolve(options.checkpointDirectory), options.jobId);
    this.sharedDirectory = join(this.jobDirectory, 'shared');
    this.#jobId = options.jobId;
    this.#files = options.files ?? new DurableFiles();
  }

  /** Makes `shared/` and `taskowned/`; once, when the job starts. */
  async prepareJob(): Promise<void> {
    await wrapped(`prepare ${this.jobDirectory}`, async () => {
      await this.#files.makeDirectory(this.sharedDirectory);
      await this.#files.makeDirectory(join(this.jobDirectory, 'taskowned'));
    });
  }

  /** Makes `chk-<id>`; what an interrupted attempt with this id left there is removed first. */
  async prepareCheckpoint(checkpointId: number): Promise<SnapshotLocation> {
    const directory = join(this.jobDirectory, `chk-${checkpointId}`);
    return await wrapped(`prepare checkpoint ${checkpointId} in ${directory}`, async () => {
      if (!(await this.#files.makeFreshDirectory(directory))) {
        if (await hasMetadata(directory)) throw new Error('a complete checkpoint is there already');
        await this.#files.removeTree(directory);
        await this.#files.makeDirectory(directory);
      }
      return { directory, sharedDirectory: this.sharedDirectory };
    });
  }

  /** Makes a fresh `savepoint-<6 of the job id>-<12 random>` in `targetDirectory`, which is made too. */
  async prepareSavepoint(targetDirectory: string): Promise<SnapshotLocation> {
    const target = resolve(targetDirectory);
    return await wrapped(`prepare a savepoint in ${target}`, async () => {
      await this.#files.makeDirectory(target);
      for (let attempt = 0; attempt < SAVEPOINT_ATTEMPTS; attempt++) {
        const name = `savepoint-${this.#jobId.slice(0, 6)}-${randomBytes(6).toString('hex')}`;
        const directory = join(target, name);
        if (await this.#files.makeFreshDirectory(directory)) return { directory, sharedDirectory: directory };
      }
      throw new Error(`no free directory name in ${SAVEPOINT_ATTEMPTS} attempts`);
    });
  }

  /**
   * Makes a snapshot of what was written: afterwards it is found, also after a power failure. The writers of its files
   * have synced them. When this throws, the caller discards the location.
   */
  async publish(location: SnapshotLocation, metadata: Uint8Array): Promise<void> {
    await wrapped(`publish ${location.directory}`, async () => {
      if (location.sharedDirectory !== location.directory) await this.#files.syncDirectory(location.sharedDirectory);
      await this.#files.replaceFile(join(location.directory, METADATA_FILE), metadata);
      await this.#files.syncDirectory(dirname(location.directory));
    });
  }

  /** Removes a snapshot that did not come about, with all that is in its directory; shared files are the caller's. */
  async discard(location: SnapshotLocation): Promise<void> {
    await this.deleteCheckpoint(location.directory);
  }

  /** Deletes a checkpoint's directory with all that is in it, then `sharedFiles` that nobody else refers to. */
  async deleteCheckpoint(directory: string, sharedFiles: readonly string[] = []): Promise<void> {
    await wrapped(`delete ${directory}`, async () => {
      await unpublish(this.#files, directory);
      await this.#files.removeTree(directory);
      for (const file of sharedFiles) await this.#files.unlink(file);
    });
  }

  /** The checkpoints on disk, oldest first. */
  async checkpoints(): Promise<FoundCheckpoint[]> {
    const found: FoundCheckpoint[] = [];
    for (const name of await namesIn(this.jobDirectory)) {
      const match = CHECKPOINT_DIRECTORY.exec(name);
      if (match === null) continue;
      const directory = join(this.jobDirectory, name);
      found.push({ checkpointId: Number(match[1]), directory, isComplete: await hasMetadata(directory) });
    }
    return found.sort((a, b) => a.checkpointId - b.checkpointId);
  }

  /**
   * Removes what crashes left: checkpoint directories without `_metadata`, and files of `shared/` that are not in
   * `referenced`. Only for the owner of the job's directory, and only while no checkpoint is under way.
   */
  async removeGarbage(referenced: ReadonlySet<string>): Promise<readonly string[]> {
    const removed: string[] = [];
    for (const checkpoint of await this.checkpoints()) {
      if (checkpoint.isComplete) continue;
      await this.#files.removeTree(checkpoint.directory);
      removed.push(checkpoint.directory);
    }
    for (const name of await namesIn(this.sharedDirectory)) {
      const path = join(this.sharedDirectory, name);
      if (referenced.has(path)) continue;
      await this.#files.unlink(path);
      removed.push(path);
    }
    return removed;
  }
}

/**
 * Deletes a snapshot by what its `_metadata` lists, and nothing else: for `savepoint -d`, where the directory is a
 * user's. A foreign file stays and makes this fail, after the rest is gone, as in Flink.
 *
 * @internal
 */
export async function deleteSnapshot(
  snapshot: { readonly directory: string; readonly metadataFile?: string; readonly files: readonly string[] },
  files: DurableFiles = new DurableFiles(),
): Promise<void> {
  const { directory } = snapshot;
  await wrapped(`delete ${directory}`, async () => {
    await unpublish(files, directory, snapshot.metadataFile);
    for (const file of snapshot.files) await files.unlink(file);
    if (!(await files.removeDirectory(directory))) throw new Error(`Directory ${directory} is not empty`);
  });
}

/** Whether the directory holds a snapshot; it may still be unreadable. @internal */
export async function hasMetadata(directory: string): Promise<boolean> {
  return (await namesIn(directory)).includes(METADATA_FILE);
}

async function unpublish(files: DurableFiles, directory: string, metadataFile?: string): Promise<void> {
  const names = await namesIn(directory);
  const metadata = metadataFile === undefined ? METADATA_FILE : basename(metadataFile);
  for (const name of new Set([METADATA_FILE, metadata])) {
    if (!names.includes(name)) continue;
    await files.unlink(join(directory, name));
    await files.syncDirectory(directory);
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}

async function wrapped<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FlinkError) throw error;
    throw new FlinkError('CHECKPOINT_FAILED', `Could not ${what}: ${messageOf(error)}`, { cause: error });
  }
}
