import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparable, expectedLines, readExpected } from '../support/expected-contents.js';
import { CliSandbox, JOBS } from '../support/run-cli.js';

const WHOLE = join(import.meta.dirname, '../fixtures/flink-snapshots/whole');
const NATIVE = join(WHOLE, '1.20-hashmap-p2-checkpoint/chk-2');
const CANONICAL = join(WHOLE, '2.3-hashmap-p1-snappy-canonical');
const DRAINED = join(WHOLE, '1.20-hashmap-p1-drained');
const ROCKSDB = join(WHOLE, '1.20-rocksdb-p1-small-native');

const sandbox = new CliSandbox();
afterAll(() => sandbox.remove());

async function json(...args: string[]) {
  return JSON.parse((await sandbox.run([...args, '--json'])).stdout) as Record<string, unknown>;
}

describe('state', () => {
  it('dumps all that a snapshot holds, one object a line', async () => {
    const { stdout, stderr, exit } = await sandbox.run(['state', 'dump', CANONICAL]);

    const lines = stdout.trimEnd().split('\n');
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
    expect(comparable(lines.map((line) => JSON.parse(line)))).toEqual(expectedLines(readExpected(CANONICAL)));
  });

  it('gets what is under a key, also of an operator whose uid the file does not have', async () => {
    const { stdout } = await sandbox.run(['state', 'get', DRAINED, 'keyed-string', 'v-int', '--key', 'é-1']);

    expect(JSON.parse(stdout)).toMatchObject({ uid: 'keyed-string', kind: 'VALUE', key: 'é-1', value: 85 });
  });

  it('says that nothing is under a key, and which uid may be meant', async () => {
    const nothing = await sandbox.run(['state', 'get', CANONICAL, 'keyed-string', 'v-int', '--key', 'nobody']);
    const misspelt = await sandbox.run(['state', 'get', CANONICAL, 'keyd-string', 'v-int', '--key', 'é-1']);

    expect(nothing).toMatchObject({ exit: 10, stdout: '' });
    expect(misspelt.exit).toBe(1);
    expect(misspelt.stderr).toContain('nearest uid that it has is "keyed-string"');
  });

  it('compares snapshots by what they hold, not by their format', async () => {
    const same = await sandbox.run(['state', 'diff', CANONICAL, CANONICAL]);
    const other = await sandbox.run(['state', 'diff', CANONICAL, DRAINED, '--uid', 'session', '--json']);

    expect(same).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(other.exit).toBe(10);
    const changes = other.stdout.trimEnd().split('\n');
    expect(new Set(changes.map((line) => JSON.parse(line).change))).toEqual(new Set(['removed']));
  });

  it('names the files of RocksDB, and ends with a code of its own', async () => {
    const { stdout, stderr, exit } = await sandbox.run(['state', 'dump', ROCKSDB]);

    expect(exit).toBe(3);
    expect(stderr).toMatch(/RocksDB \(SST\).*canonical/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  it('lists states with their types', async () => {
    const { operators } = (await json('state', 'ls', NATIVE)) as { operators: { states: object[] }[] };

    expect(operators.flatMap(({ states }) => states)).toContainEqual({
      state: 'm',
      kind: 'MAP',
      keyType: 'STRING',
      namespaceType: 'VOID',
      valueType: 'MAP<STRING,LONG>',
    });
  });

  it('prints message and remedy of a failure on stderr', async () => {
    const missing = await sandbox.run(['state', 'dump', '/nowhere/at-all']);
    const wrong = await sandbox.run(['state', 'dmp', CANONICAL]);

    expect(missing).toMatchObject({ exit: 1, stdout: '' });
    expect(missing.stderr).toMatch(/^Cannot find .*\n\[SNAPSHOT_NOT_FOUND\] /);
    expect(wrong).toMatchObject({ exit: 1, stdout: '' });
  });
});

describe('snapshots', () => {
  it('takes in what lies in a directory, and checks it', async () => {
    const root = join(sandbox.directory, 'savepoints');
    cpSync(DRAINED, join(root, 'savepoint-1'), { recursive: true });

    const reindexed = await json('snapshots', 'reindex', root);
    const { snapshots } = (await json('snapshots', 'ls')) as { snapshots: object[] };
    const verified = await json('snapshots', 'verify', join(root, 'savepoint-1'), '--deep');

    expect(reindexed).toMatchObject({ added: [join(root, 'savepoint-1')], problems: [] });
    expect(snapshots).toMatchObject([{ number: 1, kind: 'savepoint', format: 'canonical', exists: true }]);
    expect(verified).toMatchObject({ ok: true, entries: 1548, problems: [] });
  });

  it('finds damage', async () => {
    const path = join(sandbox.directory, 'damaged');
    cpSync(DRAINED, path, { recursive: true });
    writeFileSync(join(path, '_metadata'), 'none');

    const { stdout, exit } = await sandbox.run(['snapshots', 'verify', path]);

    expect(exit).toBe(10);
    expect(stdout).toContain('DAMAGED');
  });

  it('refuses to guess how many to keep', async () => {
    expect(await sandbox.run(['snapshots', 'gc'])).toMatchObject({ exit: 1 });
  });
});

describe('choosing and checking', () => {
  it('says that no snapshot is the latest of an unknown job', async () => {
    const { stderr, exit } = await sandbox.run(['run', '-s', 'latest:nobody', join(JOBS, 'golden-finish.js')]);

    expect(exit).toBe(1);
    expect(stderr).toContain('"-s latest:nobody"');
  });

  it('tells what a program would restore, and what would be lost', async () => {
    const { stdout, exit } = await sandbox.run(['check', join(JOBS, 'endless.js'), '-s', CANONICAL, '--json']);

    const result = JSON.parse(stdout) as { dropped: { uid: string }[]; new: { uid: string | null }[] };
    expect(exit).toBe(10);
    expect(result.dropped.map(({ uid }) => uid)).toContain('keyed-string');
    expect(result.new.map(({ uid }) => uid)).toContain('same');
  });

  it('shows a dry run without a snapshot', async () => {
    const { stdout, exit } = await sandbox.run(['run', '--dry-run', join(JOBS, 'endless.js')]);

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Job "endless job" without a snapshot:\n {2}new {10}ticks/);
  });
});

describe('the other verbs', () => {
  it('completion prints a script that names every verb', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { stdout, exit } = await sandbox.run(['completion', shell]);

      expect(exit).toBe(0);
      for (const verb of ['run', 'savepoint', 'state', 'snapshots', 'doctor']) expect(stdout).toContain(verb);
    }
  });

  it('doctor looks at a home that is in order', async () => {
    mkdirSync(sandbox.home, { recursive: true });

    const { findings } = (await json('doctor')) as { findings: { check: string; ok: boolean }[] };

    expect(findings.find(({ check }) => check === 'index')?.ok).toBe(true);
  });

  it('wait refuses a job and a status that do not exist', async () => {
    const job = await sandbox.run(['wait', 'nobody']);
    const status = await sandbox.run(['wait', 'nobody', '--for', 'happiness']);

    expect(job.stderr).toContain('[JOB_NOT_FOUND]');
    expect(status.stderr).toContain('"HAPPINESS" is no status');
  });
});
