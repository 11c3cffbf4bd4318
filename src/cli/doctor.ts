/** `doctor`: looks at what most often is wrong on a machine, and says what to do about it. */

import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../common/errors.js';
import { newJobId } from '../common/ids.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { HomeOperations, readDeletions } from '../snapshot/home-operations.js';
import { SnapshotIndex } from '../snapshot/snapshot-index.js';
import type { Invocation, Verb } from './commands.js';
import { printTable, sizeText } from './table.js';
import { packageVersion } from './version.js';

/** What was found; documented in `docs/cli.md`, and stable. */
interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

const PROBLEMS = 10;
const OLDEST_NODE = 20;
const LITTLE_SPACE = 1024 * 1024 * 1024;

/** The verb. @internal */
export const doctorVerb: Verb = {
  async run({ line, output, environment, settings }: Invocation) {
    const home = new HomeDirectory(environment);
    const findings = [
      look('node', nodeVersion),
      look('home', () => homeDirectory(home)),
      look('sockets', () => ok(home.socketPath(newJobId()).replace(/\/[^/]*$/, ''))),
      look('index', () => index(home)),
      look('jobs', () => jobs(home)),
      await deletions(home),
      ...spaces(home, settings),
    ];
    if (line.has('json')) output.out(`${JSON.stringify({ version: packageVersion(), findings }, null, 2)}\n`);
    else {
      const rows = findings.map(({ check, ok: isOk, detail }) => [check, isOk ? 'ok' : 'PROBLEM', detail]);
      await printTable(output, { head: ['CHECK', 'RESULT', 'DETAIL'], rows });
    }
    return findings.every((finding) => finding.ok) ? 0 : PROBLEMS;
  },
};

type Result = Omit<Finding, 'check'>;

const ok = (detail: string): Result => ({ ok: true, detail });
const problem = (detail: string): Result => ({ ok: false, detail });

function look(check: string, action: () => Result): Finding {
  try {
    return { check, ...action() };
  } catch (error) {
    return { check, ok: false, detail: messageOf(error) };
  }
}

function nodeVersion(): Result {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return ok(process.version);
  return problem(`${process.version}; flink-ts needs Node ${OLDEST_NODE} or later.`);
}

function homeDirectory(home: HomeDirectory): Result {
  home.create();
  accessSync(home.path, constants.R_OK | constants.W_OK | constants.X_OK);
  return ok(home.path);
}

function index(home: HomeDirectory): Result {
  const opened = SnapshotIndex.open(home);
  try {
    const [first] = opened.problems;
    if (first !== undefined) return problem(`${opened.problems.length} journals cannot be read: ${first.message}`);
    return ok(`${opened.jobs().length} jobs, ${opened.allSnapshots().length} snapshots`);
  } finally {
    opened.close();
  }
}

/** A process that died without a word is worth a look into its log. */
function jobs(home: HomeDirectory): Result {
  const opened = SnapshotIndex.open(home);
  try {
    const dead = opened.jobs().filter(({ hasDied }) => hasDied);
    const running = opened.jobs().filter(({ isTerminal }) => !isTerminal).length;
    if (dead.length === 0) return ok(`${running} running`);
    const newest = dead.at(-1);
    return problem(
      `${dead.length} ended without saying how (killed, or out of memory); newest: ${newest?.jobId} (${newest?.name}), log ${newest?.logPath ?? '-'}`,
    );
  } finally {
    opened.close();
  }
}

async function deletions(home: HomeDirectory): Promise<Finding> {
  const check = 'deletions';
  try {
    const recovered = await new HomeOperations(home).recover();
    const left = readDeletions(home).filter(({ isDone }) => !isDone);
    if (left.length > 0)
      return { check, ...problem(`cannot be finished: ${left.map((each) => each.deletion.path).join(', ')}`) };
    return { check, ...ok(recovered.length === 0 ? 'none open' : `finished: ${recovered.join(', ')}`) };
  } catch (error) {
    return { check, ...problem(messageOf(error)) };
  }
}

function spaces(home: HomeDirectory, settings: Readonly<Record<string, string>>): Finding[] {
  const directory = settings['execution.checkpointing.dir'] ?? settings['state.checkpoints.dir'];
  const paths = new Set([
    home.path,
    tmpdir(),
    ...(directory === undefined ? [] : [directory.replace(/^file:(\/\/)?/, '')]),
  ]);
  return [...paths].map((path) =>
    look('space', () => {
      const { bavail, bsize } = statfsSync(join(path, '.'));
      const free = Number(bavail) * Number(bsize);
      const detail = `${sizeText(free)} free in ${path}`;
      return free < LITTLE_SPACE ? problem(detail) : ok(detail);
    }),
  );
}
