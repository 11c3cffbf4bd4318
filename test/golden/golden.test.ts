import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { attempt, readCases } from './run.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../fixtures/golden');
const SHOWN_FAILURES = 3;
const AREAS = [
  'async',
  'broadcast',
  'connect',
  'interval-join',
  'keys',
  'operator-ids',
  'process',
  'redistribution',
  'rolling',
  'state',
  'watermark-multiplexer',
  'watermark-strategy',
  'watermark-valve',
  'window',
  'window-join',
];

it.each(AREAS)('the engine gives what Flink gave: %s', async (area) => {
  const failures: unknown[] = [];

  for (const testCase of readCases(join(folder, `${area}.jsonl`))) {
    const difference = await attempt(testCase);
    if (difference !== undefined) failures.push({ id: testCase.id, ...difference });
  }

  expect(failures.slice(0, SHOWN_FAILURES)).toEqual([]);
});
