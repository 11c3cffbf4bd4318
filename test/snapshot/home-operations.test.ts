import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { operatorIdFromHex } from '../../src/common/ids.js';
import { DurableFiles } from '../../src/snapshot/durable-files.js';
import { HomeDirectory } from '../../src/snapshot/home-directory.js';
import { HomeOperations, readDeletions } from '../../src/snapshot/home-operations.js';
import { collectJobGarbage } from '../../src/snapshot/job-garbage.js';
import { encodeRecord, readJournalState } from '../../src/snapshot/job-journal.js';
import type { JournalRecord } from '../../src/snapshot/journal-record.js';
import { SnapshotIndex } from '../../src/snapshot/snapshot-index.js';
import { encodeMetadata } from '../../src/snapshot/snapshot-metadata.js';
import { loadSnapshot } from '../../src/snapshot/snapshot-pointer.js';
import { checkRemoval, planKnownRemoval, planRemoval } from '../../src/snapshot/snapshot-removal.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { completedCheckpoint, SUBMITTED } from './sample-journal.js';

const JOB = SUBMITTED.jobId;
const DEAD = { pid: 2 ** 22 + 5, startTime: 'x' };
const OPERATOR = operatorIdFromHex('aa'.repeat(16));

/** A home with one job, whose checkpoints 1 and 2 share a file; 1 has a shared file of its own, too. */
class Scene {
  readonly root = temporaryDirectory();
  readonly home = new HomeDirectory({ FLINK_TS_HOME: join(this.root, 'home') });
  readonly directory = join(this.root, 'ck', JOB);

  constructor(process = DEAD, files: readonly (readonly string[])[] = [['only-1', 'both'], ['both']]) {
    mkdirSync(join(this.directory, 'shared'), { recursive: true });
    this.append({ ...SUBMITTED, process, time: 1, checkpointDirectory: join(this.root, 'ck') });
    for (const [i, names] of files.entries()) this.#checkpoint(i + 1, names);
  }

  append(...records: JournalRecord[]): void {
    mkdirSync(this.home.jobDirectory(JOB), { recursive: true });
    for (const record of records) appendFileSync(this.home.journalFile(JOB), encodeRecord(record));
  }

  path(checkpointId: number): string {
    return join(this.directory, `chk-${checkpointId}`);
  }

  #checkpoint(checkpointId: number, names: readonly string[]): void {
    const path = this.path(checkpointId);
    mkdirSync(path);
    const shared = names.map((name) => {
      const file = join(this.directory, 'shared', name);
      writeFileSync(file, name);
      return { name, stream: { kind: 'absolute' as const, path: `file:${file}`, size: name.length } };
    });
    const meta = { kind: 'inline' as const, name: 'm', bytes: new Uint8Array(5) };
    const handle = { kind: 'incremental' as const, tag: 11 as const, checkpointId, backendId: 'b', firstKeyGroup: 0 };
    const keyed = { ...handle, keyGroupCount: 128, checkpointedSize: 1, meta, shared, private: [], handleId: 'h' };
    const subtasks = new Map([[0, { managedKeyed: [keyed] }]]);
    const head = { operatorId: OPERATOR, parallelism: 1, maxParallelism: 128, finished: 'none' as const };
    const operators = [{ ...head, subtasks }];
    writeFileSync(join(path, '_metadata'), encodeMetadata({ checkpointId, masterStates: [], operators }));
    const files = names.map((name) => ({ path: join(this.directory, 'shared', name), size: name.length }));
    const snapshot = { ...completedCheckpoint(checkpointId), path, files };
    this.append({ kind: 'completed', time: checkpointId + 1, snapshot });
  }

  query<T>(action: (index: SnapshotIndex) => T): T {
    const index = SnapshotIndex.open(this.home);
    try {
      return action(index);
    } finally {
      index.close();
    }
  }

  listed(): string[] {
    return this.query((index) => index.allSnapshots().map(({ path }) => path));
  }

  async plan(checkpointId: number) {
    const snapshot = await loadSnapshot(this.path(checkpointId));
    return this.query((index) => planRemoval(index, snapshot));
  }

  async remove(checkpointId: number, files?: DurableFiles): Promise<void> {
    const operations = new HomeOperations(this.home, files);
    const { deletion } = await this.plan(checkpointId);
    await operations.locked(() => operations.delete(deletion));
  }

  shared(): string[] {
    return readdirSync(join(this.directory, 'shared')).sort();
  }
}

describe('deleting a snapshot', () => {
  it('takes its own shared files, and leaves those of others', async () => {
    const scene = new Scene();

    await scene.remove(1);

    expect(existsSync(scene.path(1))).toBe(false);
    expect(scene.shared()).toEqual(['both']);
    expect(scene.listed()).toEqual([scene.path(2)]);
    expect(readJournalState(scene.home.journalFile(JOB)).retained.map(({ path }) => path)).toEqual([scene.path(2)]);
  });

  it('is finished by the next one when it was stopped at any step', async () => {
    for (let at = 0, isDone = false; !isDone; at++) {
      const scene = new Scene();
      let steps = 0;
      const crashing = new DurableFiles(() => {
        if (steps++ === at) throw new Error('killed');
      });

      isDone = await scene.remove(1, crashing).then(
        () => true,
        () => false,
      );
      // Before it is finished, what is on its way out is not offered any more.
      expect(scene.listed()).toEqual([scene.path(2)]);
      const recovered = await new HomeOperations(scene.home).recover();

      expect(recovered).toEqual(isDone ? [] : [scene.path(1)]);
      expect(existsSync(scene.path(1))).toBe(false);
      expect(scene.shared()).toEqual(['both']);
      expect((await loadSnapshot(scene.path(2))).metadata.checkpointId).toBe(2);
      expect(readDeletions(scene.home).every((deletion) => deletion.isDone)).toBe(true);
      expect(at).toBeLessThan(20);
    }
  });

  it('has not begun when its record was cut short', async () => {
    const scene = new Scene();
    appendFileSync(scene.home.operationsFile, '0123abcd {"kind":"deleting","id":"x"');

    expect(await new HomeOperations(scene.home).recover()).toEqual([]);
    expect(scene.listed()).toEqual([scene.path(1), scene.path(2)]);
    await scene.remove(2);

    expect(scene.listed()).toEqual([scene.path(1)]);
    expect(scene.shared()).toEqual(['both', 'only-1']);
  });

  it('is known to an index that is made anew', async () => {
    const scene = new Scene();
    await scene.remove(1);

    const rebuilt = scene.query((index) => {
      index.rebuild();
      return index.allSnapshots().map(({ path }) => path);
    });

    expect(rebuilt).toEqual([scene.path(2)]);
  });

  it('waits for a lock of a live process and takes that of a dead one', async () => {
    const scene = new Scene();
    writeFileSync(`${scene.home.operationsFile}.lock`, JSON.stringify(DEAD));

    await scene.remove(1);

    expect(scene.listed()).toEqual([scene.path(2)]);
    expect(readdirSync(scene.home.path).filter((name) => name.includes('.lock'))).toEqual([]);
  });
});

describe('planRemoval', () => {
  it('objects to a checkpoint of a running job', async () => {
    const live = { pid: process.pid, startTime: '' };
    const scene = new Scene(live);

    const plan = await scene.plan(2);

    expect(() => checkRemoval(plan)).toThrow(/is running, and may restart from this checkpoint/);
  });

  it('objects to what a running job was restored from, until it has a checkpoint of its own', async () => {
    const scene = new Scene();
    const other = '0b'.repeat(16) as typeof JOB;
    const live = { pid: process.pid, startTime: '' };
    mkdirSync(scene.home.jobDirectory(other), { recursive: true });
    const append = (record: JournalRecord) => appendFileSync(scene.home.journalFile(other), encodeRecord(record));
    append({ ...SUBMITTED, jobId: other, process: live, time: 5 });
    const restored = { kind: 'restored', path: scene.path(2), checkpointId: 2, isSavepoint: false } as const;
    append({ ...restored, time: 6, mode: 'NO_CLAIM' });

    const before = await scene.plan(2);
    append({ kind: 'completed', time: 7, snapshot: { ...completedCheckpoint(3), path: '/ck/other/chk-3' } });
    const after = await scene.plan(2);

    expect(before.objections).toHaveLength(1);
    expect(after.objections).toEqual([]);
  });
});

describe('a snapshot that somebody else deleted', () => {
  it('is forgotten, with the shared files that it alone had', async () => {
    const scene = new Scene();
    rmSync(scene.path(1), { recursive: true });

    const plan = scene.query((index) => planKnownRemoval(index, scene.path(1)))!;
    const operations = new HomeOperations(scene.home);
    await operations.locked(() => operations.delete(plan.deletion));

    expect(scene.listed()).toEqual([scene.path(2)]);
    expect(scene.shared()).toEqual(['both']);
  });
});

describe('collectJobGarbage', () => {
  it('takes what crashes left, and nothing that a snapshot refers to', async () => {
    const scene = new Scene();
    mkdirSync(scene.path(3));
    writeFileSync(join(scene.directory, 'shared', 'nobody'), '');
    const index = SnapshotIndex.open(scene.home);
    const job = index.job(JOB)!;

    const dry = await collectJobGarbage(index, job, true);
    const removed = await collectJobGarbage(index, job, false);
    index.close();

    expect(dry).toEqual([scene.path(3), join(scene.directory, 'shared', 'nobody')]);
    expect(removed).toEqual(dry);
    expect(scene.shared()).toEqual(['both', 'only-1']);
    expect(existsSync(scene.path(2))).toBe(true);
  });

  it('leaves the directory of a running job alone', async () => {
    const scene = new Scene({ pid: process.pid, startTime: '' });
    mkdirSync(scene.path(3));
    const index = SnapshotIndex.open(scene.home);

    expect(await collectJobGarbage(index, index.job(JOB)!, false)).toEqual([]);
    index.close();
  });
});
