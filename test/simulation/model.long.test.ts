import { describe, it } from 'vitest';
import { checkModel } from './model-run.js';

const CASES = 10_000;
const CASES_A_TEST = 500;

describe('drawn jobs', () => {
  const starts = Array.from({ length: CASES / CASES_A_TEST }, (_, index) => 1_000 + index * CASES_A_TEST);

  it.each(starts)('commit what the reference computes, over crashes and rescaling (seeds from %i)', async (first) => {
    for (let seed = first; seed < first + CASES_A_TEST; seed++) await checkModel(seed);
  });
});
