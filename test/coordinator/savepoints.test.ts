import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlinkError } from '../../src/common/errors.js';
import { loadSnapshot, pathOfPointer } from '../../src/snapshot/snapshot-pointer.js';
import { CHECKPOINTED, JOB_ID, JobHarness } from './job-harness.js';

const RESTARTING = {
  ...CHECKPOINTED,
  'restart-strategy.type': 'fixed-delay',
  'restart-strategy.fixed-delay.delay': '1 s',
};

/** A started savepoint or stop, once its barrier is out. */
async function triggered(job: JobHarness, what: 'savepoint' | 'suspend' | 'drain') {
  const { last } = job.host;
  const before = last.triggered.length;
  const request = { target: join(job.directory, 'savepoints'), format: 'canonical' } as const;
  const asked =
    what === 'savepoint'
      ? job.master.snapshots.savepoint(request)
      : job.master.snapshots.stop(request, what === 'drain');
  asked.catch(() => {});
  await job.until('triggered', () => last.triggered.length > before);
  return { asked, id: last.triggered.at(-1) as number };
}

const optionsOf = (job: JobHarness, id: number) =>
  job.host.last.posted.flatMap((each) =>
    each.type === 'trigger-checkpoint' && each.options.checkpointId === id ? [each.options] : [],
  )[0];

function decline(job: JobHarness, checkpointId: number): void {
  const vertex = job.master.jobGraph.vertices[0]!.id;
  const error = { code: 'CHECKPOINT_DECLINED', name: 'FlinkError', message: 'not now' } as const;
  job.host.last.say({ type: 'checkpoint-decline', checkpointId, vertex, subtask: 0, error });
}

/** How many checkpoints the timer asks for in a minute. */
async function periodic(job: JobHarness): Promise<number> {
  const before = job.host.last.triggered.length;
  for (let second = 0; second < 60; second++) {
    job.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  return job.host.last.triggered.length - before;
}

describe('a savepoint', () => {
  it('is written beside the checkpoints, takes a number of theirs, and subsumes nothing', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    await job.checkpoint();

    const { asked, id } = await triggered(job, 'savepoint');
    job.host.last.acknowledge(id);
    const path = await asked;
    await job.checkpoint();

    expect(id).toBe(2);
    expect(path).toMatch(new RegExp(`^file:${job.directory}/savepoints/savepoint-aaaaaa-[0-9a-f]{12}$`));
    expect(readdirSync(pathOfPointer(path))).toEqual(['_metadata']);
    expect(optionsOf(job, id)).toMatchObject({ kind: 'savepoint', format: 'canonical' });
    expect(optionsOf(job, id)?.then).toBe('continue');
    await job.until('subsumed', () => !job.files.includes('chk-1'));
    expect(job.files).toEqual(['chk-3', 'shared', 'taskowned']);
    const { metadata } = await loadSnapshot(path);
    expect(metadata.trailer).toMatchObject({ kind: 'savepoint', format: 'canonical', jobId: JOB_ID });
  });

  it('commits nothing while the job goes on: tasks are not told', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    const { asked, id } = await triggered(job, 'savepoint');
    job.host.last.acknowledge(id);
    await asked;

    expect(job.host.last.completed).toEqual([]);
    expect(job.kinds).toContain('completed');
  });

  it('is no restore point: a restart begins from the checkpoint before it', async () => {
    const job = await new JobHarness(RESTARTING).running();
    await job.checkpoint();
    const { asked, id } = await triggered(job, 'savepoint');
    job.host.last.acknowledge(id);
    await asked;

    job.fail('boom');
    await job.until('stopped', () => job.host.attempts[0]?.isTerminated === true);
    job.clock.advance(1000);
    await job.until('second attempt', () => job.host.attempts.length === 2);

    expect(job.host.last.start.restore?.checkpointId).toBe(1);
  });

  it('fails alone: it does not count as a failed checkpoint, and its directory goes', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, 'restart-strategy.type': 'none' }).running();

    const { asked, id } = await triggered(job, 'savepoint');
    decline(job, id);

    await expect(asked).rejects.toThrow('Checkpoint was declined');
    expect(job.master.status).toBe('RUNNING');
    await job.until('gone', () => readdirSync(join(job.directory, 'savepoints')).length === 0);
    await job.checkpoint();
  });

  it('that cannot be written fails with the reason of Flink, and the job goes on', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    writeFileSync(join(job.directory, 'file'), '');

    const asked = job.master.snapshots.savepoint({ target: join(job.directory, 'file'), format: 'native' });

    await expect(asked).rejects.toThrow('An Exception occurred while triggering the checkpoint. IO-problem detected.');
    await job.checkpoint();
  });

  it('SP-006: needs a running job that is a stream', async () => {
    const job = new JobHarness();
    const request = { target: job.directory, format: 'canonical' } as const;

    await expect(job.master.snapshots.savepoint(request)).rejects.toThrow('Unable to get JobMasterGateway');
    await job.running();
    const { asked, id } = await triggered(job, 'savepoint');
    job.host.last.acknowledge(id);
    await asked;
    job.master.cancel();
    await job.master.ended;
    await expect(job.master.snapshots.savepoint(request)).rejects.toThrow(`Could not find Flink job (${JOB_ID})`);
  });
});

describe('stop with savepoint', () => {
  it('SS-001: ends the job and gives the path; no periodic checkpoint comes between', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    await job.checkpoint();

    const { asked, id } = await triggered(job, 'suspend');
    expect(await periodic(job)).toBe(0);
    job.host.last.acknowledge(id);
    await job.until('told', () => job.host.last.completed.includes(id));
    job.host.last.all('FINISHED');
    const path = await asked;

    expect((await job.master.ended).status).toBe('FINISHED');
    expect(existsSync(join(pathOfPointer(path), '_metadata'))).toBe(true);
    expect(optionsOf(job, id)).toHaveProperty('then', 'suspend');
    expect(job.files).toEqual(['shared', 'taskowned']);
  });

  it('SS-002: a savepoint that fails leaves the job running, with its checkpoints', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    const { asked, id } = await triggered(job, 'suspend');
    decline(job, id);

    await expect(asked).rejects.toThrow('declined');
    expect(job.master.status).toBe('RUNNING');
    await job.checkpoint();
  });

  it('SS-004: a savepoint that fails while tasks finish ends in its own error', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    const { asked, id } = await triggered(job, 'suspend');
    decline(job, id);
    job.host.last.all('FINISHED');

    await expect(asked).rejects.toThrow('declined');
    expect((await job.master.ended).status).toBe('FINISHED');
  });

  it('SS-005: a task that fails after the savepoint restarts the job from it, and the error has the path', async () => {
    const job = await new JobHarness(RESTARTING).running();

    const { asked, id } = await triggered(job, 'drain');
    job.host.last.acknowledge(id);
    await job.until('told', () => job.host.last.completed.includes(id));
    job.fail('boom');
    const error = await asked.catch((thrown: unknown) => thrown as FlinkError);
    await job.until('stopped', () => job.host.attempts[0]?.isTerminated === true);
    job.clock.advance(1000);
    await job.until('second attempt', () => job.host.attempts.length === 2);

    expect(error).toBeInstanceOf(FlinkError);
    expect((error as FlinkError).code).toBe('STOP_FAILED');
    const path = /created at: (\S+),/.exec((error as FlinkError).message)?.[1] as string;
    expect(existsSync(join(pathOfPointer(path), '_metadata'))).toBe(true);
    expect(job.host.last.start.restore?.checkpointId).toBe(id);
  });

  it('cancels the job after a savepoint when that was asked for', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    mkdirSync(join(job.directory, 'savepoints'));

    const asked = job.master.snapshots.cancelWithSavepoint({
      target: join(job.directory, 'savepoints'),
      format: 'native',
    });
    await job.until('triggered', () => job.host.last.triggered.length > 0);
    job.host.last.acknowledge(1);

    expect(await asked).toMatch(/savepoint-aaaaaa-/);
    expect((await job.master.ended).status).toBe('CANCELED');
  });
});
