/**
 * The tables of the index. The index can always be rebuilt from the journals, so a change of the tables gets another
 * number, which is another file: an older and a newer version work side by side, each with its own.
 */

/** The number of this schema; part of the file's name. @internal */
export const INDEX_SCHEMA = 1;

/** Makes the tables. @internal */
export const INDEX_TABLES = `
  -- How far each journal has been read. A journal that is shorter than that was replaced, and is read again.
  CREATE TABLE journals (
    job_id TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    offset INTEGER NOT NULL,
    has_unknown_records INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    status_time INTEGER NOT NULL,
    start_time INTEGER NOT NULL,
    has_ended INTEGER NOT NULL,
    error TEXT,
    pid INTEGER NOT NULL,
    process_start TEXT NOT NULL,
    job_file TEXT NOT NULL,
    socket_path TEXT,
    log_path TEXT,
    output_path TEXT,
    checkpoint_directory TEXT,
    restored_path TEXT,
    restored_checkpoint INTEGER,
    restore_mode TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX jobs_by_start ON jobs (start_time);

  CREATE TABLE snapshots (
    path TEXT PRIMARY KEY,
    job_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    checkpoint_id INTEGER NOT NULL,
    format TEXT NOT NULL,
    state_size INTEGER NOT NULL,
    checkpointed_size INTEGER NOT NULL,
    trigger_time INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    is_subsumed INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX snapshots_by_job ON snapshots (job_id, checkpoint_id);

  CREATE TABLE files (
    path TEXT PRIMARY KEY,
    size INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Which snapshot needs which file; rows of subsumed snapshots are gone.
  CREATE TABLE "references" (
    snapshot_path TEXT NOT NULL,
    file_path TEXT NOT NULL,
    PRIMARY KEY (snapshot_path, file_path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX references_by_file ON "references" (file_path);
`;
