/**
 * Replays recorded calls of a real `bin/flink` (test/fixtures/golden-cli) against flink-ts: the same words, then the same
 * stdout, the same header and chain on stderr, the same exit code. Placeholders are those of the recordings.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, type CliSandbox, JOBS, REPOSITORY } from './run-cli.js';

export interface GoldenRow {
  readonly id: string;
  readonly argv: readonly string[];
  readonly pre?: string;
  readonly env?: Record<string, string>;
  readonly tty?: boolean;
  readonly merged?: boolean;
  readonly stdout?: string;
  /** The row whose stdout this row's begins with, and what follows. */
  readonly stdoutOf?: string;
  readonly stdoutEnd?: string;
  readonly stderr: string;
  readonly exit: number;
  /** State of the job after the call. */
  readonly state?: string | null;
}

export function goldenRows(version: '1.20.5' | '2.3.0' | 'programs-1.20.5' | 'snapshots-1.20.5'): readonly GoldenRow[] {
  const text = readFileSync(
    join(REPOSITORY, `test/fixtures/golden-cli/${/^[ps]/.test(version) ? version : `flink-${version}`}.jsonl`),
    'utf8',
  );
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GoldenRow);
}

/** Files that stand for the jars of the recordings; others are `<name>.js`. */
const JARS: Record<string, string> = { notajar: 'notajar.txt', empty: 'empty.jar' };

export function substitute(text: string, sandbox: CliSandbox): string {
  return text
    .replaceAll(/<JAR:([a-z]+)>/g, (_, name: string) => join(JOBS, JARS[name] ?? `golden-${name}.js`))
    .replaceAll('<DIR>', sandbox.directory)
    .replaceAll('<PORT>', '8081');
}

/** What stays the same from run to run: ids and times are numbered placeholders, stack frames are left out. */
export function normalise(text: string): string {
  const ids: string[] = [];
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .filter((line) => !line.startsWith('\t'))
    .join('\n')
    .replaceAll(/\b[0-9a-f]{32}\b/g, (id) => {
      if (id === '0123456789abcdef0123456789abcdef') return id;
      if (!ids.includes(id)) ids.push(id);
      return `<JOBID${ids.indexOf(id) === 0 ? '' : ids.indexOf(id) + 1}>`;
    })
    .replaceAll(/\b\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d\b/g, '<TIME>')
    .replaceAll(/<TIME\d+>/g, '<TIME>')
    .replaceAll(/^Job Runtime: \d+ ms$/gm, 'Job Runtime: <N> ms');
}

/** The lines of a failure up to the end of its chain; a remedy of ours stands behind a blank line. */
export function chainLines(stderr: string): readonly string[] {
  const lines = normalise(stderr).split('\n');
  const header = lines.indexOf(' The program finished with the following exception:');
  if (header === -1) return lines.filter((line) => line !== '');
  const chain = lines.slice(header + 2);
  const end = chain.indexOf('');
  return [...lines.slice(0, header + 2), ...(end === -1 ? chain : chain.slice(0, end))];
}

export interface Comparable {
  readonly stdout: string;
  readonly stderr: readonly string[];
  readonly exit: number;
}

export function actual(result: CliResult): Comparable {
  return { stdout: normalise(result.stdout), stderr: chainLines(result.stderr), exit: result.exit };
}

export function expected(row: GoldenRow, sandbox: CliSandbox): Comparable {
  return {
    stdout: normalise(substitute(row.stdout ?? '', sandbox)),
    stderr: chainLines(substitute(row.stderr, sandbox)),
    exit: row.exit,
  };
}
