/** What `run` and `info` are told about the program: which file, which arguments, how parallel, from which snapshot. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RestoreMode } from '../snapshot/restore-mode.js';
import { CliProgramError, CliUsageError } from './cli-errors.js';
import type { ParsedLine } from './commons-cli-parser.js';

/** The snapshot of `-s`, and what becomes of it. @internal */
export interface RestoreOptions {
  readonly path: string;
  readonly allowNonRestoredState: boolean;
  readonly claimMode: RestoreMode;
  /** Lines that Flink prints about the mode. */
  readonly notices: readonly string[];
}

/** The options of a program, checked as far as the words alone allow. @internal */
export interface ProgramOptions {
  /** As it was given; undefined when there was none. */
  readonly jobFile: string | undefined;
  readonly args: readonly string[];
  readonly entry: string | undefined;
  readonly parallelism: number | undefined;
  readonly detached: boolean;
  readonly restore: RestoreOptions | undefined;
  /** Python options that have no effect. */
  readonly ignored: readonly string[];
}

const CLAIM_MODES: readonly RestoreMode[] = ['CLAIM', 'NO_CLAIM', 'LEGACY'];
const PYTHON_ENTRIES = ['py', 'pym'];
const PYTHON_EXTRAS = ['pyfs', 'pyreq', 'pyarch', 'pyexec', 'pyclientexec', 'pypath'];
const URL_PROTOCOLS = new Set(['file:', 'http:', 'https:', 'ftp:', 'jar:', 'mailto:']);
const JAVA_INT_MAX = 0x7fffffff;
const JOB_FILE = /\.[cm]?[jt]s$/;

/**
 * Reads the options of a program.
 *
 * @throws CliUsageError, or CliProgramError for a claim mode that does not exist.
 * @internal
 */
export function readProgramOptions(line: ParsedLine): ProgramOptions {
  if (PYTHON_ENTRIES.some((name) => line.has(name))) {
    throw new CliUsageError(
      'Python command line option detected but the flink-python module seems to be missing or not working as expected.',
    );
  }
  const words = line.has('a') ? line.values('a') : line.args;
  const named = line.value('j');
  for (const url of line.values('C')) checkClasspath(url);
  const parallelism = readParallelism(line.value('p'));
  return {
    jobFile: named ?? words[0],
    args: named === undefined ? words.slice(1) : words,
    entry: line.value('c'),
    parallelism,
    detached: line.has('d') || line.has('yd'),
    restore: readRestoreOptions(line),
    ignored: PYTHON_EXTRAS.filter((name) => line.has(name)),
  };
}

/**
 * The absolute path of the job file.
 *
 * @throws CliUsageError when there is none, or it cannot be one.
 * @internal
 */
export function locateJobFile(options: ProgramOptions): string {
  if (options.jobFile === undefined) throw new CliUsageError('Java program should be specified a JAR file.');
  const path = options.jobFile.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  const kind = path === '' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (kind === undefined) {
    throw jobFileError(`JAR file does not exist: ${path}`, missingFileRemedy(path));
  }
  if (!kind.isFile()) throw jobFileError(`JAR file is not a file: ${path}`, 'Give the path of a compiled job file.');
  if (!JOB_FILE.test(path)) {
    throw jobFileError(
      `Error while opening jar file '${path}'`,
      'A job file is a compiled ES module: its name ends in .js, .mjs or .cjs.',
    );
  }
  return resolve(path);
}

function missingFileRemedy(path: string): string {
  return path.startsWith('-')
    ? `"${path}" is no option of this verb, so it was taken as the job file; see -h for the options.`
    : 'Give the path of a compiled job file, such as dist/jobs/word-count.js.';
}

function jobFileError(reason: string, remedy: string): CliUsageError {
  return new CliUsageError(`Could not get job jar and dependencies from JAR file: ${reason}`, { remedy });
}

function checkClasspath(url: string): void {
  if (!URL.canParse(url) || !URL_PROTOCOLS.has(new URL(url).protocol)) {
    throw new CliUsageError(`Bad syntax for classpath: ${url}`);
  }
}

/** A Java int that is positive, or -1, which stands for the default. */
function readParallelism(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value === -1 || (value > 0 && value <= JAVA_INT_MAX))) {
    throw new CliUsageError(`The parallelism must be a positive number: ${text}`);
  }
  return value;
}

/** Nothing is looked at without `-s`, bad values neither. */
function readRestoreOptions(line: ParsedLine): RestoreOptions | undefined {
  const path = line.value('s');
  if (path === undefined) return undefined;
  const isOldName = !line.has('cm') && line.has('rm');
  const claimMode = readClaimMode(line.value('cm') ?? line.value('rm'));
  const notices = [
    ...(isOldName ? ["The option 'restoreMode' is deprecated. Please use 'claimMode' instead."] : []),
    ...(claimMode === 'LEGACY'
      ? ['Warning: The LEGACY restore mode is deprecated, please use CLAIM or NO_CLAIM mode instead.']
      : []),
  ];
  return { path, allowNonRestoredState: line.has('n'), claimMode, notices };
}

function readClaimMode(text: string | undefined): RestoreMode {
  if (text === undefined) return 'NO_CLAIM';
  const mode = CLAIM_MODES.find((each) => each === text.toUpperCase());
  if (mode !== undefined) return mode;
  throw badEnum('org.apache.flink.core.execution.RestoreMode', CLAIM_MODES);
}

/** A value that is none of an enum's; not an argument error in Flink, but a failure with a chain. @internal */
export function badEnum(className: string, names: readonly string[]): CliProgramError {
  const message = `Could not parse value for enum class ${className}. Expected one of: [[${names.join(', ')}]]`;
  return new CliProgramError([{ className: 'java.lang.IllegalArgumentException', message }]);
}
