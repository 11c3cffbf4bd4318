/**
 * Runs a job to its end through crashes: kills the process or a worker at random points, starts the job again from its newest
 * checkpoint, and gives back what the exactly-once file sink has committed. A seed decides everything but the machine's speed.
 */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliSandbox, JOBS } from './run-cli.js';
import { type SeededRandom, seededRandom } from './seeded-random.js';

/** The shapes of test/fixtures/jobs/crash/shapes.js. */
export const SHAPES = ['stateless', 'count', 'timers', 'union'] as const;
export type Shape = (typeof SHAPES)[number];

const KEYS = 40;
const FILES = 3;
const LINES = 1500;

/** One run: its committed lines, sorted, and the story of its crashes for the message of a failure. */
export interface CrashRun {
  readonly lines: readonly string[];
  readonly story: readonly string[];
}

/**
 * Writes the input of all runs: two folders of NDJSON files, a little out of order. Each file goes on where the one before
 * it ends, so that no record is late in whatever order they are read.
 */
export function writeInput(directory: string): void {
  const random = seededRandom(4711);
  for (const folder of ['a', 'b']) {
    mkdirSync(join(directory, folder), { recursive: true });
    for (let file = 0; file < FILES; file++) {
      const lines = Array.from({ length: LINES }, (_, i) =>
        JSON.stringify({
          k: `key-${random.integer(KEYS)}`,
          v: random.integer(1000),
          t: (file * LINES + i) * 100 + random.integer(3000),
        }),
      );
      writeFileSync(join(directory, folder, `${file}.ndjson`), `${lines.join('\n')}\n`);
    }
  }
}

/** Runs a shape without any crash. */
export async function undisturbedRun(sandbox: CliSandbox, input: string, shape: Shape): Promise<readonly string[]> {
  const output = join(sandbox.directory, `expected-${shape}`);
  const result = await sandbox.run(['run', '-p', '1', join(JOBS, 'crash/shapes.js'), shape, input, output]);
  if (result.exit !== 0) throw new Error(`The undisturbed run of ${shape} failed:\n${result.stdout}${result.stderr}`);
  return committedLines(output);
}

/** Runs a shape through the crashes that the seed draws. */
export async function crashRun(sandbox: CliSandbox, input: string, shape: Shape, seed: number): Promise<CrashRun> {
  const random = seededRandom(seed);
  const name = `${shape}-${seed}`;
  const directory = join(sandbox.directory, name);
  const [output, checkpoints] = [join(directory, 'output'), join(directory, 'checkpoints')];
  const kills = random.integer(4);
  const story: string[] = [`${shape}, seed ${seed}, ${kills} kills`];
  for (let launch = 0; ; launch++) {
    const parallelism = 1 + random.integer(2);
    const crashes = launch < 2 ? drawCrashes(random) : '';
    const from = newestCheckpoint(checkpoints);
    const args = [
      'run',
      '-p',
      String(parallelism),
      `-Dexecution.checkpointing.dir=${checkpoints}`,
      `-Dexecution.checkpointing.interval=${20 + random.integer(120)}ms`,
      `-Dexecution.checkpointing.incremental=${random.integer(2) === 1}`,
      '-Dpipeline.max-parallelism=128',
      '-Drestart-strategy.type=fixed-delay',
      '-Drestart-strategy.fixed-delay.attempts=10',
      '-Drestart-strategy.fixed-delay.delay=10ms',
      ...(from === undefined ? [] : ['-s', from]),
      join(JOBS, 'crash/shapes.js'),
      shape,
      input,
      output,
      crashes,
    ];
    story.push(`launch ${launch}: p ${parallelism}, crashes [${crashes}], from ${from ?? 'nothing'}`);
    const child = sandbox.start(args);
    const killAfter = launch < kills ? 250 + random.integer(1200) : undefined;
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter);
    const result = await child;
    clearTimeout(timer);
    if (result.exitCode === 0) return { lines: committedLines(output), story };
    // The kill may come after the end: a finished job leaves no checkpoint, and must not be started again.
    if (await hasFinished(sandbox, result.stdout)) return { lines: committedLines(output), story };
    story.push(
      result.signal === 'SIGKILL' ? `killed after ${killAfter} ms` : `exit ${result.exitCode}: ${result.stderr}`,
    );
    if (result.signal !== 'SIGKILL') throw new Error(`The job failed.\n${story.join('\n')}\n${result.stdout}`);
  }
}

async function hasFinished(sandbox: CliSandbox, stdout: string): Promise<boolean> {
  const jobId = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1];
  const { jobs } = JSON.parse((await sandbox.run(['list', '-a', '--json'])).stdout) as {
    jobs: readonly { readonly id: string; readonly state: string }[];
  };
  return jobs.some(({ id, state }) => id === jobId && state === 'FINISHED');
}

function drawCrashes(random: SeededRandom): string {
  const crashes: string[] = [];
  const count = random.integer(3);
  for (let attempt = 0; attempt < count; attempt++) {
    crashes.push(`${attempt}:${1 + random.integer(LINES)}:${random.integer(2) === 0 ? 'exit' : 'throw'}`);
  }
  return crashes.join(',');
}

/** The newest complete checkpoint of all jobs that wrote into the directory. */
function newestCheckpoint(directory: string): string | undefined {
  let newest: { path: string; time: number } | undefined;
  for (const job of list(directory)) {
    for (const checkpoint of list(join(directory, job))) {
      const path = join(directory, job, checkpoint);
      if (!checkpoint.startsWith('chk-') || !list(path).includes('_metadata')) continue;
      const time = statSync(join(path, '_metadata')).mtimeMs;
      if (newest === undefined || time > newest.time) newest = { path, time };
    }
  }
  return newest?.path;
}

function committedLines(output: string): string[] {
  const lines: string[] = [];
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.startsWith('.')) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    lines.push(...text.split('\n').filter((line) => line !== ''));
  }
  return lines.sort();
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
