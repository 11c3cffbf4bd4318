/** Brings the tables of the index up to the journals: each record becomes a few rows. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { messageOf } from '../common/errors.js';
import type { JobId } from '../common/ids.js';
import type { HomeDirectory } from './home-directory.js';
import { readDeletions } from './home-operations.js';
import type { IndexDatabase } from './index-database.js';
import { scanJournal } from './job-journal.js';
import type { JournalRecord, JournalSnapshot } from './journal-record.js';

const JOB_ID = /^[0-9a-f]{32}$/;

/** A journal that could not be read. @internal */
export interface IndexProblem {
  readonly jobId: JobId;
  readonly path: string;
  readonly message: string;
}

interface JournalRow {
  readonly job_id: JobId;
  readonly offset: number;
}

/** Reads what the journals of the home have that the index has not; returns those that it could not read. @internal */
export function catchUp(database: IndexDatabase, home: HomeDirectory): IndexProblem[] {
  const problems: IndexProblem[] = [];
  const jobIds = existsSync(home.jobsDirectory)
    ? readdirSync(home.jobsDirectory).filter((name) => JOB_ID.test(name))
    : [];
  const rows = database.statement<JournalRow>('SELECT job_id, offset FROM journals').all();
  const offsets = new Map(rows.map((row) => [row.job_id, row.offset]));
  for (const jobId of jobIds as JobId[]) {
    const path = home.journalFile(jobId);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined || size === offsets.get(jobId)) continue;
    try {
      database.write(() => readOn(database, jobId, path));
    } catch (error) {
      if (isDriverError(error)) throw error;
      problems.push({ jobId, path, message: messageOf(error) });
    }
  }
  applyDeletions(database, home);
  const present = new Set<string>(jobIds);
  const gone = rows.filter((row) => !present.has(row.job_id) || !existsSync(home.journalFile(row.job_id)));
  for (const { job_id } of gone) database.write(() => forget(database, job_id));
  return problems;
}

/** Snapshots that were deleted outside of their job, or are about to be; a path that was used again later is another one. */
function applyDeletions(database: IndexDatabase, home: HomeDirectory): void {
  const update = 'UPDATE snapshots SET is_subsumed = 1 WHERE path = ? AND trigger_time <= ? AND is_subsumed = 0';
  for (const { deletion, time } of readDeletions(home)) {
    const { changes } = database.statement(update).run(deletion.path, time) as { changes: number };
    if (changes > 0) database.write(() => dropReferences(database, deletion.path));
  }
}

function isDriverError(error: unknown): boolean {
  return String((error as { code?: unknown }).code ?? '').startsWith('SQLITE_');
}

/** Inside a transaction, so the offset is read again: another process may have been faster. */
function readOn(database: IndexDatabase, jobId: JobId, path: string): void {
  const row = database.statement<JournalRow>('SELECT job_id, offset FROM journals WHERE job_id = ?').get(jobId);
  let offset = row?.offset ?? 0;
  if (statSync(path).size < offset) {
    forget(database, jobId);
    offset = 0;
  }
  const reading = scanJournal(path, offset, (record) => applyToIndex(database, jobId, record));
  database
    .statement(
      `INSERT INTO journals (job_id, path, offset, has_unknown_records) VALUES (?, ?, ?, ?)
       ON CONFLICT (job_id) DO UPDATE SET offset = excluded.offset,
         has_unknown_records = max(has_unknown_records, excluded.has_unknown_records)`,
    )
    .run(jobId, path, reading.endOffset, reading.unknownKinds.length > 0 ? 1 : 0);
}

function forget(database: IndexDatabase, jobId: JobId): void {
  const paths = database.statement<{ path: string }>('SELECT path FROM snapshots WHERE job_id = ?').all(jobId);
  for (const { path } of paths) dropReferences(database, path);
  for (const table of ['snapshots', 'jobs', 'journals']) {
    database.statement(`DELETE FROM ${table} WHERE job_id = ?`).run(jobId);
  }
}

function applyToIndex(database: IndexDatabase, jobId: JobId, record: JournalRecord): void {
  switch (record.kind) {
    case 'submitted':
      insertJob(database, jobId, record);
      return;
    case 'restored':
      database
        .statement('UPDATE jobs SET restored_path = ?, restored_checkpoint = ?, restore_mode = ? WHERE job_id = ?')
        .run(record.path, record.checkpointId, record.mode, jobId);
      return;
    case 'status':
      database
        .statement('UPDATE jobs SET status = ?, status_time = ? WHERE job_id = ?')
        .run(record.status, record.time, jobId);
      return;
    case 'completed':
      insertSnapshot(database, jobId, record.snapshot);
      return;
    case 'subsumed':
      database.statement('UPDATE snapshots SET is_subsumed = 1 WHERE path = ?').run(record.path);
      dropReferences(database, record.path);
      return;
    case 'released':
      return;
    case 'ended':
      database
        .statement('UPDATE jobs SET status = ?, status_time = ?, has_ended = 1, error = ? WHERE job_id = ?')
        .run(record.status, record.time, record.error ?? null, jobId);
      return;
  }
}

function insertJob(
  database: IndexDatabase,
  jobId: JobId,
  record: Extract<JournalRecord, { readonly kind: 'submitted' }>,
): void {
  database
    .statement(
      `INSERT OR REPLACE INTO jobs (job_id, name, status, status_time, start_time, has_ended, pid, process_start,
         job_file, socket_path, log_path, output_path, checkpoint_directory)
       VALUES (?, ?, 'INITIALIZING', ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      jobId,
      record.name,
      record.time,
      record.time,
      record.process.pid,
      record.process.startTime,
      record.jobFile,
      record.socketPath ?? null,
      record.logPath ?? null,
      record.outputPath ?? null,
      record.checkpointDirectory ?? null,
    );
}

/** A snapshot that was completed, or found in a directory. @internal */
export function insertSnapshot(database: IndexDatabase, jobId: JobId, snapshot: JournalSnapshot): void {
  database
    .statement(
      `INSERT OR REPLACE INTO snapshots (path, job_id, kind, checkpoint_id, format, state_size, checkpointed_size,
         trigger_time, duration_ms, is_subsumed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
    )
    .run(
      snapshot.path,
      jobId,
      snapshot.kind,
      snapshot.checkpointId,
      snapshot.format,
      snapshot.stateSize,
      snapshot.checkpointedSize,
      snapshot.triggerTime,
      Math.round(snapshot.durationMs),
    );
  dropReferences(database, snapshot.path);
  for (const file of snapshot.files ?? []) {
    database.statement('INSERT OR REPLACE INTO files (path, size) VALUES (?, ?)').run(file.path, file.size);
    database
      .statement('INSERT OR IGNORE INTO "references" (snapshot_path, file_path) VALUES (?, ?)')
      .run(snapshot.path, file.path);
  }
}

/** Removes the references of a snapshot, and the files that no other snapshot refers to. */
function dropReferences(database: IndexDatabase, snapshotPath: string): void {
  database
    .statement(
      `DELETE FROM files WHERE path IN (SELECT file_path FROM "references" WHERE snapshot_path = ?)
         AND NOT EXISTS (SELECT 1 FROM "references" WHERE file_path = files.path AND snapshot_path <> ?)`,
    )
    .run(snapshotPath, snapshotPath);
  database.statement('DELETE FROM "references" WHERE snapshot_path = ?').run(snapshotPath);
}
