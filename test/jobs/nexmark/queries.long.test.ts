/** The same with a million events and the measured event rate, and the numbers of results that a real Flink gave. */

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, REPOSITORY, toResult } from '../../support/run-cli.js';
import { COMPARED_QUERIES, handAnswers, jobAnswers } from './hand-answers.js';

const EVENTS = 1_000_000;
const RATE = 100_000;
/** Flink 1.20.5 with one source subtask; q1 passes what q0 passes. */
const FLINK_COUNTS: Record<string, number> = {
  q0: 920_000,
  q1: 920_000,
  q2: 6850,
  q3: 5838,
  q5: 9,
  q7: 1,
  q8: 10_534,
  q11: 19_921,
};

describe('a million Nexmark events', () => {
  for (const parallelism of [1, 2]) {
    it.each(COMPARED_QUERIES)(
      `%s answers what the plain loop answers, at parallelism ${parallelism}`,
      async (query) => {
        const cli = new CliSandbox();
        onTestFinished(() => cli.remove());
        const job = join(REPOSITORY, `dist/jobs/nexmark/${query}.js`);
        const options = ['--events', String(EVENTS), '--rate', String(RATE), '--sources', '1', '--output', 'rows'];
        const { exit } = toResult(await cli.start(['run', '-p', String(parallelism), job, ...options]));
        const rows = jobAnswers(query, join(cli.directory, 'rows'));

        expect(exit).toBe(0);
        expect(rows.length).toBe(FLINK_COUNTS[query]);
        // A comparison of the joined text, as a difference between two arrays of a million lines takes minutes to print.
        expect(rows.join('\n') === (await handAnswers(query, EVENTS, RATE)).join('\n')).toBe(true);
      },
    );
  }
});
