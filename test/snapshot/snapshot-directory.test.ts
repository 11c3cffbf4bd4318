import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId } from '../../src/common/ids.js';
import { DurableFiles, type FileSystemStep } from '../../src/snapshot/durable-files.js';
import { deleteSnapshot, SnapshotDirectory } from '../../src/snapshot/snapshot-directory.js';
import { encodeMetadata } from '../../src/snapshot/snapshot-metadata.js';
import { loadSnapshot, pathOfPointer, resolveSnapshot } from '../../src/snapshot/snapshot-pointer.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** A directory without `_metadata`. */
const HERE = new URL('.', import.meta.url).pathname;
const JOB = 'ab12cd'.padEnd(32, '0') as JobId;

function bytesOf(checkpointId: number): Uint8Array {
  return encodeMetadata({ checkpointId, masterStates: [], operators: [] });
}

/** Files that fail at step number `at`, as if the process had been killed there. */
function crashingAt(at: number, log: [FileSystemStep, string][] = []): DurableFiles {
  return new DurableFiles((step, path) => {
    if (log.length === at) throw new Error('killed');
    log.push([step, path]);
  });
}

async function completed(directory: SnapshotDirectory): Promise<number[]> {
  const found = await directory.checkpoints();
  return found.filter((checkpoint) => checkpoint.isComplete).map((checkpoint) => checkpoint.checkpointId);
}

async function publish(directory: SnapshotDirectory, id: number): Promise<void> {
  const location = await directory.prepareCheckpoint(id);
  writeFileSync(join(location.directory, `state-${id}`), 'state');
  await directory.publish(location, bytesOf(id));
}

describe('SnapshotDirectory', () => {
  it('lays checkpoints out as Flink does', async () => {
    const checkpointDirectory = temporaryDirectory();
    const directory = new SnapshotDirectory({ checkpointDirectory, jobId: JOB });

    await directory.prepareJob();
    await publish(directory, 1);

    expect(readdirSync(join(checkpointDirectory, JOB)).sort()).toEqual(['chk-1', 'shared', 'taskowned']);
    expect(readdirSync(join(checkpointDirectory, JOB, 'chk-1')).sort()).toEqual(['_metadata', 'state-1']);
    expect((await loadSnapshot(join(checkpointDirectory, JOB, 'chk-1'))).metadata.checkpointId).toBe(1);
  });

  it('makes savepoint directories with a fresh name', async () => {
    const target = join(temporaryDirectory(), 'to', 'be', 'made');
    const directory = new SnapshotDirectory({ checkpointDirectory: '/unused', jobId: JOB });

    const locations = [await directory.prepareSavepoint(target), await directory.prepareSavepoint(target)];

    for (const location of locations) {
      expect(location.directory).toMatch(/\/to\/be\/made\/savepoint-ab12cd-[0-9a-f]{12}$/);
      expect(location.sharedDirectory).toBe(location.directory);
    }
    expect(locations[0]).not.toEqual(locations[1]);
  });

  it('syncs the files before the rename, and the directories before it returns', async () => {
    const log: [FileSystemStep, string][] = [];
    const checkpointDirectory = temporaryDirectory();
    const directory = new SnapshotDirectory({ checkpointDirectory, jobId: JOB, files: crashingAt(-1, log) });
    await directory.prepareJob();
    const location = await directory.prepareCheckpoint(3);
    log.length = 0;

    await directory.publish(location, bytesOf(3));

    const job = directory.jobDirectory;
    expect(log.map(([step, path]) => `${step} ${path.slice(job.length).replace(/inprogress\..*/, '*')}`)).toEqual([
      'sync-directory /shared',
      'write-file /chk-3/._metadata.*',
      'sync-file /chk-3/._metadata.*',
      'sync-directory /chk-3',
      'rename /chk-3/_metadata',
      'sync-directory /chk-3',
      'sync-directory ',
    ]);
  });

  it('shows the old state or the new one, never half a snapshot, wherever it is killed', async () => {
    let steps = 0;
    for (let at = 0; ; at++) {
      const checkpointDirectory = temporaryDirectory();
      const before = new SnapshotDirectory({ checkpointDirectory, jobId: JOB });
      await before.prepareJob();
      await publish(before, 1);
      const log: [FileSystemStep, string][] = [];
      const crashing = new SnapshotDirectory({ checkpointDirectory, jobId: JOB, files: crashingAt(at, log) });

      const outcome = await publish(crashing, 2).then(
        () => 'published',
        (error: { code: string }) => error.code,
      );

      const after = new SnapshotDirectory({ checkpointDirectory, jobId: JOB });
      const ids = await completed(after);
      expect([[1], [1, 2]]).toContainEqual(ids);
      for (const id of ids) {
        const { metadata, directory } = await loadSnapshot(join(after.jobDirectory, `chk-${id}`));
        expect(metadata.checkpointId).toBe(id);
        expect(readFileSync(join(directory, `state-${id}`), 'utf8')).toBe('state');
      }
      await after.removeGarbage(new Set());
      expect(readdirSync(after.jobDirectory).sort()).toEqual([...ids.map((id) => `chk-${id}`), 'shared', 'taskowned']);
      if (outcome === 'published') {
        expect(ids).toEqual([1, 2]);
        steps = at;
        break;
      }
      expect(outcome).toBe('CHECKPOINT_FAILED');
    }
    expect(steps).toBeGreaterThanOrEqual(8);
  });

  it('deletes a checkpoint so that what a kill leaves is whole or garbage', async () => {
    for (let at = 0; ; at++) {
      const checkpointDirectory = temporaryDirectory();
      const before = new SnapshotDirectory({ checkpointDirectory, jobId: JOB });
      await before.prepareJob();
      await publish(before, 1);
      const shared = join(before.sharedDirectory, 'base');
      writeFileSync(shared, 'x');
      const crashing = new SnapshotDirectory({ checkpointDirectory, jobId: JOB, files: crashingAt(at) });

      const isDone = await crashing.deleteCheckpoint(join(before.jobDirectory, 'chk-1'), [shared]).then(
        () => true,
        () => false,
      );

      const isThere = (await completed(before)).length === 1;
      if (isThere) {
        expect(existsSync(join(before.jobDirectory, 'chk-1', 'state-1'))).toBe(true);
        expect(existsSync(shared)).toBe(true);
      }
      await before.removeGarbage(new Set(isThere ? [shared] : []));
      expect(existsSync(shared)).toBe(isThere);
      if (isDone) break;
    }
  });

  it('removes what an interrupted attempt left, but never a complete checkpoint', async () => {
    const directory = new SnapshotDirectory({ checkpointDirectory: temporaryDirectory(), jobId: JOB });
    await directory.prepareJob();
    const first = await directory.prepareCheckpoint(5);
    writeFileSync(join(first.directory, 'left'), 'x');

    const again = await directory.prepareCheckpoint(5);

    expect(readdirSync(again.directory)).toEqual([]);
    await directory.publish(again, bytesOf(5));
    await expect(directory.prepareCheckpoint(5)).rejects.toMatchObject({ code: 'CHECKPOINT_FAILED' });
  });

  it('discards a location with all that is in it', async () => {
    const directory = new SnapshotDirectory({ checkpointDirectory: temporaryDirectory(), jobId: JOB });
    await directory.prepareJob();
    const location = await directory.prepareCheckpoint(5);
    writeFileSync(join(location.directory, 'left'), 'x');

    await directory.discard(location);

    expect(existsSync(location.directory)).toBe(false);
  });
});

describe('deleteSnapshot', () => {
  it('leaves a foreign file in place and fails after the rest is gone', async () => {
    const directory = temporaryDirectory();
    for (const name of ['_metadata', 'state', 'foreign']) writeFileSync(join(directory, name), 'x');

    const deleted = deleteSnapshot({ directory, files: [join(directory, 'state')] });

    await expect(deleted).rejects.toThrow(`Directory ${directory} is not empty`);
    expect(readdirSync(directory)).toEqual(['foreign']);
  });
});

describe('resolveSnapshot', () => {
  it('takes the directory and the file, as paths and as URIs', async () => {
    const directory = join(temporaryDirectory(), 'a b%20');
    mkdirSync(directory);
    writeFileSync(join(directory, '_metadata'), bytesOf(0));
    const forms = [directory, `${directory}/`, `file:${directory}`, `file://${directory}`, `${directory}/_metadata`];

    for (const form of forms) {
      expect(await resolveSnapshot(form)).toEqual({
        directory,
        metadataFile: join(directory, '_metadata'),
        uri: `file:${directory}`,
      });
    }
  });

  it('takes a copy of the file under another name', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'copy'), bytesOf(9));

    expect((await loadSnapshot(join(directory, 'copy'))).metadata.checkpointId).toBe(9);
  });

  it('looks relative paths up from the working directory', () => {
    expect(pathOfPointer('chk-1', '/work')).toBe('/work/chk-1');
    expect(pathOfPointer('file:chk-1', '/work')).toBe('/work/chk-1');
    expect(pathOfPointer('./a:b', '/work')).toBe('/work/a:b');
  });

  it.each([
    ['', 'empty checkpoint pointer'],
    ['/none/chk-1', "Cannot find checkpoint or savepoint file/directory '/none/chk-1' on file system 'file'."],
    ['s3://bucket/x', "Cannot access file system for checkpoint/savepoint path 's3://bucket/x'."],
    [
      '::garbage::',
      "Checkpoint/savepoint path '::garbage::' is not a valid file URI. Either the pointer path is invalid, or the checkpoint was created by a different state backend.",
    ],
    [
      HERE,
      `Cannot find meta data file '_metadata' in directory '${HERE}'. Please try to load the checkpoint/savepoint directly from the metadata file instead of the directory.`,
    ],
  ])('says of %j what Flink says', async (pointer, message) => {
    await expect(resolveSnapshot(pointer)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_FOUND', message });
  });
});
