import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId } from '../../src/common/ids.js';
import { HomeDirectory } from '../../src/snapshot/home-directory.js';
import { IndexDatabase, indexFailed } from '../../src/snapshot/index-database.js';
import { encodeRecord } from '../../src/snapshot/job-journal.js';
import type { JournalRecord } from '../../src/snapshot/journal-record.js';
import { SnapshotIndex } from '../../src/snapshot/snapshot-index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { completedCheckpoint, SUBMITTED } from './sample-journal.js';

const JOB = SUBMITTED.jobId;
const OTHER = '0b'.repeat(16) as JobId;

function newHome(): HomeDirectory {
  return new HomeDirectory({ FLINK_TS_HOME: join(temporaryDirectory(), 'home') });
}

function append(home: HomeDirectory, jobId: JobId, ...records: JournalRecord[]): void {
  mkdirSync(home.jobDirectory(jobId), { recursive: true });
  for (const record of records) appendFileSync(home.journalFile(jobId), encodeRecord(record));
}

/** What the index says, opened anew. */
function read<T>(home: HomeDirectory, query: (index: SnapshotIndex) => T): T {
  const index = SnapshotIndex.open(home);
  try {
    return query(index);
  } finally {
    index.close();
  }
}

function checkpoint(id: number, ...files: string[]): JournalRecord {
  const snapshot = { ...completedCheckpoint(id), files: files.map((path) => ({ path, size: 9 })) };
  return { kind: 'completed', time: id, snapshot };
}

const dead = { pid: 2 ** 22 + 5, startTime: 'x' };

describe('SnapshotIndex', () => {
  it('is empty for a home without jobs', () => {
    const home = newHome();

    expect(read(home, (index) => index.jobs())).toEqual([]);
    expect(readdirSync(home.path)).toContain('index-1.sqlite');
  });

  it('finds jobs by start time, with all that their journals say', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 2000, socketPath: '/run/a.sock', logPath: '/log' });
    append(home, JOB, { kind: 'restored', time: 1, path: '/sp', checkpointId: 3, mode: 'CLAIM', isSavepoint: true });
    append(home, JOB, { kind: 'status', time: 2500, status: 'RUNNING' });
    append(home, OTHER, { ...SUBMITTED, jobId: OTHER, time: 1000 }, { kind: 'ended', time: 3000, status: 'CANCELED' });

    const jobs = read(home, (index) => index.jobs());

    expect(jobs.map((job) => [job.jobId, job.status, job.isTerminal])).toEqual([
      [OTHER, 'CANCELED', true],
      [JOB, 'RUNNING', false],
    ]);
    expect(jobs[1]).toMatchObject({
      name: SUBMITTED.name,
      startTime: 2000,
      statusTime: 2500,
      socketPath: '/run/a.sock',
      logPath: '/log',
      restored: { path: '/sp', checkpointId: 3, mode: 'CLAIM' },
      journalPath: home.journalFile(JOB),
      hasDied: false,
    });
  });

  it('shows a job whose process is gone as failed, never as running', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1, process: dead }, { kind: 'status', time: 2, status: 'RUNNING' });

    expect(read(home, (index) => index.job(JOB))).toMatchObject({ status: 'FAILED', hasDied: true, isTerminal: true });
  });

  it('catches up with what was appended since, a torn record included once it is whole', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 });
    read(home, (index) => index.jobs());
    const line = encodeRecord({ kind: 'status', time: 2, status: 'RUNNING' });

    appendFileSync(home.journalFile(JOB), line.subarray(0, 20));
    const torn = read(home, (index) => index.job(JOB));
    appendFileSync(home.journalFile(JOB), line.subarray(20));
    const whole = read(home, (index) => index.job(JOB));

    expect([torn?.status, whole?.status]).toEqual(['INITIALIZING', 'RUNNING']);
  });

  it('lists the snapshots that were not subsumed, and the latest of a kind', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 }, checkpoint(1), checkpoint(2));
    append(home, JOB, {
      kind: 'completed',
      time: 3,
      snapshot: { ...completedCheckpoint(3), kind: 'savepoint', path: '/sp' },
    });
    append(home, JOB, { kind: 'subsumed', time: 4, checkpointId: 1, path: completedCheckpoint(1).path });

    read(home, (index) => {
      expect(index.snapshots(JOB).map((snapshot) => snapshot.path)).toEqual(['/ck/job/chk-2', '/sp']);
      expect(index.latestSnapshot(JOB)?.path).toBe('/sp');
      expect(index.latestSnapshot(JOB, 'checkpoint')).toEqual({ ...completedCheckpoint(2), jobId: JOB });
      expect(index.snapshotAt('/sp')?.checkpointId).toBe(3);
      expect(index.snapshotAt('/ck/job/chk-1')).toBeNull();
      expect(index.job(OTHER)).toBeNull();
    });
  });

  it('knows which snapshots refer to a file', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 }, checkpoint(1, '/s/base'), checkpoint(2, '/s/base', '/s/delta'));
    append(home, JOB, { kind: 'subsumed', time: 4, checkpointId: 1, path: '/ck/job/chk-1' });

    read(home, (index) => {
      expect(index.referencesTo('/s/base')).toEqual(['/ck/job/chk-2']);
      expect(index.referencesTo('/s/delta')).toEqual(['/ck/job/chk-2']);
    });
  });

  it.each(['absent', 'damaged', 'another database', 'truncated'])(
    'is rebuilt from the journals when its file is %s',
    (how) => {
      const home = newHome();
      append(home, JOB, { ...SUBMITTED, time: 1 }, checkpoint(1));
      const before = read(home, (index) => [index.jobs(), index.snapshots(JOB)]);
      const file = home.indexFile(1);

      if (how === 'absent') rmSync(file);
      if (how === 'damaged') writeFileSync(file, 'this is no database, '.repeat(1000));
      if (how === 'truncated') writeFileSync(file, readFileSync(file).subarray(0, 5000));
      if (how === 'another database') {
        rmSync(file);
        IndexDatabase.open(file, 77, 'CREATE TABLE other (x)').close();
      }

      expect(read(home, (index) => [index.jobs(), index.snapshots(JOB)])).toEqual(before);
    },
  );

  it('forgets jobs whose directory is gone, and reads a journal that was replaced anew', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 }, checkpoint(1, '/s/base'));
    append(home, OTHER, { ...SUBMITTED, jobId: OTHER, time: 1 }, checkpoint(2));
    read(home, (index) => index.jobs());

    rmSync(home.jobDirectory(JOB), { recursive: true });
    rmSync(home.journalFile(OTHER));
    append(home, OTHER, { ...SUBMITTED, jobId: OTHER, name: 'again', time: 5 });

    read(home, (index) => {
      expect(index.jobs().map((job) => job.name)).toEqual(['again']);
      expect(index.snapshots(JOB)).toEqual([]);
      expect(index.snapshots(OTHER)).toEqual([]);
      expect(index.referencesTo('/s/base')).toEqual([]);
    });
  });

  it('reports a corrupt journal and shows the other jobs', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 });
    append(home, OTHER, { ...SUBMITTED, jobId: OTHER, time: 1 });
    const bytes = readFileSync(home.journalFile(JOB));
    writeFileSync(home.journalFile(JOB), Buffer.concat([Buffer.from('damaged\n'), bytes]));

    read(home, (index) => {
      expect(index.jobs().map((job) => job.jobId)).toEqual([OTHER]);
      expect(index.problems).toMatchObject([{ jobId: JOB, path: home.journalFile(JOB) }]);
    });
  });

  it('marks a job with records that a later version wrote', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 }, { kind: 'teleported', time: 2 } as unknown as JournalRecord);

    expect(read(home, (index) => index.job(JOB)?.hasUnknownRecords)).toBe(true);
  });

  it('is used by several at once', () => {
    const home = newHome();
    const first = SnapshotIndex.open(home);
    const second = SnapshotIndex.open(home);

    append(home, JOB, { ...SUBMITTED, time: 1 });
    first.catchUp();
    second.catchUp();
    append(home, JOB, { kind: 'status', time: 2, status: 'RUNNING' });
    second.catchUp();

    expect(first.job(JOB)?.status).toBe('RUNNING');
    first.close();
    second.close();
  });

  it('lives in memory where its file cannot be made', () => {
    const home = newHome();
    append(home, JOB, { ...SUBMITTED, time: 1 });
    mkdirSync(home.indexFile(1));

    expect(read(home, (index) => index.jobs().map((job) => job.jobId))).toEqual([JOB]);
  });

  it('names its file in errors that rebuilding does not help against', () => {
    expect(indexFailed('/home/index-1.sqlite', new Error('disk is full'))).toMatchObject({
      code: 'INDEX_FAILED',
      message: 'The index /home/index-1.sqlite cannot be used: disk is full',
    });
  });

  it('ignores what is no job in the directory of jobs', () => {
    const home = newHome();
    mkdirSync(join(home.jobsDirectory, 'lost+found'), { recursive: true });
    mkdirSync(home.jobDirectory(JOB));

    expect(read(home, (index) => [index.jobs(), index.problems])).toEqual([[], []]);
    expect(existsSync(home.indexFile(1))).toBe(true);
  });
});
