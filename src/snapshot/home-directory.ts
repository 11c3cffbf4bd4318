/**
 * Where flink-ts keeps what it knows: the home directory (configuration, journals and logs of jobs, the index) and the
 * runtime directory (the sockets of live jobs). Only paths are decided here, and the directories are made.
 */

import { lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import type { JobId } from '../common/ids.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Bytes of a socket's path: the system's limit is 104 on macOS and 108 on Linux, with the zero at the end. */
const MAX_SOCKET_PATH = 100;

/** The paths in a home directory. @internal */
export class HomeDirectory {
  readonly path: string;
  readonly #environment: Environment;

  /** `FLINK_TS_HOME`, else `flink-ts` in the XDG state directory. */
  constructor(environment: Environment = process.env) {
    this.#environment = environment;
    const state = absolute(environment['XDG_STATE_HOME']) ?? join(environment['HOME'] ?? homedir(), '.local', 'state');
    const home = environment['FLINK_TS_HOME'];
    this.path = home === undefined || home === '' ? join(state, 'flink-ts') : resolve(home);
  }

  /** `FLINK_TS_CONF_DIR`, else `conf` in the home. */
  get configDirectory(): string {
    const given = this.#environment['FLINK_TS_CONF_DIR'];
    return given === undefined || given === '' ? join(this.path, 'conf') : resolve(given);
  }

  get configFile(): string {
    return join(this.configDirectory, 'config.yaml');
  }

  get jobsDirectory(): string {
    return join(this.path, 'jobs');
  }

  /** Each claimed snapshot is a directory in here, named after the hash of its path. */
  get claimsDirectory(): string {
    return join(this.path, 'claims');
  }

  /** The journal of operations outside of a live job; its lock stands beside it. */
  get operationsFile(): string {
    return join(this.path, 'operations');
  }

  jobDirectory(jobId: JobId): string {
    return join(this.jobsDirectory, jobId);
  }

  journalFile(jobId: JobId): string {
    return join(this.jobDirectory(jobId), 'journal');
  }

  logFile(jobId: JobId): string {
    return join(this.jobDirectory(jobId), 'job.log');
  }

  /** Standard output and error of a detached job. */
  outputFile(jobId: JobId): string {
    return join(this.jobDirectory(jobId), 'job.out');
  }

  /** REST answers of an ended job. */
  archiveFile(jobId: JobId): string {
    return join(this.jobDirectory(jobId), 'archive.json');
  }

  /** The index of one schema; another schema is another file. */
  indexFile(schema: number): string {
    return join(this.path, `index-${schema}.sqlite`);
  }

  /**
   * Makes the home; only the user may look into it, since arguments and state may be private.
   *
   * @throws FlinkError `CONFIG_INVALID` when it cannot be made.
   */
  create(): void {
    this.#make(this.jobsDirectory);
  }

  /** Makes the directory of a job and returns it. */
  createJobDirectory(jobId: JobId): string {
    const directory = this.jobDirectory(jobId);
    this.#make(directory);
    return directory;
  }

  #make(directory: string): void {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      const message = `The home directory ${this.path} cannot be used: ${messageOf(error)}. Set FLINK_TS_HOME to another.`;
      throw new FlinkError('CONFIG_INVALID', message, { cause: error });
    }
  }

  /**
   * The path of a job's socket, in a directory that exists, that only the user can enter, and that is short enough:
   * `XDG_RUNTIME_DIR/flink-ts`, else a directory of the user under the temporary directory, else under `/tmp`.
   *
   * @throws FlinkError `CONFIG_INVALID` when no such directory can be had.
   */
  socketPath(jobId: JobId): string {
    const name = `${jobId}.sock`;
    let problem = 'every path is too long';
    for (const directory of this.#runtimeDirectories()) {
      const path = join(directory, name);
      if (Buffer.byteLength(path) > MAX_SOCKET_PATH) continue;
      try {
        makePrivate(directory);
        return path;
      } catch (error) {
        problem = messageOf(error);
      }
    }
    throw new FlinkError(
      'CONFIG_INVALID',
      `There is no runtime directory for the sockets of jobs: ${problem}. Set XDG_RUNTIME_DIR to a short path.`,
    );
  }

  #runtimeDirectories(): string[] {
    const runtime = absolute(this.#environment['XDG_RUNTIME_DIR']);
    const own = `flink-ts-${userInfo().uid}`;
    const temporary = absolute(this.#environment['TMPDIR']) ?? tmpdir();
    return [...(runtime === null ? [] : [join(runtime, 'flink-ts')]), join(temporary, own), join('/tmp', own)];
  }
}

/** XDG: a relative path in its variables is to be ignored. */
function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}

/** Makes a directory of mode 0700, or checks that the one that is there belongs to the user alone. */
function makePrivate(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = lstatSync(directory);
  const isOwn = found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
  if (!isOwn) throw new Error(`${directory} can be entered by others, or belongs to somebody else`);
}
