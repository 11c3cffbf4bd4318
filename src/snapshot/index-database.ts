/**
 * Opens the index: the only file that imports better-sqlite3. Many processes use one index at once (every verb, every
 * job process); whatever happens to the file, nothing is lost, since it is rebuilt from the journals.
 *
 * better-sqlite3 is synchronous. That is right here: a query takes microseconds, and neither a verb nor the start of a
 * job has anything else to do meanwhile. Threads that process records never open the index.
 */

import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { FlinkError, messageOf } from '../common/errors.js';

/** How long another process may hold the write lock; a catch-up takes milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/** The driver's prepared statement, as far as it is used. @internal */
export interface Statement<RowT = Record<string, unknown>> {
  run(...parameters: unknown[]): unknown;
  get(...parameters: unknown[]): RowT | undefined;
  all(...parameters: unknown[]): RowT[];
}

/** An open index file. @internal */
export class IndexDatabase {
  readonly path: string;
  readonly #database: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();

  private constructor(path: string, database: Sqlite.Database) {
    this.path = path;
    this.#database = database;
  }

  /**
   * Opens the file, makes it when it is absent, and makes it again when it is damaged or holds other tables. Where it
   * cannot be written at all (a home on a read-only disk) the index lives in memory for this process.
   */
  static open(path: string, schema: number, tables: string): IndexDatabase {
    try {
      return new IndexDatabase(path, prepare(path, schema, tables));
    } catch (error) {
      if (isOutOfReach(error)) return new IndexDatabase(path, prepare(':memory:', schema, tables));
      if (!isDamage(error)) throw indexFailed(path, error);
    }
    return IndexDatabase.rebuild(path, schema, tables);
  }

  /** Throws the file away and makes an empty one. */
  static rebuild(path: string, schema: number, tables: string): IndexDatabase {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true });
    try {
      return new IndexDatabase(path, prepare(path, schema, tables));
    } catch (error) {
      throw indexFailed(path, error);
    }
  }

  /** A statement, prepared once. */
  statement<RowT = Record<string, unknown>>(sql: string): Statement<RowT> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement as unknown as Statement<RowT>;
  }

  /** Runs `action` while no other process writes: all of it happens, or nothing. */
  write<T>(action: () => T): T {
    return this.#database.transaction(action).immediate();
  }

  close(): void {
    this.#database.close();
  }
}

/** Whether an error says that the file is damaged, so that rebuilding it helps. @internal */
export function isDamage(error: unknown): boolean {
  return (
    codeOf(error) === OTHER_SCHEMA || ['SQLITE_CORRUPT', 'SQLITE_NOTADB'].some((code) => codeOf(error).startsWith(code))
  );
}

/** The error for what the driver threw. @internal */
export function indexFailed(path: string, error: unknown): FlinkError {
  if (error instanceof FlinkError) return error;
  return new FlinkError('INDEX_FAILED', `The index ${path} cannot be used: ${messageOf(error)}`, { cause: error });
}

const OTHER_SCHEMA = 'OTHER_SCHEMA';

function prepare(path: string, schema: number, tables: string): Sqlite.Database {
  const database = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Readers and the one writer do not wait for each other.
    database.pragma('journal_mode = WAL');
    // A power failure may lose the last transactions, never the file; the journals have them.
    database.pragma('synchronous = NORMAL');
    const make = database.transaction(() => {
      const found = database.pragma('user_version', { simple: true });
      if (found === schema) return;
      const objects = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
      if (found !== 0 || objects !== 0) throw Object.assign(new Error('it holds other tables'), { code: OTHER_SCHEMA });
      database.exec(tables);
      database.pragma(`user_version = ${schema}`);
    });
    if (database.pragma('user_version', { simple: true }) !== schema) make.immediate();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? '');
}

function isOutOfReach(error: unknown): boolean {
  return ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_PERM'].some((code) => codeOf(error).startsWith(code));
}
