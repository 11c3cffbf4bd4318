import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OperatorIdCase, runCase } from '../golden/operator-id-cases.js';

const file = new URL('../fixtures/golden/operator-ids.jsonl', import.meta.url);
const cases = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as OperatorIdCase);

describe('operator ids and chains', () => {
  it('are those of Flink in every golden case', () => {
    const failing = cases
      .map((golden) => ({ id: golden.id, ...runCase(golden) }))
      .filter(({ expected, got }) => JSON.stringify(expected) !== JSON.stringify(got));

    expect(failing).toEqual([]);
    expect(cases).toHaveLength(400);
  });
});
