/** The exactly-once property under real crashes, as tests: one a shape and seed. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashRun, SHAPES, undisturbedRun, writeInput } from '../support/crash-run.js';
import { CliSandbox } from '../support/run-cli.js';

/** Defines `seeds` tests for each shape; a seed in a failure's title reproduces it. */
export function crashSuite(seeds: readonly number[]): void {
  const sandbox = new CliSandbox();
  const input = join(sandbox.directory, 'input');
  beforeAll(() => writeInput(input));
  afterAll(() => sandbox.remove());

  describe.each(SHAPES)('a %s job that is killed and started again', (shape) => {
    let expected: readonly string[] = [];
    beforeAll(async () => {
      expected = await undisturbedRun(sandbox, input, shape);
    });

    it.each(seeds)('commits what an undisturbed run commits (seed %i)', { timeout: 120_000 }, async (seed) => {
      const { lines, story } = await crashRun(sandbox, input, shape, seed);

      expect(lines, story.join('\n')).toEqual(expected);
    });
  });
}
