import { afterAll, describe, expect, it } from 'vitest';
import { actual, expected, type GoldenRow, goldenRows, substitute } from '../support/golden-cli.js';
import { CliSandbox } from '../support/run-cli.js';

/**
 * Recorded calls that run a program. Texts that a JavaScript program cannot have are compared in part: the classes of its
 * own exceptions, the words of a warning that Flink does not give, the class path.
 */
const rows = goldenRows('programs-1.20.5');
const byId = (prefix: string) => rows.filter(({ id }) => id.startsWith(prefix));
const sandbox = new CliSandbox();

afterAll(() => sandbox.remove());

const run = (row: GoldenRow) => sandbox.run(row.argv.map((word) => substitute(word, sandbox)));
const withoutOwnClasses = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(
        /^Caused by: (java\.lang\.(IllegalStateException|Exception|RuntimeException)|java\.io\.IOException|\w*Error):/,
        'Caused by: <OWN>:',
      )
      .replace(/( main\(String\[\]\) method)[.:].*$/, '$1'),
  );

describe('info', () => {
  it.each(byId('info.').filter(({ exit }) => exit === 0))('prints the plan of Flink: $id', async (row) => {
    const result = await run(row);

    expect(actual(result)).toEqual(expected(row, sandbox));
  });

  it.each(byId('info.').filter(({ exit }) => exit !== 0))('fails as Flink does: $id', async (row) => {
    const result = actual(await run(row));

    const wanted = expected(row, sandbox);
    expect({ ...result, stderr: withoutOwnClasses(result.stderr) }).toEqual({
      ...wanted,
      stderr: withoutOwnClasses(wanted.stderr),
    });
  });
});

describe('run', () => {
  const NOTICE = 'The program built no job: its main function never called execute().';
  const failing = new Set(['run.fail', 'run.s-missing']);

  it.each(byId('run.').filter(({ id }) => !failing.has(id) && id !== 'run.finish-merged'))(
    'prints and returns what Flink does: $id',
    async (row) => {
      const result = actual(await run(row));

      const wanted = expected(row, sandbox);
      const stderr = withoutOwnClasses(result.stderr).filter((line) => line !== NOTICE);
      expect({ ...result, stderr }).toEqual({ ...wanted, stderr: withoutOwnClasses(wanted.stderr) });
    },
  );

  it('reports a failed job as Flink does', async () => {
    const row = rows.find(({ id }) => id === 'run.fail') as GoldenRow;

    const result = actual(await run(row));

    const wanted = expected(row, sandbox);
    expect({ stdout: result.stdout, exit: result.exit }).toEqual({ stdout: wanted.stdout, exit: wanted.exit });
    expect(result.stderr.slice(0, 8)).toEqual(wanted.stderr.slice(0, 8));
    expect(result.stderr.join('\n')).toContain('boom in map');
  });

  it('reports a restore that fails, without the line of a submission', async () => {
    const row = rows.find(({ id }) => id === 'run.s-missing') as GoldenRow;

    const result = actual(await run(row));

    const wanted = expected(row, sandbox);
    expect({ stdout: result.stdout, exit: result.exit }).toEqual({ stdout: '', exit: 1 });
    expect(result.stderr.slice(0, 7)).toEqual(wanted.stderr.slice(0, 7));
    expect(result.stderr.at(-1)).toBe(wanted.stderr.at(-1));
  });
});
