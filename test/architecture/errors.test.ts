import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CUSTOM_OPTIONS, RUN_OPTIONS, STOP_OPTIONS } from '../../src/cli/options.js';
import { OWN_COMMANDS } from '../../src/cli/own-commands.js';
import { ERROR_CODES } from '../../src/common/error-codes.js';
import { REPOSITORY } from '../support/run-cli.js';
import { filesOf } from '../support/source-tree.js';

const byText = (a: string, b: string) => (a < b ? -1 : 1);
const codes = Object.keys(ERROR_CODES).sort(byText);

describe('the catalogue of errors', () => {
  it('is documented, and nothing else is', () => {
    const page = readFileSync(join(REPOSITORY, 'docs/errors.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code ?? '').sort(byText);

    expect(documented).toEqual(codes);
  });

  it('is documented with the remedy and the exit code that users see', () => {
    const page = readFileSync(join(REPOSITORY, 'docs/errors.md'), 'utf8');
    const missing = Object.entries(ERROR_CODES).filter(
      ([code, { remedy, exitCode }]) =>
        !page.includes(`| \`${code}\` | ${remedy.replaceAll('|', '\\|')} | ${exitCode} |`),
    );

    expect(missing.map(([code]) => code)).toEqual([]);
  });

  it('has remedies that are sentences', () => {
    const fragments = Object.entries(ERROR_CODES).filter(([, { remedy }]) => !/^[A-Z].*\.$/.test(remedy));

    expect(fragments.map(([code]) => code)).toEqual([]);
  });

  it('names options that exist', () => {
    const own = OWN_COMMANDS.flatMap((command) => command.options);
    const options = [...RUN_OPTIONS, ...STOP_OPTIONS, ...CUSTOM_OPTIONS, ...own];
    const known = new Set(options.flatMap(({ short, long }) => [`-${short}`, `--${long}`]).concat('-a', '--json'));
    const named = Object.values(ERROR_CODES).flatMap(({ remedy }) => remedy.match(/(?<=[\s(`])--?[a-zA-Z]+/g) ?? []);

    expect(named.filter((option) => !known.has(option))).toEqual([]);
  });

  it('is used: every code is thrown somewhere', () => {
    const sources = filesOf('src').filter(({ path }) => path !== 'src/common/error-codes.ts');
    const unused = codes.filter((code) => !sources.some(({ text }) => text.includes(`'${code}'`)));

    expect(unused).toEqual([]);
  });
});
