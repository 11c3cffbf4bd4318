import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_COMMANDS } from '../../src/cli/own-commands.js';
import { actual, expected, type GoldenRow, goldenRows, substitute } from '../support/golden-cli.js';
import { type CliResult, CliSandbox } from '../support/run-cli.js';

// Rows whose text flink-ts has in words of its own; what is compared instead stands in the tests below.
const OWN_WORDS = new Set(['top.v', 'top.version', 'top.version-extra']);
const rows = goldenRows('1.20.5');
const isHelp = (row: GoldenRow) => row.id.endsWith('.h') || row.stdoutOf !== undefined;
const isBootstrap = (row: GoldenRow) => row.exit === 31;
// A Python entry starts Python where Flink has its Python module; flink-ts says that it has none, as a Flink without it.
const PYTHON = new Set(['run.py-script', 'run.pym']);

const sandbox = new CliSandbox();
const results = new Map<string, CliResult>();

/** The calls do not depend on each other, so a few run at a time. */
beforeAll(async () => {
  mkdirSync(join(sandbox.directory, 'empty-conf'));
  mkdirSync(join(sandbox.directory, 'bad-conf'));
  writeFileSync(join(sandbox.directory, 'bad-conf/config.yaml'), 'a: [1,\n');
  const waiting = [...rows];
  const work = async () => {
    for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
      const env = Object.entries(row.env ?? {}).map(([key, value]) => [key, substitute(value, sandbox)]);
      const args = row.argv.map((word) => substitute(word, sandbox));
      results.set(row.id, await sandbox.run(args, { env: Object.fromEntries(env) }));
    }
  };
  await Promise.all([work(), work(), work()]);
}, 120_000);

afterAll(() => sandbox.remove());

function resultOf(row: GoldenRow): CliResult {
  return results.get(row.id) as CliResult;
}

describe('a call that the arguments decide', () => {
  const decided = rows.filter((row) => !isHelp(row) && !isBootstrap(row) && !OWN_WORDS.has(row.id));

  it.each(decided)('prints and returns what Flink does: $id', (row) => {
    const result = actual(resultOf(row));

    const wanted = expected(row, sandbox);
    if (row.id.startsWith('cancel.unknown') || row.id === 'cancel.extra-positional') {
      expect({ ...result, stderr: result.stderr.slice(0, 3) }).toEqual({
        ...wanted,
        stderr: wanted.stderr.slice(0, 3),
      });
    } else {
      expect(result).toEqual(wanted);
    }
  });
});

describe('a call that fails before its verb', () => {
  it.each(rows.filter((row) => isBootstrap(row) && !row.id.startsWith('top.') && !PYTHON.has(row.id)))(
    'has the exit code 31 and the line of Flink: $id',
    (row) => {
      const result = actual(resultOf(row));

      expect(result).toEqual(expected(row, sandbox));
    },
  );

  it.each(rows.filter((row) => row.id.startsWith('top.conf-')))('names the configuration file: $id', (row) => {
    const result = resultOf(row);

    expect(result.exit).toBe(row.exit);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('config.yaml');
  });
});

describe('help', () => {
  const full = () => resultOf(rows.find((row) => row.id === 'top.h') as GoldenRow).stdout;

  it.each(rows.filter((row) => row.id.endsWith('.h')))('has the verbs, sections and syntax of Flink: $id', (row) => {
    const result = resultOf(row);

    expect({ exit: result.exit, stderr: result.stderr }).toEqual({ exit: 0, stderr: '' });
    // The verbs that Flink does not have come last.
    const end = result.stdout.indexOf(`\nAction "${OWN_COMMANDS[0]?.name}"`);
    expect(skeleton(end < 0 ? result.stdout : `${result.stdout.slice(0, end)}\n`)).toEqual(skeleton(row.stdout ?? ''));
  });

  it.each(rows.filter((row) => row.stdoutOf !== undefined))('is the same however it is asked for: $id', (row) => {
    const base = resultOf(rows.find((each) => each.id === row.stdoutOf) as GoldenRow);

    expect(resultOf(row)).toEqual({ stdout: base.stdout + row.stdoutEnd, stderr: '', exit: row.exit });
  });

  it('keeps to 80 columns', () => {
    expect(
      full()
        .split('\n')
        .filter((line) => line.length > 80 && !line.startsWith('Action')),
    ).toEqual([]);
  });
});

describe('the version', () => {
  it("is printed in Flink's form", () => {
    const version = resultOf(rows.find((row) => row.id === 'top.version') as GoldenRow);

    expect(version.stdout).toMatch(/^Version: \d+\.\d+\.\d+\n$/);
    expect(version.exit).toBe(0);
  });
});

describe('Flink 2.3.0', () => {
  // Lines that the two versions have different words for; flink-ts takes those of 1.20.5.
  const differs = /^(top\.(conf|v|unknown|case|option|help-word|empty|verbose|dashV)|run\.(cm|rm)-|run\.t-)/;

  it('prints the same for every other call', () => {
    const older = new Map(rows.map((row) => [row.id, row]));

    for (const row of goldenRows('2.3.0').filter(({ id }) => !differs.test(id))) {
      expect({ id: row.id, ...expected(row, sandbox) }).toEqual({
        id: row.id,
        ...expected(older.get(row.id) as GoldenRow, sandbox),
      });
    }
  });
});

/** The lines of a help text but for descriptions: headers, syntax, and the names of options in their order. */
function skeleton(text: string): readonly string[] {
  const withoutYarn = text.replaceAll(/ {2}Options for yarn-cluster mode:\n(?: {5}.*\n)+\n/g, '');
  return withoutYarn
    .split('\n')
    .slice(1)
    .map((line) => /^ {5}(-\S+(?: <[^>]+>)?)/.exec(line)?.[1] ?? line.replace(/^ {5,}.*$/, '-'))
    .filter((line) => line !== '-' && !line.startsWith('-py') && !/^ {5}/.test(line));
}
