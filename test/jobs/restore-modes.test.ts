import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox, eventually, JOBS } from '../support/run-cli.js';

const COUNT = join(JOBS, 'golden-count.js');
const RETAIN = '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION';

let sandbox: CliSandbox;
beforeEach(() => {
  sandbox = new CliSandbox();
});
afterEach(async () => {
  for (const id of (await sandbox.run(['list', '-r'])).stdout.match(/[0-9a-f]{32}/g) ?? [])
    await sandbox.run(['cancel', id]);
  sandbox.remove();
});

async function start(...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await sandbox.run(['run', '-d', ...words, COUNT]);
  const id = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1];
  if (id === undefined) throw new Error(stdout + stderr);
  return id;
}

/** A savepoint of a job that has been cancelled since. */
async function savepoint(): Promise<string> {
  const id = await start();
  const { stdout } = await sandbox.run(['savepoint', id, join(sandbox.directory, 'sp')]);
  await sandbox.run(['cancel', id]);
  return /Path: file:(\S+)/.exec(stdout)?.[1] as string;
}

const isWhole = (path: string) => existsSync(join(path, '_metadata'));
const claims = () => {
  const directory = join(sandbox.home, 'claims');
  return existsSync(directory) ? readdirSync(directory) : [];
};

async function cancel(id: string): Promise<void> {
  await sandbox.run(['cancel', id]);
  const isOver = async () => (await sandbox.run(['list', '-a'])).stdout.includes(`${id} : counting job (CANCELED)`);
  await eventually(isOver, () => 'not CANCELED');
}

describe('a restored savepoint', () => {
  it.each(['no_claim', 'legacy'])('under %s is never touched', async (mode) => {
    const path = await savepoint();

    const id = await start('-s', path, '-cm', mode);
    expect((await sandbox.run(['checkpoint', id])).stdout).toContain('Checkpoint 2 for job');
    await cancel(id);

    expect(isWhole(path)).toBe(true);
    expect(claims()).toEqual([]);
  });

  it('SP-002: under CLAIM goes when the first checkpoint is complete', async () => {
    const path = await savepoint();

    const id = await start('-s', path, '-cm', 'claim');
    expect(isWhole(path)).toBe(true);
    await sandbox.run(['checkpoint', id]);
    await eventually(
      () => !existsSync(path) && claims().length === 0,
      () => 'still there',
    );
  });

  it('under CLAIM shares the fate of checkpoints when the job ends', async () => {
    const [deleted, kept, stopped] = [await savepoint(), await savepoint(), await savepoint()];

    await cancel(await start('-s', deleted, '-cm', 'claim'));
    await cancel(await start('-s', kept, '-cm', 'claim', RETAIN));
    const last = await start('-s', stopped, '-cm', 'claim', RETAIN);
    await sandbox.run(['savepoint', last, join(sandbox.directory, 'more')]);
    expect(isWhole(stopped)).toBe(true);
    await sandbox.run(['stop', '-p', join(sandbox.directory, 'more'), last]);

    await eventually(
      () => !existsSync(deleted) && !existsSync(stopped),
      () => 'still there',
    );
    expect(isWhole(kept)).toBe(true);
    expect(claims()).toEqual([]);
  });

  it('is claimed by one live job, and not lost by one that cannot restore it', async () => {
    const path = await savepoint();

    const failed = await sandbox.run(['run', '-d', '-s', path, '-cm', 'claim', COUNT, '--variant', 'v2']);
    expect(failed.exit).toBe(1);
    expect(isWhole(path)).toBe(true);
    expect(claims()).toEqual([]);
    const id = await start('-s', path, '-cm', 'claim');
    const second = await sandbox.run(['run', '-d', '-s', path, '-cm', 'claim', COUNT]);

    expect(second.exit).toBe(1);
    expect(second.stdout).toBe('');
    expect(second.stderr).toContain(`job ${id}, which is running, has claimed it`);
    expect((await sandbox.run(['savepoint', '-d', path])).stderr).toContain('[SNAPSHOT_CLAIMED]');
    expect(isWhole(path)).toBe(true);
  });
});
