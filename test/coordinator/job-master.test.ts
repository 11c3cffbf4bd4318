import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlinkError } from '../../src/common/errors.js';
import { CHECKPOINTED, JOB_ID, JobHarness } from './job-harness.js';

const RESTARTING = { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '5 s' };

describe('the life of a job', () => {
  it('goes from INITIALIZING to FINISHED when all tasks finish, with the log lines of Flink', async () => {
    const job = await new JobHarness().running();

    job.clock.advance(7);
    job.host.last.all('FINISHED');
    const outcome = await job.master.ended;

    expect(outcome).toMatchObject({ status: 'FINISHED', netRuntime: 7 });
    expect(job.kinds).toEqual(['CREATED', 'RUNNING', 'ended']);
    expect(job.host.last.isTerminated).toBe(true);
    const text = job.lines.join('\n');
    expect(text).toContain(`Job test job (${JOB_ID}) switched from state CREATED to RUNNING.`);
    expect(text).toContain(`Job ${JOB_ID} reached globally terminal state FINISHED.`);
  });

  it('merges accumulators over tasks', async () => {
    const job = await new JobHarness().running();
    const [source] = job.master.jobGraph.vertices;

    for (const subtask of [0, 1]) {
      job.host.last.say({
        type: 'accumulators',
        vertex: source!.id,
        subtask,
        values: [
          ['seen', 'IntCounter', 3 + subtask],
          ['low', 'DoubleMinimum', subtask],
        ],
      });
    }
    job.host.last.all('FINISHED');

    const { accumulators } = await job.master.ended;
    expect(accumulators).toEqual([
      { name: 'seen', kind: 'IntCounter', value: 7 },
      { name: 'low', kind: 'DoubleMinimum', value: 0 },
    ]);
  });

  it('is cancelled on request, and refuses to be cancelled when it has finished', async () => {
    const job = await new JobHarness().running();
    const other = await new JobHarness().running();

    job.master.cancel();
    job.master.cancel();
    other.host.last.all('FINISHED');
    await other.master.ended;

    expect((await job.master.ended).status).toBe('CANCELED');
    job.master.cancel();
    expect(() => other.master.cancel()).toThrow('already reached another terminal state (FINISHED)');
  });

  it('terminates workers that do not stop', async () => {
    const job = await new JobHarness().running();
    job.host.last.answersCancel = false;

    job.master.cancel();
    job.clock.advance(10_000);

    expect((await job.master.ended).status).toBe('CANCELED');
    expect(job.host.last.isTerminated).toBe(true);
  });

  it('fails while it initialises when the snapshot to restore is missing', async () => {
    const job = new JobHarness(
      {},
      { restore: { pointer: '/nowhere', mode: 'NO_CLAIM', allowNonRestoredState: false } },
    );

    await job.master.start();

    expect(job.master.status).toBe('FAILED');
    expect(job.master.failure?.message).toContain("Cannot find checkpoint or savepoint file/directory '/nowhere'");
    expect(job.host.attempts).toHaveLength(0);
  });
});

describe('failures', () => {
  it('end the job when there is no restart strategy, with the first cause', async () => {
    const job = await new JobHarness().running();

    job.fail('boom');
    const outcome = await job.master.ended;

    expect(outcome.status).toBe('FAILED');
    expect(outcome.error?.message).toBe('Recovery is suppressed by NoRestartBackoffTimeStrategy');
    expect(outcome.error?.cause).toMatchObject({ message: 'boom' });
    expect(job.master.exceptions.entries[0]).toMatchObject({ taskName: 'Source: numbers (1/2) - execution #0' });
  });

  it('restart the job after the delay, as often as the strategy allows', async () => {
    const job = await new JobHarness(RESTARTING).running();

    job.fail('one');
    expect(job.master.status).toBe('RESTARTING');
    job.clock.advance(4999);
    expect(job.host.attempts).toHaveLength(1);
    job.clock.advance(1);
    await job.until('second attempt', () => job.host.attempts.length === 2);
    job.host.last.all('RUNNING');
    job.fail('two');

    expect((await job.master.ended).status).toBe('FAILED');
    expect(job.host.attempts[0]?.isTerminated).toBe(true);
  });

  it('of a worker restart the job, also when it ran out of memory', async () => {
    const job = await new JobHarness(RESTARTING).running();

    job.host.last.listener.onExit(0, new FlinkError('WORKER_OUT_OF_MEMORY', 'Slot 0 is full.'));

    expect(job.master.status).toBe('RESTARTING');
  });

  it('that no restart can help end the job at once', async () => {
    const job = await new JobHarness(RESTARTING).running();

    job.host.last.say({
      type: 'worker-failed',
      error: { code: 'GRAPH_MISMATCH', name: 'FlinkError', message: 'other graph' },
    });

    expect((await job.master.ended).error).toMatchObject({ code: 'GRAPH_MISMATCH' });
  });

  it('are ignored when they come from an attempt that is over', async () => {
    const job = await new JobHarness(RESTARTING).running();
    const [first] = job.host.attempts;
    job.fail('one');
    job.clock.advance(5000);
    await job.until('second attempt', () => job.host.attempts.length === 2);
    job.host.last.all('RUNNING');

    first?.listener.onExit(0, new FlinkError('WORKER_DIED', 'late'));
    first?.all('FINISHED');

    expect(job.master.status).toBe('RUNNING');
  });

  it('are not waited for when the job is cancelled meanwhile', async () => {
    const job = await new JobHarness(RESTARTING).running();
    job.fail('one');

    job.master.cancel();

    expect((await job.master.ended).status).toBe('CANCELED');
    job.clock.advance(10_000);
    expect(job.host.attempts).toHaveLength(1);
  });
});

describe('recovery', () => {
  it('begins from the newest completed checkpoint, and goes on with its numbers', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, ...RESTARTING }).running();
    await job.checkpoint();
    await job.checkpoint();

    job.fail('boom');
    job.clock.advance(5000);
    await job.until('second attempt', () => job.host.attempts.length === 2);
    job.host.last.all('RUNNING');
    await job.checkpoint();

    const { restore, sources } = job.host.last.start;
    expect(restore).toMatchObject({ checkpointId: 2, directory: join(job.directory, JOB_ID, 'chk-2') });
    expect(sources[0]?.restored).toEqual(new Uint8Array([0, 0, 0, 1]));
    expect(job.host.last.completed).toEqual([3]);
    expect(job.master.statistics.counts).toEqual({ restored: 1, completed: 3, failed: 0 });
  });

  it('of another job begins from the snapshot that was given, and its first checkpoint is the next one', async () => {
    const old = await new JobHarness({
      ...CHECKPOINTED,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    }).running();
    await old.checkpoint();
    old.master.cancel();
    await old.master.ended;

    const pointer = join(old.directory, JOB_ID, 'chk-1');
    const job = await new JobHarness(CHECKPOINTED, {
      restore: { pointer, mode: 'NO_CLAIM', allowNonRestoredState: false },
    }).running();
    await job.checkpoint();

    expect(job.host.last.start.restore?.checkpointId).toBe(1);
    expect(job.host.last.completed).toEqual([2]);
    expect(job.kinds).toContain('restored');
    expect(old.files).toContain('chk-1');
  });

  it('falls back to nothing when no checkpoint is complete', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, ...RESTARTING }).running();

    job.fail('boom');
    job.clock.advance(5000);
    await job.until('second attempt', () => job.host.attempts.length === 2);

    expect(job.host.last.start.restore).toBeUndefined();
  });
});

describe('the end of a job and its checkpoints', () => {
  const ending = async (retention: string, end: (job: JobHarness) => void) => {
    const key = 'execution.checkpointing.externalized-checkpoint-retention';
    const job = await new JobHarness({ ...CHECKPOINTED, [key]: retention, 'restart-strategy.type': 'none' }).running();
    await job.checkpoint();
    end(job);
    await job.master.ended;
    return job.files.includes('chk-1');
  };
  const cancel = (job: JobHarness) => job.master.cancel();
  const fail = (job: JobHarness) => job.fail('boom');
  const finish = (job: JobHarness) => job.host.last.all('FINISHED');
  const interrupt = (job: JobHarness) => job.master.abandon('The process was told to stop.');

  it.each([
    ['RETAIN_ON_CANCELLATION', true, true, false],
    ['DELETE_ON_CANCELLATION', false, true, false],
    ['NO_EXTERNALIZED_CHECKPOINTS', false, false, false],
  ])('under %s: kept after cancel %s, failure %s, finish %s; always after a signal', async (retention, ...kept) => {
    const got = [await ending(retention, cancel), await ending(retention, fail), await ending(retention, finish)];

    expect(got).toEqual(kept);
    expect(await ending(retention, interrupt)).toBe(true);
  });
});
