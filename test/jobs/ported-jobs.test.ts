/** The ports of well-known example jobs, run by the command; what they print is compared with a plain computation or a sample. */

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, REPOSITORY } from '../support/run-cli.js';

/** The lines that a job prints, without the number of the subtask, sorted. */
async function printed(name: string, ...args: readonly string[]): Promise<string[]> {
  const cli = new CliSandbox();
  onTestFinished(() => cli.remove());
  const job = join(REPOSITORY, 'dist/jobs', `${name}.js`);
  const { stdout, stderr, exit } = await cli.run(['run', '-p', '2', job, ...args]);
  expect({ exit, stderr: exit === 0 ? '' : stderr }).toEqual({ exit: 0, stderr: '' });
  return [...stdout.matchAll(/^\d> (.*)$/gm)].map(([, line = '']) => line).sort();
}

describe('the ported example jobs', () => {
  it('session-clicks finds every click in one session', async () => {
    const lines = await printed('session-clicks', '2000');

    const clicks = lines.map((line) => Number(/: (\d+) clicks/.exec(line)?.[1]));
    expect(clicks.reduce((sum, count) => sum + count, 0)).toBe(2000);
    expect(lines.length).toBeGreaterThan(60);
  });

  it('top-speed reports a car every 50 metres', async () => {
    const lines = await printed('top-speed', '400');

    expect(lines.length).toBeGreaterThan(80);
    for (const line of lines) expect(line).toMatch(/^car [0-3]: \d+ km\/h at \d+ m$/);
  });

  it('windowed-word-count counts each word of each minute', async () => {
    const lines = await printed('windowed-word-count', '1000');

    const minutes = new Set(lines.map((line) => line.slice(0, 5)));
    expect([...minutes].sort()).toEqual(['07:59', '08:00', '08:01', '08:02', '08:03', '08:04']);
    expect(new Set(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).size).toBe(lines.length);
  });

  it('rides-and-fares pairs every ride with its fare', async () => {
    const lines = await printed('rides-and-fares', '500');

    expect(new Set(lines.map((line) => Number(/^ride (\d+)/.exec(line)?.[1]))).size).toBe(500);
    expect(lines).toContain('ride 4, driver 2055: 14.4 km, 25.61 + 3.84');
  });

  it('long-rides reports the rides that have not ended in time', async () => {
    const lines = await printed('long-rides', '1000');

    const withoutEnd = Array.from({ length: 50 }, (_, index) => 950 + index);
    const reported = lines.map((line) => Number(/^ride (\d+)/.exec(line)?.[1]));
    expect(withoutEnd.filter((ride) => !reported.includes(ride))).toEqual([]);
    expect(new Set(reported).size).toBe(reported.length);
  });

  it('temperature-rules reports readings above the limit of their kind', async () => {
    const lines = await printed('temperature-rules', '1500');

    expect(lines.length).toBeGreaterThan(100);
    for (const line of lines) {
      const [, celsius, limit] = /: (\d+) °C, the limit is (\d+)$/.exec(line) ?? [];
      expect(Number(celsius)).toBeGreaterThan(Number(limit));
    }
  });

  it('async-enrichment answers every order, over failures of its service', async () => {
    const lines = await printed('async-enrichment', '300');

    expect(new Set(lines.map((line) => Number(/^order (\d+)/.exec(line)?.[1]))).size).toBe(300);
    expect(lines).toContain('order 0: 155.95 from NL');
  });
});
