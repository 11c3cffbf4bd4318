import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId } from '../../src/common/ids.js';
import { DurableFiles } from '../../src/snapshot/durable-files.js';
import { currentProcess } from '../../src/snapshot/process-identity.js';
import { SnapshotClaims } from '../../src/snapshot/snapshot-claims.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const [FIRST, SECOND] = ['1'.repeat(32) as JobId, '2'.repeat(32) as JobId];
const DEAD = { pid: 2 ** 22 - 3, startTime: 'never/1' };

/** A home with a snapshot of two files. */
function setUp(files?: DurableFiles) {
  const directory = temporaryDirectory();
  const path = join(directory, 'savepoint-abc');
  mkdirSync(path);
  for (const name of ['_metadata', 'a', 'b']) writeFileSync(join(path, name), name);
  const claims = new SnapshotClaims(join(directory, 'claims'), files);
  const record = { path, files: [join(path, 'a'), join(path, 'b')] };
  const claim = (jobId: JobId, process = currentProcess()) => claims.claim({ ...record, jobId, process });
  return { directory, path, claims, claim };
}

describe('a claim', () => {
  it('is won by one live job, and refused to the next, whatever name it has for the snapshot', async () => {
    const { directory, path, claim, claims } = setUp();
    symlinkSync(path, join(directory, 'other'));

    const won = await claim(FIRST);

    await expect(claim(SECOND)).rejects.toMatchObject({
      code: 'SNAPSHOT_CLAIMED',
      message: expect.stringContaining(FIRST),
    });
    const other = { jobId: SECOND, process: currentProcess(), path: join(directory, 'other'), files: [] };
    await expect(claims.claim(other)).rejects.toMatchObject({ code: 'SNAPSHOT_CLAIMED' });
    await won.release();
    await won.release();
    await (await claim(SECOND)).release();
    expect(readdirSync(join(directory, 'claims'))).toEqual([]);
  });

  it('of a process that died is taken over, by one of many', async () => {
    const { claim } = setUp();
    await claim(FIRST, DEAD);

    const results = await Promise.allSettled([
      claim(SECOND),
      claim('3'.repeat(32) as JobId),
      claim('4'.repeat(32) as JobId),
    ]);

    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('is not given back by a job that has lost it', async () => {
    const { claim } = setUp();
    const lost = await claim(FIRST, DEAD);
    await claim(SECOND);

    await lost.release();

    await expect(claim(FIRST)).rejects.toMatchObject({ code: 'SNAPSHOT_CLAIMED' });
  });
});

describe('recovery', () => {
  it('gives back the claims of dead jobs and leaves their snapshots', async () => {
    const { directory, path, claims, claim } = setUp();
    await claim(FIRST, DEAD);

    expect(await claims.recover(() => false)).toEqual([path]);

    expect(readdirSync(path)).toEqual(['_metadata', 'a', 'b']);
    expect(readdirSync(join(directory, 'claims'))).toEqual([]);
  });

  it('leaves the claims of live jobs', async () => {
    const { claims, claim } = setUp();
    await claim(FIRST);

    expect(await claims.recover(() => true)).toEqual([]);
  });

  it('finishes the deletion of a snapshot that was given up, from any step at which a crash had cut it short', async () => {
    for (let step = 0; ; step++) {
      let left = Number.POSITIVE_INFINITY;
      const crashing = new DurableFiles(() => {
        if (left-- <= 0) throw new Error('crash');
      });
      const { directory, path, claims, claim } = setUp(crashing);
      await claim(FIRST, DEAD);
      left = step;
      const isCutShort = await claims
        .recover(() => true)
        .then(
          (recovered) => recovered.length === 0,
          () => true,
        );
      // A snapshot that can be read is whole.
      if (existsSync(join(path, '_metadata'))) expect(readdirSync(path)).toEqual(['_metadata', 'a', 'b']);

      left = Number.POSITIVE_INFINITY;
      await claims.recover(() => true);

      expect(existsSync(path)).toBe(false);
      expect(readdirSync(join(directory, 'claims'))).toEqual([]);
      if (!isCutShort) return;
      expect(step).toBeLessThan(50);
    }
  });

  it('of a claim that was never whole finds nothing to do', async () => {
    for (let step = 0; ; step++) {
      let left = step;
      const crashing = new DurableFiles(() => {
        if (left-- <= 0) throw new Error('crash');
      });
      const { path, claims, claim } = setUp(crashing);
      const isWon = await claim(FIRST, DEAD).then(
        () => true,
        () => false,
      );

      left = Number.POSITIVE_INFINITY;
      await claims.recover(() => false);

      expect(readdirSync(path)).toEqual(['_metadata', 'a', 'b']);
      await (await claim(SECOND)).release();
      if (isWon) return;
    }
  });
});
