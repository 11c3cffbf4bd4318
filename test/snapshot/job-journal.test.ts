import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId } from '../../src/common/ids.js';
import { encodeRecord, JobJournal, readJournal, readJournalState } from '../../src/snapshot/job-journal.js';
import { type JournalRecord, summarizeJournal } from '../../src/snapshot/journal-record.js';
import { currentProcess, isProcessAlive } from '../../src/snapshot/process-identity.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { completedCheckpoint, SUBMITTED } from './sample-journal.js';

function journalPath(): string {
  return join(temporaryDirectory(), 'jobs', 'journal');
}

async function journalWith(count: number, path = journalPath()): Promise<string> {
  const journal = await JobJournal.create(path, SUBMITTED, () => 5);
  for (let i = 1; i < count; i++) await journal.append({ kind: 'status', status: `S${i}` });
  await journal.close();
  return path;
}

describe('JobJournal', () => {
  it('keeps records in order, those appended at once too', async () => {
    const path = journalPath();
    const journal = await JobJournal.create(path, SUBMITTED, () => 7);

    await Promise.all(Array.from({ length: 50 }, (_, i) => journal.append({ kind: 'status', status: `S${i}` })));
    await journal.close();

    const { records, isTorn } = readJournal(path);
    expect(isTorn).toBe(false);
    expect(records[0]).toEqual({ time: 7, ...SUBMITTED });
    expect(records.slice(1).map((record) => (record as { status: string }).status)).toEqual(
      Array.from({ length: 50 }, (_, i) => `S${i}`),
    );
  });

  it('reads records across the parts in which a long journal is read', async () => {
    const path = await journalWith(1);
    const record: JournalRecord = { kind: 'ended', status: 'FAILED', error: 'é'.repeat(100_000), time: 1 };

    for (let i = 0; i < 5; i++) appendFileSync(path, encodeRecord(record));

    const { records, endOffset } = readJournal(path);
    expect(records.slice(1)).toEqual(Array.from({ length: 5 }, () => record));
    expect(endOffset).toBe(statSync(path).size);
    expect(readJournalState(path)).toMatchObject({ hasEnded: true, status: 'FAILED', isTorn: false });
  });

  it('refuses a journal that exists', async () => {
    const path = await journalWith(1);

    await expect(JobJournal.create(path, SUBMITTED)).rejects.toThrow(/Could not start the journal/);
  });

  it('reads on from where the last reading ended', async () => {
    const path = await journalWith(2);
    const first = readJournal(path);

    appendFileSync(path, encodeRecord({ kind: 'ended', status: 'FINISHED', time: 9 }));
    const second = readJournal(path, first.endOffset);

    expect(second.records).toEqual([{ kind: 'ended', status: 'FINISHED', time: 9 }]);
    expect(readJournal(path, second.endOffset).records).toEqual([]);
  });

  it('reads every whole record of a journal that was cut at any byte', async () => {
    const path = await journalWith(3);
    const whole = readFileSync(path);
    const ends = [...whole.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);

    for (let length = whole.length; length >= 0; length--) {
      truncateSync(path, length);
      const reading = readJournal(path);
      const expected = ends.filter((end) => end <= length);
      expect(reading.records.length).toBe(expected.length);
      expect(reading.endOffset).toBe(expected.at(-1) ?? 0);
      expect(reading.isTorn).toBe(length > reading.endOffset);
    }
  });

  it('takes a damaged last record for a torn one, and refuses one in the middle with its offset', async () => {
    const path = await journalWith(3);
    const bytes = readFileSync(path);
    const second = bytes.indexOf(10) + 1;

    const last = Buffer.from(bytes);
    last[bytes.length - 3]! ^= 1;
    writeFileSync(path, last);
    const torn = readJournal(path);
    const middle = Buffer.from(bytes);
    middle[second + 12]! ^= 1;
    writeFileSync(path, middle);

    expect([torn.isTorn, torn.records.length]).toEqual([true, 2]);
    expect(() => readJournal(path)).toThrow(
      expect.objectContaining({ code: 'JOURNAL_CORRUPT', message: expect.stringContaining(`byte ${second}`) }),
    );
  });

  it('skips records of unknown kinds and names them', async () => {
    const path = await journalWith(1);

    appendFileSync(path, encodeRecord({ kind: 'teleported', time: 1 } as unknown as JournalRecord));
    appendFileSync(path, encodeRecord({ kind: 'status', status: 'RUNNING', time: 2 }));

    const reading = readJournal(path);
    expect(reading.unknownKinds).toEqual(['teleported']);
    expect(reading.records.map((record) => record.kind)).toEqual(['submitted', 'status']);
  });

  it('is reopened for a dead process only, and cuts a torn end off', async () => {
    const path = journalPath();
    const dead = { ...SUBMITTED, process: { pid: 2 ** 22 + 5, startTime: 'x' } };
    await (await JobJournal.create(path, dead)).close();
    appendFileSync(path, '0123');
    const mine = await journalWith(1);

    const journal = await JobJournal.reopen(path, () => 8);
    await journal.append({ kind: 'ended', status: 'FAILED' });
    await journal.close();

    expect(readJournal(path).records.at(-1)).toEqual({ kind: 'ended', status: 'FAILED', time: 8 });
    await expect(JobJournal.reopen(mine)).rejects.toMatchObject({ code: 'ALREADY_TERMINAL' });
  });

  it('rejects every append after one that failed', async () => {
    const path = journalPath();
    const journal = await JobJournal.create(path, SUBMITTED);
    await journal.close();

    await expect(journal.append({ kind: 'status', status: 'RUNNING' })).rejects.toMatchObject({ code: 'JOB_FAILED' });
    await expect(journal.append({ kind: 'status', status: 'RUNNING' })).rejects.toMatchObject({ code: 'JOB_FAILED' });
  });

  it('can be read by its user alone', async () => {
    const path = await journalWith(1);

    expect(statSync(path).mode & 0o077).toBe(0);
  });
});

describe('summarizeJournal', () => {
  it('tells the status, the retained checkpoints and the last id', () => {
    const state = summarizeJournal([
      { time: 1, ...SUBMITTED },
      { time: 2, kind: 'restored', path: '/sp', checkpointId: 4, mode: 'NO_CLAIM', isSavepoint: true },
      { time: 3, kind: 'status', status: 'RUNNING' },
      { time: 4, kind: 'completed', snapshot: completedCheckpoint(5) },
      { time: 5, kind: 'completed', snapshot: { ...completedCheckpoint(6), kind: 'savepoint', path: '/sp-6' } },
      { time: 6, kind: 'completed', snapshot: completedCheckpoint(7) },
      { time: 7, kind: 'subsumed', checkpointId: 5, path: completedCheckpoint(5).path },
      { time: 8, kind: 'ended', status: 'FAILED', error: 'boom' },
    ]);

    expect(state).toMatchObject({
      status: 'FAILED',
      statusTime: 8,
      hasEnded: true,
      error: 'boom',
      lastCheckpointId: 7,
    });
    expect(state.retained.map((snapshot) => snapshot.checkpointId)).toEqual([7]);
    expect(state.savepoints.map((snapshot) => snapshot.path)).toEqual(['/sp-6']);
  });
});

describe('isProcessAlive', () => {
  it('knows this process, and not one with its id that started at another time', () => {
    expect(isProcessAlive(currentProcess())).toBe(true);
    expect(isProcessAlive({ pid: process.pid, startTime: 'earlier' })).toBe(false);
    expect(isProcessAlive({ pid: 0, startTime: '' })).toBe(false);
  });
});

it('makes the directory of a journal', async () => {
  const directory = join(temporaryDirectory(), 'a', 'b');
  mkdirSync(join(directory, '..'), { recursive: true });

  await journalWith(1, join(directory, 'journal'));

  expect(readJournal(join(directory, 'journal')).records.length).toBe(1);
  expect(SUBMITTED.jobId satisfies JobId).toHaveLength(32);
});
