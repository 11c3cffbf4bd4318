/**
 * Finds jobs and snapshots over all journals of a home without reading them all each time. It is an index and never the
 * truth: it catches up with the journals whenever it is opened, and is made anew when it is absent or damaged.
 */

import type { JobId } from '../common/ids.js';
import type { HomeDirectory } from './home-directory.js';
import { IndexDatabase, indexFailed, isDamage } from './index-database.js';
import { INDEX_SCHEMA, INDEX_TABLES } from './index-schema.js';
import { catchUp, type IndexProblem, insertSnapshot } from './index-writer.js';
import type { JournalSnapshot } from './journal-record.js';
import { isProcessAlive, type ProcessIdentity } from './process-identity.js';
import type { RestoreMode } from './restore-mode.js';

/** A job, as its journal tells it. @internal */
export interface IndexedJob {
  readonly jobId: JobId;
  readonly name: string;
  /** Flink's name of the status; `FAILED` when the process is gone and the journal has no end. */
  readonly status: string;
  /** Whether the process is gone without having written the end. */
  readonly hasDied: boolean;
  /** Whether the status is one that a job never leaves. */
  readonly isTerminal: boolean;
  readonly startTime: number;
  /** When the status began; of a job that died, the last thing known of it. */
  readonly statusTime: number;
  readonly error?: string;
  readonly process: ProcessIdentity;
  readonly jobFile: string;
  readonly journalPath: string;
  readonly socketPath?: string;
  readonly logPath?: string;
  readonly outputPath?: string;
  readonly checkpointDirectory?: string;
  readonly restored?: { readonly path: string; readonly checkpointId: number; readonly mode: RestoreMode };
  /** Whether a later version wrote records that this one does not know: nothing of the job may be deleted then. */
  readonly hasUnknownRecords: boolean;
}

/** A snapshot that a job completed and still has. @internal */
export interface IndexedSnapshot {
  readonly path: string;
  readonly jobId: JobId;
  readonly kind: 'checkpoint' | 'savepoint';
  readonly checkpointId: number;
  readonly format: 'canonical' | 'native' | 'incremental';
  readonly stateSize: number;
  readonly checkpointedSize: number;
  readonly triggerTime: number;
  readonly durationMs: number;
}

const JOBS = `SELECT jobs.*, journals.path AS journal_path, journals.has_unknown_records
  FROM jobs JOIN journals USING (job_id)`;

const SNAPSHOTS = `SELECT path, job_id AS jobId, kind, checkpoint_id AS checkpointId, format, state_size AS stateSize,
  checkpointed_size AS checkpointedSize, trigger_time AS triggerTime, duration_ms AS durationMs
  FROM snapshots WHERE is_subsumed = 0`;

/** An open index. @internal */
export class SnapshotIndex {
  readonly #home: HomeDirectory;
  #database: IndexDatabase;
  #problems: readonly IndexProblem[] = [];

  private constructor(home: HomeDirectory, database: IndexDatabase) {
    this.#home = home;
    this.#database = database;
  }

  /** Opens the index of a home and catches up with its journals; to be closed. */
  static open(home: HomeDirectory): SnapshotIndex {
    home.create();
    const index = new SnapshotIndex(home, IndexDatabase.open(home.indexFile(INDEX_SCHEMA), INDEX_SCHEMA, INDEX_TABLES));
    index.catchUp();
    return index;
  }

  /** Reads what the journals have that the index has not. */
  catchUp(): void {
    try {
      this.#problems = catchUp(this.#database, this.#home);
    } catch (error) {
      if (!isDamage(error)) throw indexFailed(this.#database.path, error);
      this.rebuild();
    }
  }

  /** Throws the index away and reads every journal from its beginning. */
  rebuild(): void {
    this.#database.close();
    this.#database = IndexDatabase.rebuild(this.#home.indexFile(INDEX_SCHEMA), INDEX_SCHEMA, INDEX_TABLES);
    try {
      this.#problems = catchUp(this.#database, this.#home);
    } catch (error) {
      throw indexFailed(this.#database.path, error);
    }
  }

  /** Journals that could not be read when the index caught up; their jobs are as they were before, or missing. */
  get problems(): readonly IndexProblem[] {
    return this.#problems;
  }

  /** Every job of the home, by start time. */
  jobs(): IndexedJob[] {
    return this.#all<JobRow>(`${JOBS} ORDER BY start_time, job_id`).map(jobOf);
  }

  /** A job; null when the home has none with this id. */
  job(jobId: JobId): IndexedJob | null {
    const [row] = this.#all<JobRow>(`${JOBS} WHERE jobs.job_id = ?`, jobId);
    return row === undefined ? null : jobOf(row);
  }

  /** The snapshots of a job that were not subsumed, oldest first. */
  snapshots(jobId: JobId): IndexedSnapshot[] {
    return this.#all<IndexedSnapshot>(`${SNAPSHOTS} AND job_id = ? ORDER BY checkpoint_id, path`, jobId);
  }

  /** All snapshots that were not subsumed nor deleted, oldest first. */
  allSnapshots(): IndexedSnapshot[] {
    return this.#all<IndexedSnapshot>(`${SNAPSHOTS} ORDER BY trigger_time, path`);
  }

  /** The files of a snapshot with their sizes, `_metadata` aside. */
  filesOf(path: string): { readonly path: string; readonly size: number }[] {
    const sql = `SELECT files.path, files.size FROM "references" JOIN files ON files.path = file_path
      WHERE snapshot_path = ? ORDER BY files.path`;
    return this.#all<{ path: string; size: number }>(sql, path);
  }

  /** Takes in a snapshot that was found in a directory and that no journal of this home tells of. */
  addFound(jobId: JobId, snapshot: JournalSnapshot): void {
    this.#database.write(() => insertSnapshot(this.#database, jobId, snapshot));
  }

  /** The newest snapshot of a job, of that kind if one is given. */
  latestSnapshot(jobId: JobId, kind?: IndexedSnapshot['kind']): IndexedSnapshot | null {
    return this.snapshots(jobId).findLast((snapshot) => kind === undefined || snapshot.kind === kind) ?? null;
  }

  /** The snapshot in a directory (absolute path), if a job of this home made it and still has it. */
  snapshotAt(path: string): IndexedSnapshot | null {
    return this.#all<IndexedSnapshot>(`${SNAPSHOTS} AND path = ?`, path)[0] ?? null;
  }

  /** Directories of the snapshots that refer to a file (absolute path). */
  referencesTo(file: string): string[] {
    const sql = 'SELECT snapshot_path FROM "references" WHERE file_path = ? ORDER BY snapshot_path';
    return this.#all<{ snapshot_path: string }>(sql, file).map((row) => row.snapshot_path);
  }

  /** A query; a file that turns out to be damaged is made anew once. */
  #all<RowT>(sql: string, ...parameters: string[]): RowT[] {
    try {
      return this.#database.statement<RowT>(sql).all(...parameters);
    } catch (error) {
      if (!isDamage(error)) throw indexFailed(this.#database.path, error);
      this.rebuild();
      return this.#database.statement<RowT>(sql).all(...parameters);
    }
  }

  close(): void {
    this.#database.close();
  }
}

interface JobRow {
  readonly job_id: JobId;
  readonly name: string;
  readonly status: string;
  readonly status_time: number;
  readonly start_time: number;
  readonly has_ended: number;
  readonly error: string | null;
  readonly pid: number;
  readonly process_start: string;
  readonly job_file: string;
  readonly socket_path: string | null;
  readonly log_path: string | null;
  readonly output_path: string | null;
  readonly checkpoint_directory: string | null;
  readonly restored_path: string | null;
  readonly restored_checkpoint: number | null;
  readonly restore_mode: RestoreMode | null;
  readonly journal_path: string;
  readonly has_unknown_records: number;
}

function jobOf(row: JobRow): IndexedJob {
  const process = { pid: row.pid, startTime: row.process_start };
  const hasEnded = row.has_ended === 1;
  const hasDied = !hasEnded && !isProcessAlive(process);
  const { restored_path: path, restored_checkpoint: checkpointId, restore_mode: mode } = row;
  return {
    jobId: row.job_id,
    name: row.name,
    status: hasDied ? 'FAILED' : row.status,
    hasDied,
    isTerminal: hasEnded || hasDied,
    startTime: row.start_time,
    statusTime: row.status_time,
    process,
    jobFile: row.job_file,
    journalPath: row.journal_path,
    hasUnknownRecords: row.has_unknown_records === 1,
    ...(row.error !== null && { error: row.error }),
    ...(row.socket_path !== null && { socketPath: row.socket_path }),
    ...(row.log_path !== null && { logPath: row.log_path }),
    ...(row.output_path !== null && { outputPath: row.output_path }),
    ...(row.checkpoint_directory !== null && { checkpointDirectory: row.checkpoint_directory }),
    ...(path !== null && checkpointId !== null && mode !== null && { restored: { path, checkpointId, mode } }),
  };
}
