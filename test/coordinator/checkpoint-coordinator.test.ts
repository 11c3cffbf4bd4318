import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSnapshot } from '../../src/snapshot/snapshot-pointer.js';
import type { OperatorSubtaskState } from '../../src/snapshot/state-handle.js';
import { CHECKPOINTED, JOB_ID, JobHarness } from './job-harness.js';

const NO_RESTART = { ...CHECKPOINTED, 'restart-strategy.type': 'none' };
const METRICS = {
  syncDuration: 0,
  asyncDuration: 0,
  alignmentDuration: 0,
  startDelay: 0,
  stateSize: 1,
  checkpointedSize: 1,
};

/** Triggers the next periodic checkpoint and returns its id. */
async function triggered(job: JobHarness): Promise<number> {
  const { last } = job.host;
  const before = last.triggered.length;
  job.clock.advance(10_000);
  await job.until('triggered', () => last.triggered.length > before);
  return last.triggered.at(-1) as number;
}

/** One task of the source, and one of the sink, with the rest of a checkpoint's answers. */
function acknowledgeWith(job: JobHarness, checkpointId: number, state: OperatorSubtaskState): void {
  const [source] = job.master.jobGraph.vertices;
  const operators = [{ operatorId: source!.operators[0]!.operatorId, state }];
  job.host.last.say({
    type: 'checkpoint-ack',
    checkpointId,
    vertex: source!.id,
    subtask: 0,
    operators,
    hasEnded: false,
    isFinished: false,
    metrics: METRICS,
  });
}

function decline(job: JobHarness, checkpointId: number): void {
  const vertex = job.master.jobGraph.vertices[0]!.id;
  const error = { code: 'CHECKPOINT_DECLINED', name: 'FlinkError', message: 'not now' } as const;
  job.host.last.say({ type: 'checkpoint-decline', checkpointId, vertex, subtask: 0, error });
}

const shared = (path: string): OperatorSubtaskState => ({
  managedKeyed: [
    {
      kind: 'key-groups',
      format: 'native',
      tag: 12,
      firstKeyGroup: 0,
      offsets: [0],
      stream: { kind: 'absolute', path, size: 1 },
    },
  ],
});

describe('one checkpoint', () => {
  it('asks the enumerators first, then the sources, and is told to all when it is recorded', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    const id = await triggered(job);
    job.host.last.acknowledge(id);
    expect(job.host.last.completed).toEqual([]);
    await job.until('complete', () => job.host.last.completed.length === 1);

    expect(job.host.last.postedToEnumerators.map((each) => each.type)).toEqual([
      'snapshot-coordinators',
      'checkpoint-complete',
    ]);
    expect(job.kinds).toEqual(['CREATED', 'RUNNING', 'completed']);
    const { metadata } = await loadSnapshot(join(job.directory, JOB_ID, 'chk-1'));
    expect(metadata.operators.map((each) => [each.parallelism, each.maxParallelism, each.finished])).toEqual([
      [2, 128, 'none'],
      [2, 128, 'none'],
    ]);
    expect(metadata.operators[0]?.coordinatorState).toEqual(new Uint8Array([0, 0, 0, 1]));
    expect(metadata.trailer).toMatchObject({ kind: 'checkpoint', jobName: 'test job', format: 'native' });
    expect(job.lines.join('\n')).toMatch(
      /Completed checkpoint 1 for job a+ \(40 bytes, checkpointDuration=0 ms, finalizationTime=0 ms\)\./,
    );
  });

  it('subsumes the one before, which is recorded before its files go', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    await job.checkpoint();
    await job.checkpoint();
    await job.until('deleted', () => !job.files.includes('chk-1'));

    expect(job.files).toEqual(['chk-2', 'shared', 'taskowned']);
    expect(job.events.filter((event) => event.kind === 'subsumed')).toEqual([
      { kind: 'subsumed', checkpointId: 1, path: join(job.directory, JOB_ID, 'chk-1') },
    ]);
  });

  it('is given up when it takes too long, and its files are removed', async () => {
    const job = await new JobHarness({
      ...CHECKPOINTED,
      'execution.checkpointing.timeout': '3 s',
      'execution.checkpointing.tolerable-failed-checkpoints': '5',
    }).running();

    await triggered(job);
    job.clock.advance(3000);
    await job.until('removed', () => !job.files.includes('chk-1'));

    expect(job.host.last.posted.at(-1)).toEqual({ type: 'checkpoint-aborted', checkpointId: 1 });
    expect(job.master.statistics.latestFailed?.failureMessage).toBe('Checkpoint expired before completing.');
    expect(job.master.status).toBe('RUNNING');
  });

  it('that is declined fails the job when no failure is tolerable', async () => {
    const job = await new JobHarness(NO_RESTART).running();

    decline(job, await triggered(job));
    const { status, error } = await job.master.ended;

    expect(status).toBe('FAILED');
    expect(error?.cause).toMatchObject({ message: 'Exceeded checkpoint tolerable failure threshold.' });
  });

  it('is not taken before all tasks run', async () => {
    const job = new JobHarness(CHECKPOINTED);
    await job.master.start();

    job.clock.advance(60_000);
    const asked = job.master.snapshots.checkpoint('FULL');
    await new Promise((resolve) => setImmediate(resolve));
    expect(job.host.last.triggered).toEqual([]);
    job.host.last.all('RUNNING');
    await job.until('triggered', () => job.host.last.triggered.length === 1);
    job.host.last.acknowledge(1);

    expect(await asked).toBe(1);
  });

  it('that is being published when a task fails still completes, and the restart begins from it', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, 'restart-strategy.type': 'fixed-delay' }).running();

    job.host.last.acknowledge(await triggered(job));
    job.fail('boom');
    job.clock.advance(1000);
    await job.until('second attempt', () => job.host.attempts.length === 2);

    expect(job.host.last.start.restore?.checkpointId).toBe(1);
    expect(job.host.attempts[0]?.completed).toEqual([]);
  });
});

it('a checkpoint that is asked for needs no interval', async () => {
  const job = await new JobHarness().running();

  const asked = job.master.snapshots.checkpoint('FULL');
  await job.until('triggered', () => job.host.last.triggered.length === 1);
  job.host.last.acknowledge(1);

  expect(await asked).toBe(1);
  expect(job.files).toEqual(['chk-1', 'shared', 'taskowned']);
});

describe('periodic checkpoints', () => {
  it('keep the pause after the one before', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, 'execution.checkpointing.min-pause': '4 s' }).running();
    const first = await triggered(job);
    job.clock.advance(8000);
    job.host.last.acknowledge(first);
    await job.until('complete', () => job.host.last.completed.length === 1);

    job.clock.advance(2000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(job.host.last.triggered).toEqual([1]);
    job.clock.advance(2000);
    await job.until('second', () => job.host.last.triggered.length === 2);

    expect(job.clock.now()).toBe(1_022_000);
  });

  it('are full until the job has one of its own after a restore, then incremental', async () => {
    const incremental = {
      ...CHECKPOINTED,
      'execution.checkpointing.incremental': 'true',
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    };
    const formats = (job: JobHarness) =>
      job.host.last.posted.flatMap((each) => (each.type === 'trigger-checkpoint' ? [each.options.format] : []));
    const old = await new JobHarness(incremental).running();
    await old.checkpoint();
    old.master.cancel();
    await old.master.ended;

    const pointer = join(old.directory, JOB_ID, 'chk-1');
    const job = await new JobHarness(incremental, {
      restore: { pointer, mode: 'NO_CLAIM', allowNonRestoredState: false },
    }).running();
    await job.checkpoint();
    await job.checkpoint();

    expect(formats(old)).toEqual(['incremental']);
    expect(formats(job)).toEqual(['native', 'incremental']);
  });
});

describe('the last checkpoint', () => {
  it('is taken at once when all tasks have ended their input, and the job ends after it', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    job.host.last.endOfData();
    await job.until('triggered', () => job.host.last.triggered.length === 1);
    job.host.last.acknowledge(1);
    await job.until('complete', () => job.host.last.completed.length === 1);
    job.clock.advance(30_000);
    job.host.last.all('FINISHED');

    expect((await job.master.ended).status).toBe('FINISHED');
    expect(job.host.last.triggered).toEqual([1]);
  });

  it('is tried again when it fails', async () => {
    const job = await new JobHarness({
      ...CHECKPOINTED,
      'execution.checkpointing.tolerable-failed-checkpoints': '3',
    }).running();

    job.host.last.endOfData();
    await job.until('triggered', () => job.host.last.triggered.length === 1);
    decline(job, 1);
    await new Promise((resolve) => setImmediate(resolve));
    job.clock.advance(1000);

    await job.until('again', () => job.host.last.triggered.includes(2));
  });

  it('does not exist without checkpoints', async () => {
    const job = await new JobHarness().running();

    job.host.last.endOfData();
    job.clock.advance(60_000);
    job.host.last.all('FINISHED');

    expect((await job.master.ended).status).toBe('FINISHED');
    expect(job.host.last.triggered).toEqual([]);
  });
});

describe('finished tasks', () => {
  it('add nothing to later checkpoints, and the operator is marked', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    const [source, sink] = job.master.jobGraph.vertices;
    for (const subtask of [0, 1])
      job.host.last.say({ type: 'task-status', vertex: source!.id, subtask, status: 'FINISHED' });
    job.host.last.say({ type: 'task-status', vertex: sink!.id, subtask: 0, status: 'FINISHED' });

    const id = await triggered(job);
    job.host.last.say({
      type: 'checkpoint-ack',
      checkpointId: id,
      vertex: sink!.id,
      subtask: 1,
      operators: [],
      hasEnded: false,
      isFinished: false,
      metrics: METRICS,
    });
    await job.until('complete', () => job.host.last.completed.length === 1);

    const { metadata } = await loadSnapshot(join(job.directory, JOB_ID, 'chk-1'));
    expect(metadata.operators.map((each) => each.finished)).toEqual(['fully', 'partly']);
    expect(metadata.operators[0]?.coordinatorState).toBeUndefined();
    expect(metadata.operators[1]?.finishedSubtasks).toEqual(new Set([0]));
  });

  it('of a source get no splits again after a restart', async () => {
    const job = await new JobHarness({ ...CHECKPOINTED, 'restart-strategy.type': 'fixed-delay' }).running();
    const [source, sink] = job.master.jobGraph.vertices;
    for (const subtask of [0, 1])
      job.host.last.say({ type: 'task-status', vertex: source!.id, subtask, status: 'FINISHED' });
    const id = await triggered(job);
    for (const subtask of [0, 1])
      job.host.last.say({
        type: 'checkpoint-ack',
        checkpointId: id,
        vertex: sink!.id,
        subtask,
        operators: [],
        hasEnded: false,
        isFinished: false,
        metrics: METRICS,
      });
    await job.until('complete', () => job.host.last.completed.length === 1);
    job.host.last.say({ type: 'worker-failed', error: { name: 'Error', message: 'boom' } });
    job.clock.advance(1000);
    await job.until('second attempt', () => job.host.attempts.length === 2);

    const { operatorId } = source!.operators[0]!;
    job.host.last.say({ type: 'operator-event', operatorId, subtask: 1, event: { type: 'split-request' } });

    expect(job.host.last.start.sources).toEqual([]);
    expect(job.host.last.start.restore?.tasks.map((task) => task.finished === true)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(job.host.last.posted).toEqual([
      { type: 'operator-event', operatorId, subtask: 1, event: { type: 'no-more-splits' } },
    ]);
  });

  it('abort a checkpoint that waits for them', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();

    const id = await triggered(job);
    job.host.last.say({
      type: 'task-status',
      vertex: job.master.jobGraph.vertices[0]!.id,
      subtask: 0,
      status: 'FINISHED',
    });

    expect(job.host.last.posted).toContainEqual({ type: 'checkpoint-aborted', checkpointId: id });
    expect(job.master.status).toBe('RUNNING');
  });
});

describe('shared files', () => {
  it('stay while a retained checkpoint refers to them, and go afterwards', async () => {
    const job = await new JobHarness(CHECKPOINTED).running();
    const folder = join(job.directory, JOB_ID, 'shared');
    mkdirSync(folder, { recursive: true });
    const base = join(folder, 'base');
    writeFileSync(base, 'x');
    const step = async (state: OperatorSubtaskState) => {
      const id = await triggered(job);
      acknowledgeWith(job, id, state);
      job.host.last.acknowledge(id);
      await job.until('complete', () => job.host.last.completed.includes(id));
    };

    await step(shared(base));
    await step(shared(base));
    await job.until('first is deleted', () => !job.files.includes('chk-1'));
    expect(existsSync(base)).toBe(true);
    await step({});

    await job.until('base is deleted', () => !existsSync(base));
  });

  it('of an aborted checkpoint, and of answers that come too late, are removed', async () => {
    const job = await new JobHarness({
      ...CHECKPOINTED,
      'execution.checkpointing.tolerable-failed-checkpoints': '3',
    }).running();
    const folder = join(job.directory, JOB_ID, 'shared');
    for (const name of ['early', 'late']) writeFileSync(join(folder, name), 'x');

    const id = await triggered(job);
    acknowledgeWith(job, id, shared(join(folder, 'early')));
    decline(job, id);
    acknowledgeWith(job, id, shared(join(folder, 'late')));

    await job.until('both are gone', () => !existsSync(join(folder, 'early')) && !existsSync(join(folder, 'late')));
  });
});
