import { describe, expect, it, vi } from 'vitest';
import { checkModel } from './model-run.js';

/** `MODEL_SEED=7 npx vitest run test/simulation/model.test.ts` runs that seed alone. */
const given = process.env['MODEL_SEED'];
const seeds = given === undefined ? Array.from({ length: 15 }, (_, slice) => slice * 10) : [];

// A second each on an idle machine; many of them share a busy one.
vi.setConfig({ testTimeout: 120_000 });

describe('drawn jobs', () => {
  it.each(seeds)('commit what the reference computes, over crashes and rescaling (seeds from %i)', async (first) => {
    for (let seed = first; seed < first + 10; seed++) await checkModel(seed);
  });

  it.runIf(given !== undefined)('commit what the reference computes with the given seed', async () => {
    await expect(checkModel(Number(given))).resolves.toBeUndefined();
  });
});
