/** `npm run golden -- FILE...`: drives the engine's operators with the cases of golden files, and reports. */

import { readFileSync } from 'node:fs';
import { messageOf } from '../../src/common/errors.js';
import type { Difference } from './compare.js';
import type { GoldenCase } from './golden-case.js';
import { runGoldenCase } from './run-case.js';

/** The cases of a file, one a line. */
export function readCases(file: string): GoldenCase[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as GoldenCase);
}

/** Runs a case; what it throws is a difference too. */
export async function attempt(testCase: GoldenCase): Promise<Difference | undefined> {
  try {
    return await runGoldenCase(testCase);
  } catch (error) {
    return { what: 'an error', expected: undefined, got: error instanceof Error ? error.stack : messageOf(error) };
  }
}

async function main(files: readonly string[]): Promise<number> {
  let passed = 0;
  let failed = 0;
  for (const file of files) {
    for (const testCase of readCases(file)) {
      const difference = await attempt(testCase);
      if (difference === undefined) passed += 1;
      else {
        failed += 1;
        process.stdout.write(`${report(testCase.id, difference)}\n`);
      }
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed > 0 ? 1 : 0;
}

function report(id: string, { what, expected, got }: Difference): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));
  return `${id}: ${what}\n  expected ${text(expected)}\n  got      ${text(got)}`;
}

const files = process.argv.slice(2);
if (process.argv[1]?.endsWith('run.js') === true) {
  if (files.length === 0) {
    process.stderr.write('Give golden files: npm run golden -- FILE...\n');
    process.exitCode = 1;
  } else {
    process.exitCode = await main(files);
  }
}
