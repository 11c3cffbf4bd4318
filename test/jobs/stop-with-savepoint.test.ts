import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox, eventually, JOBS } from '../support/run-cli.js';

const DRAIN = join(JOBS, 'drain.js');

let sandbox: CliSandbox;
beforeEach(() => {
  sandbox = new CliSandbox();
});
afterEach(async () => {
  for (const id of (await sandbox.run(['list', '-r'])).stdout.match(/[0-9a-f]{32}/g) ?? [])
    await sandbox.run(['cancel', id]);
  sandbox.remove();
});

async function start(options: readonly string[], args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await sandbox.run(['run', '-d', ...options, DRAIN, ...args]);
  const id = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(stdout + stderr);
  return id;
}

async function stop(id: string, ...options: readonly string[]): Promise<string> {
  const { stdout, stderr } = await sandbox.run(['stop', ...options, '-p', join(sandbox.directory, 'sp'), id]);
  const path = /^Savepoint completed\. Path: (file:\S+)$/m.exec(stdout)?.[1];
  if (path === undefined) throw new Error(stdout + stderr);
  return path;
}

/** The lines that the sink has committed. */
function committed(output: string): string[] {
  const files = readdirSync(output, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'))
    .filter((line) => line !== '');
}

const numbersIn = (lines: readonly string[]) =>
  lines.flatMap((line) => (line.startsWith('number ') ? [Number(line.slice(7))] : [])).sort((a, b) => a - b);
const firedIn = (lines: readonly string[]) => lines.filter((line) => line.startsWith('fired '));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** Lets some numbers through: the job's log tells that its tasks run, the rest is a matter of milliseconds. */
async function letItRun(id: string): Promise<void> {
  const running = async () => (await sandbox.run(['list', '-r'])).stdout.includes(`${id} : drain job (RUNNING)`);
  await eventually(running, () => 'not running');
  const { exit } = await sandbox.run(['checkpoint', id]);
  expect(exit).toBe(0);
}

describe.each([
  ['without checkpoints', []],
  ['with checkpoints', ['-Dexecution.checkpointing.interval=100ms']],
])('stop with savepoint, %s', (_, options) => {
  it('SS-010: suspends without the end of input, and commits what the savepoint covers', async () => {
    const output = join(sandbox.directory, 'out');
    const id = await start(options, [output, '2']);
    await letItRun(id);

    await stop(id);

    const lines = committed(output);
    const numbers = numbersIn(lines);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(upTo(numbers.length));
    expect(firedIn(lines)).toEqual([]);
    expect((await sandbox.run(['list', '-a'])).stdout).toContain(`${id} : drain job (FINISHED)`);
  });

  it('SS-011: goes on in another job from the savepoint, drains that, and commits every number once', async () => {
    const output = join(sandbox.directory, 'out');
    const first = await start(options, [output, '2']);
    await letItRun(first);
    const savepoint = await stop(first, '-type', 'native');

    const second = await start([...options, '-s', savepoint], [output, '3']);
    await letItRun(second);
    await stop(second, '-d');

    const lines = committed(output);
    const numbers = numbersIn(lines);
    expect(numbers).toEqual(upTo(numbers.length));
    const fired = firedIn(lines).sort();
    const perKey = upTo(7).map((key) => `fired ${key} ${Math.floor((numbers.length - 1 - key) / 7) + 1}`);
    expect(fired).toEqual(perKey);
  });
});
