import { join } from 'node:path';
import { expect, it } from 'vitest';
import { differenceOf } from '../golden/compare.js';
import { runCase as runKeysCase } from '../golden/keys-cases.js';
import { runCase as runRedistributionCase } from '../golden/redistribution-cases.js';
import { readCases } from '../golden/run.js';
import { runCase as runStateCase } from '../golden/state-cases.js';

const golden = join(import.meta.dirname, '../fixtures/golden');

it.each([
  ['keys.jsonl', runKeysCase],
  ['redistribution.jsonl', runRedistributionCase],
] as const)('computes what Flink computes: %s', (file, runCase) => {
  const failures: unknown[] = [];

  for (const testCase of readCases(join(golden, file))) {
    const { expected, got } = runCase(testCase);
    if (JSON.stringify(expected) !== JSON.stringify(got)) failures.push({ id: testCase.id, expected, got });
  }

  expect(failures.slice(0, 3)).toEqual([]);
});

it.each(['canonical', 'native', 'incremental'] as const)('keeps state as Flink does, restored from %s', (format) => {
  const failures: unknown[] = [];

  for (const testCase of readCases(join(golden, 'state.jsonl'))) {
    const difference = differenceOf(testCase, runStateCase(testCase, format));
    if (difference !== undefined) failures.push({ id: testCase.id, ...difference });
  }

  expect(failures.slice(0, 3)).toEqual([]);
});
