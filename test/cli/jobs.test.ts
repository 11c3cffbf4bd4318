import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox, eventually, JOBS, toResult } from '../support/run-cli.js';

const ENDLESS = join(JOBS, 'endless.js');
const SUBMITTED = /^Job has been submitted with JobID ([0-9a-f]{32})\n$/;

interface ListedJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly log: string;
  readonly output?: string;
}

let sandbox: CliSandbox;

beforeEach(() => {
  sandbox = new CliSandbox();
});

afterEach(async () => {
  for (const { id } of (await listed()).filter(({ state }) => state === 'RUNNING')) await sandbox.run(['cancel', id]);
  sandbox.remove();
});

async function listed(): Promise<readonly ListedJob[]> {
  const { stdout } = await sandbox.run(['list', '-a', '--json']);
  return (JSON.parse(stdout) as { jobs: readonly ListedJob[] }).jobs;
}

async function startDetached(): Promise<string> {
  const { stdout, stderr, exit } = await sandbox.run(['run', '-d', ENDLESS]);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  return SUBMITTED.exec(stdout)?.[1] ?? `no submission line in ${JSON.stringify(stdout)}`;
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await listed()).find((job) => job.id === id)?.state;
}

describe('a detached job', () => {
  it('runs on when its command has returned, is listed, and ends when it is cancelled', async () => {
    const id = await startDetached();

    const running = await sandbox.run(['list']);
    expect(running.stdout).toMatch(
      new RegExp(
        `^Waiting for response\\.\\.\\.\\n-{18} Running/Restarting Jobs -{19}\\n\\d\\d\\.\\d\\d\\.\\d{4} \\d\\d:\\d\\d:\\d\\d : ${id} : endless job \\(RUNNING\\)\\n-{62}\\nNo scheduled jobs\\.\\n$`,
      ),
    );
    const cancelled = await sandbox.run(['cancel', id.toUpperCase()]);
    expect(cancelled).toEqual({ stdout: `Cancelling job ${id}.\nCancelled job ${id}.\n`, stderr: '', exit: 0 });
    await eventually(
      async () => (await stateOf(id)) === 'CANCELED',
      () => 'not CANCELED',
    );
    expect((await sandbox.run(['list', '-a'])).stdout).toMatch(
      new RegExp(
        `No running jobs\\.\\nNo scheduled jobs\\.\\n-{22} Terminated Jobs -{23}\\n.* : ${id} : endless job \\(CANCELED\\)\\n-{62}\\n$`,
      ),
    );
  });

  it('may be cancelled again, but not once it has ended otherwise', async () => {
    const id = await startDetached();
    await sandbox.run(['cancel', id]);
    await eventually(
      async () => (await stateOf(id)) === 'CANCELED',
      () => 'not CANCELED',
    );

    expect((await sandbox.run(['cancel', id])).exit).toBe(0);
    const finished = await sandbox.run(['run', join(JOBS, 'golden-finish.js')]);
    const finishedId = /JobID ([0-9a-f]{32})/.exec(finished.stdout)?.[1] ?? '';
    const refused = await sandbox.run(['cancel', finishedId]);
    expect({ stdout: refused.stdout, exit: refused.exit }).toEqual({
      stdout: `Cancelling job ${finishedId}.\n`,
      exit: 1,
    });
    expect(refused.stderr).toContain(
      'Job cancellation failed because the job has already reached another terminal state (FINISHED).',
    );
  });

  it('names its log and its output', async () => {
    const id = await startDetached();

    const job = (await listed()).find((each) => each.id === id);
    expect(existsSync(job?.log ?? '')).toBe(true);
    expect(existsSync(job?.output ?? '')).toBe(true);
    await eventually(
      () => sandbox.read('home', 'jobs', id, 'job.log').includes('switched from state CREATED to RUNNING'),
      () => sandbox.read('home', 'jobs', id, 'job.log'),
    );
  });

  it('whose process was killed is shown as FAILED, never as RUNNING', async () => {
    const id = await startDetached();
    const journal = sandbox.read('home', 'jobs', id, 'journal');
    const pid = Number(/"pid":(\d+)/.exec(journal)?.[1]);

    process.kill(pid, 'SIGKILL');

    await eventually(
      async () => (await stateOf(id)) === 'FAILED',
      () => 'not FAILED',
    );
    expect((await sandbox.run(['list'])).stdout).toContain('No running jobs.');
    expect((await sandbox.run(['cancel', id])).exit).toBe(1);
  });
});

describe('an attached job', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends by %s with exit code %i, and nothing is printed', async (signal, exit) => {
    const running = sandbox.start(['run', ENDLESS]);
    let stdout = '';
    running.stdout?.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await eventually(
      () => SUBMITTED.test(stdout),
      () => stdout,
    );

    running.kill(signal);
    const result = toResult(await running);

    expect(result).toEqual({ stdout, stderr: '', exit });
    const [job] = await listed();
    expect(job?.state).toBe('FAILED');
  });

  it('that is cancelled by another command fails as in Flink', async () => {
    const running = sandbox.start(['run', ENDLESS]);
    let stdout = '';
    running.stdout?.on('data', (chunk) => {
      stdout += String(chunk);
    });
    await eventually(
      () => SUBMITTED.test(stdout),
      () => stdout,
    );
    const id = SUBMITTED.exec(stdout)?.[1] ?? '';

    expect((await sandbox.run(['cancel', id])).exit).toBe(0);
    const result = toResult(await running);

    expect(result.exit).toBe(1);
    expect(result.stderr).toContain(`Job failed (JobID: ${id})`);
    expect(result.stderr).toContain('org.apache.flink.runtime.client.JobCancellationException: Job was cancelled.');
  });

  it('reports its jobs as JSON when it is asked to', async () => {
    const { stdout } = await sandbox.run(['run', '--json', join(JOBS, 'golden-finish.js')]);

    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(['submitted', 'finished']);
    expect(events[0]).toMatchObject({ name: 'bounded job', id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});
