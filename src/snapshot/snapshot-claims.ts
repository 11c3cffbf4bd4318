/**
 * Which jobs of a home own which restored snapshots. A claim is a file in `claims/`, named after the real path of the
 * snapshot and made exclusively: of two live jobs that want the same snapshot, one is refused. The file lists what belongs
 * to the snapshot, so that a deletion that a crash cut short can be finished without its `_metadata`.
 *
 * Order: claim → the journal's "restored"; later the journal's "subsumed" → deletion → the claim is given back.
 */

import { createHash, randomUUID } from 'node:crypto';
import { link, readdir, readFile, realpath, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FlinkError } from '../common/errors.js';
import type { JobId } from '../common/ids.js';
import { DurableFiles, isCode } from './durable-files.js';
import { isProcessAlive, type ProcessIdentity } from './process-identity.js';
import { deleteSnapshot } from './snapshot-directory.js';

/** What a claim says. @internal */
export interface ClaimRecord {
  readonly jobId: JobId;
  readonly process: ProcessIdentity;
  /** Absolute path of the snapshot's directory. */
  readonly path: string;
  /** Its own files, `_metadata` aside. */
  readonly files: readonly string[];
}

/** A claim that this job holds. @internal */
export interface SnapshotClaim {
  readonly path: string;
  /** Gives the snapshot back; may be called twice. */
  release(): Promise<void>;
}

/** Left over by a process that died. */
const ATTEMPTS = 5;

/** The claims of one home. @internal */
export class SnapshotClaims {
  readonly #directory: string;
  readonly #files: DurableFiles;

  constructor(directory: string, files = new DurableFiles()) {
    this.#directory = directory;
    this.#files = files;
  }

  /**
   * Claims a snapshot for a job.
   *
   * @throws FlinkError `SNAPSHOT_CLAIMED` when a live job has it.
   */
  async claim(record: ClaimRecord): Promise<SnapshotClaim> {
    await this.#files.makeDirectory(this.#directory);
    const file = join(this.#directory, await claimName(record.path));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.#create(file, record)) {
        return { path: record.path, release: () => this.#release(file, record) };
      }
      const holder = await readClaim(file);
      if (holder !== undefined && isProcessAlive(holder.process)) throw claimed(record, holder);
      await this.#removeStale(file, holder);
    }
    throw new FlinkError('SNAPSHOT_CLAIMED', `Snapshot ${record.path} is being claimed by other jobs.`);
  }

  /**
   * Finishes what jobs left whose process died: a snapshot that its journal gives up is deleted, a claim is given back.
   * A claim whose deletion fails stays for the next time.
   */
  async recover(isSubsumed: (claim: ClaimRecord) => boolean): Promise<readonly string[]> {
    const recovered: string[] = [];
    for (const name of await namesIn(this.#directory)) {
      if (name.includes('.')) continue;
      const file = join(this.#directory, name);
      const claim = await readClaim(file);
      if (claim === undefined || isProcessAlive(claim.process)) continue;
      if (await this.#finish(claim, isSubsumed)) {
        await this.#files.unlink(file);
        recovered.push(claim.path);
      }
    }
    return recovered;
  }

  /** True when nothing is left to do for the claim. A journal that cannot be read keeps it. */
  async #finish(claim: ClaimRecord, isSubsumed: (claim: ClaimRecord) => boolean): Promise<boolean> {
    try {
      if (isSubsumed(claim)) await deleteSnapshot({ directory: claim.path, files: claim.files }, this.#files);
      return true;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return true;
      if (error instanceof FlinkError) return false;
      throw error;
    }
  }

  /** Makes the file with its content in one step: nobody sees a claim that is half written. */
  async #create(file: string, record: ClaimRecord): Promise<boolean> {
    const draft = `${file}.${randomUUID()}`;
    await this.#files.writeFile(draft, Buffer.from(JSON.stringify(record)));
    try {
      await link(draft, file);
      await this.#files.syncDirectory(this.#directory);
      return true;
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await unlink(draft).catch(() => {});
    }
  }

  async #release(file: string, record: ClaimRecord): Promise<void> {
    const holder = await readClaim(file);
    if (holder?.jobId === record.jobId) await this.#files.unlink(file);
  }

  /** Takes a dead job's claim away; when another one took its place meanwhile, that is put back. */
  async #removeStale(file: string, holder: ClaimRecord | undefined): Promise<void> {
    const aside = `${file}.${randomUUID()}`;
    try {
      await rename(file, aside);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return;
      throw error;
    }
    const taken = await readClaim(aside);
    if (taken !== undefined && taken.jobId !== holder?.jobId) await link(aside, file).catch(() => {});
    await unlink(aside).catch(() => {});
  }
}

function claimed(record: ClaimRecord, holder: ClaimRecord): FlinkError {
  return new FlinkError(
    'SNAPSHOT_CLAIMED',
    `Snapshot ${record.path} cannot be claimed by job ${record.jobId}: job ${holder.jobId}, which is running, has claimed it.`,
  );
}

/** The name of a claim; two names of one directory are one. */
async function claimName(path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  return createHash('sha256').update(real).digest('hex').slice(0, 32);
}

async function readClaim(file: string): Promise<ClaimRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as ClaimRecord;
    return typeof value.jobId === 'string' && typeof value.path === 'string' ? value : undefined;
  } catch (error) {
    if (isCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}
