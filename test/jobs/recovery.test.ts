/** A job that fails once, each time in another way, commits what an undisturbed one commits. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, JOBS } from '../support/run-cli.js';

const JOB = join(JOBS, 'recovery/sums.js');

function expected(): string[] {
  const sums = new Map<number, number>();
  const lines = Array.from({ length: 1500 }, (_, n) => {
    const sum = (sums.get(n % 7) ?? 0) + 1;
    sums.set(n % 7, sum);
    return `${n % 7} ${sum}`;
  });
  return lines.sort();
}

function committed(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trimEnd().split('\n'))
    .sort();
}

describe('a job that fails once', () => {
  it.each([
    ['none', 'nothing'],
    ['throw', 'a function that throws'],
    ['die', 'a worker that ends'],
    ['memory', 'a worker that runs out of memory'],
    ['checkpoint', 'a snapshot that fails'],
  ])('commits the same over %s: %s', async (how) => {
    const cli = new CliSandbox();
    onTestFinished(() => cli.remove());

    const { exit, stderr, stdout } = await cli.run([
      'run',
      '-p',
      '2',
      '-Dtaskmanager.memory.task.heap.size=48m',
      '-Drestart-strategy.type=fixed-delay',
      '-Drestart-strategy.fixed-delay.attempts=2',
      '-Drestart-strategy.fixed-delay.delay=10ms',
      JOB,
      how,
      'out',
      join(cli.directory, 'marker'),
    ]);

    expect({ exit, message: exit === 0 ? '' : stdout + stderr }).toEqual({ exit: 0, message: '' });
    expect(cli.read('marker')).toBe(how === 'none' ? '' : how);
    expect(committed(join(cli.directory, 'out'))).toEqual(expected());
  });
});

describe('a job with two workers', () => {
  it('gives the results of one with one worker', async () => {
    const cli = new CliSandbox();
    onTestFinished(() => cli.remove());
    const sums = async (parallelism: string) => {
      const { stdout } = await cli.run(['run', '-p', parallelism, join(JOBS, 'recovery/burn.js'), '5000', '10']);
      // All of a key's values are positive: its largest sum is its last one.
      const last = new Map<string, number>();
      for (const [, key = '', sum] of stdout.matchAll(/^.*> (\d+) (\d+)$/gm)) {
        last.set(key, Math.max(last.get(key) ?? 0, Number(sum)));
      }
      return [...last].sort();
    };

    const one = await sums('1');
    expect(one.length).toBe(100);
    expect(await sums('2')).toEqual(one);
  });
});
