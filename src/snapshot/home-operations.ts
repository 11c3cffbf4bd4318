/**
 * Deletions of snapshots outside of a live job. Each is a record in the home's operations journal before anything changes,
 * and another one when it is done; one without its end is finished by whoever comes next. So after a crash at any step a
 * snapshot is either whole and listed, or on its way out and not listed.
 */

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import type { JobId } from '../common/ids.js';
import { DurableFiles } from './durable-files.js';
import type { HomeDirectory } from './home-directory.js';
import { withLock } from './home-lock.js';
import { encodeLine, JobJournal, readJournalState, scanLines } from './job-journal.js';
import { isProcessAlive } from './process-identity.js';
import { deleteSnapshot } from './snapshot-directory.js';

/** A snapshot that is to go. @internal */
export interface Deletion {
  /** Absolute path of its directory. */
  readonly path: string;
  readonly metadataFile: string;
  /** The files that go with it: its own, and shared ones that nobody else needs. */
  readonly files: readonly string[];
  /** The job of this home that made it. */
  readonly jobId?: JobId;
  readonly checkpointId: number;
}

/** A record of the operations journal. @internal */
export type OperationRecord =
  | ({ readonly kind: 'deleting'; readonly id: string; readonly time: number } & Deletion)
  | { readonly kind: 'deleted'; readonly id: string; readonly time: number; readonly problem?: string };

/** See the file comment. @internal */
export class HomeOperations {
  readonly #home: HomeDirectory;
  readonly #files: DurableFiles;
  readonly #now: () => number;

  constructor(home: HomeDirectory, files = new DurableFiles(), now: () => number = Date.now) {
    this.#home = home;
    this.#files = files;
    this.#now = now;
  }

  /** Runs an action while nobody else of this home deletes snapshots, after what others left was finished. */
  async locked<T>(action: () => Promise<T>): Promise<T> {
    this.#home.create();
    return withLock(`${this.#home.operationsFile}.lock`, async () => {
      await this.#finishAll();
      return action();
    });
  }

  /** Finishes what a crash cut short; cheap when there is nothing. Returns the paths. */
  async recover(): Promise<readonly string[]> {
    if (pendingDeletions(this.#home).length === 0) return [];
    return withLock(`${this.#home.operationsFile}.lock`, () => this.#finishAll());
  }

  /**
   * Deletes a snapshot; only within {@link locked}.
   *
   * @throws FlinkError `CHECKPOINT_FAILED` when something of it is left, such as a file that is not its own.
   */
  async delete(deletion: Deletion): Promise<void> {
    const id = randomUUID();
    await this.#append({ kind: 'deleting', id, time: this.#now(), ...deletion });
    await this.#finish({ id, deletion });
  }

  async #finishAll(): Promise<readonly string[]> {
    const pending = pendingDeletions(this.#home);
    // What cannot be deleted is told once, by whoever asked for it; here it must not keep others from their work.
    for (const each of pending) await this.#finish(each).catch(() => {});
    return pending.map(({ deletion }) => deletion.path);
  }

  async #finish({ id, deletion }: PendingDeletion): Promise<void> {
    await this.#tellJournal(deletion);
    let problem: unknown;
    try {
      await deleteSnapshot({ ...deletion, directory: deletion.path }, this.#files);
    } catch (error) {
      // An injected fault, or a full disk: nothing is known of the rest. A foreign file: the snapshot is gone.
      if (existsSync(deletion.metadataFile) || !isLeftover(error)) throw error;
      problem = error;
    }
    const text = problem === undefined ? {} : { problem: messageOf(problem) };
    await this.#append({ kind: 'deleted', id, time: this.#now(), ...text });
    if (problem !== undefined) throw problem;
  }

  /** The journal of a job that is over gets the record that the job itself would have written. */
  async #tellJournal({ jobId, path, checkpointId }: Deletion): Promise<void> {
    if (jobId === undefined) return;
    const file = this.#home.journalFile(jobId);
    if (!existsSync(file)) return;
    const { submitted, retained, unknownKinds } = readJournalState(file);
    const isKnown = retained.some((snapshot) => snapshot.path === path);
    if (!isKnown || unknownKinds.length > 0 || submitted === undefined || isProcessAlive(submitted.process)) return;
    const journal = await JobJournal.reopen(file, this.#now);
    try {
      await journal.append({ kind: 'subsumed', checkpointId, path });
    } finally {
      await journal.close();
    }
  }

  async #append(record: OperationRecord): Promise<void> {
    const path = this.#home.operationsFile;
    const isNew = !existsSync(path);
    const { endOffset, isTorn } = isNew ? { endOffset: 0, isTorn: false } : scanLines(path, 0, () => {});
    const file = await open(path, 'a', 0o600);
    try {
      if (isTorn) await file.truncate(endOffset);
      await file.writeFile(encodeLine(record));
      await file.datasync();
    } catch (error) {
      throw new FlinkError('JOB_FAILED', `Could not write ${path}: ${messageOf(error)}`, { cause: error });
    } finally {
      await file.close();
    }
    if (isNew) await new DurableFiles().syncDirectory(dirname(path));
  }
}

interface PendingDeletion {
  readonly id: string;
  readonly deletion: Deletion;
}

/** Deletions that were begun, by the order of their beginning, and whether they came to an end. @internal */
export function readDeletions(home: HomeDirectory): (PendingDeletion & { time: number; isDone: boolean })[] {
  const found = new Map<string, PendingDeletion & { time: number; isDone: boolean }>();
  if (!existsSync(home.operationsFile)) return [];
  scanLines(home.operationsFile, 0, (value) => {
    const record = value as unknown as OperationRecord;
    if (record.kind === 'deleting') {
      const { kind: _kind, id, time, ...deletion } = record;
      found.set(id, { id, deletion, time, isDone: false });
    } else if (record.kind === 'deleted') {
      const begun = found.get(record.id);
      if (begun !== undefined) found.set(record.id, { ...begun, isDone: true });
    }
  });
  return [...found.values()];
}

function pendingDeletions(home: HomeDirectory): PendingDeletion[] {
  return readDeletions(home).filter(({ isDone }) => !isDone);
}

function isLeftover(error: unknown): boolean {
  return messageOf(error).endsWith('is not empty');
}
