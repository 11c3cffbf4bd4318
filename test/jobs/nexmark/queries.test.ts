/** The Nexmark queries through the real command: their answers are those of hand-written loops over the same events. */

import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CliSandbox, REPOSITORY } from '../../support/run-cli.js';
import { COMPARED_QUERIES, handAnswers, jobAnswers } from './hand-answers.js';

const EVENTS = 100_000;
/** 20 s of event time, so that windows end on the way. */
const RATE = 5000;

function sandbox(): CliSandbox {
  const made = new CliSandbox();
  onTestFinished(() => made.remove());
  return made;
}

const job = (query: string) => join(REPOSITORY, `dist/jobs/nexmark/${query}.js`);
const options = ['--events', String(EVENTS), '--rate', String(RATE), '--sources', '1'];

describe('the Nexmark queries', () => {
  it.each(COMPARED_QUERIES)('%s answers what the plain loop answers', async (query) => {
    const cli = sandbox();
    const { stdout, stderr, exit } = await cli.run(['run', job(query), ...options, '--output', 'rows']);
    const expected = await handAnswers(query, EVENTS, RATE);

    expect(stderr).toBe('');
    expect(exit).toBe(0);
    expect(stdout).toContain(`- results (java.lang.Long): ${expected.length}\n`);
    expect(jobAnswers(query, join(cli.directory, 'rows'))).toEqual(expected);
  });

  it('q5 answers the same with two subtasks behind the source', async () => {
    const cli = sandbox();
    const { exit } = await cli.run(['run', '-p', '2', job('q5'), ...options, '--output', 'rows']);

    expect(exit).toBe(0);
    expect(jobAnswers('q5', join(cli.directory, 'rows'))).toEqual(await handAnswers('q5', EVENTS, RATE));
  });

  it('q12, which goes by the clock, runs', async () => {
    const { stdout, exit } = await sandbox().run(['run', job('q12'), ...options]);

    expect(exit).toBe(0);
    expect(stdout).toMatch(/- results \(java\.lang\.Long\): \d+\n/);
  });

  it('refuse what cannot be shared by the source subtasks', async () => {
    const { stderr, stdout, exit } = await sandbox().run(['run', job('q0'), '--events', '10', '--sources', '3']);

    expect(exit).toBe(1);
    expect(stdout + stderr).toContain('--events must be a multiple of the 3 source subtasks, not 10.');
  });
});
