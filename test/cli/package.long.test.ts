import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOBS, REPOSITORY } from '../support/run-cli.js';

const directory = mkdtempSync(join(tmpdir(), 'flink-ts-pack-'));
const env = { ...process.env, FLINK_TS_HOME: join(directory, 'home') };
const run = (file: string, args: readonly string[], cwd = directory) =>
  execFileSync(file, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const FINISHED = /^Job has been submitted with JobID [0-9a-f]{32}\nProgram execution finished\n/;
let tarball = '';

beforeAll(() => {
  run('npm', ['pack', '--pack-destination', directory], REPOSITORY);
  tarball = join(directory, readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what it needs and nothing else', () => {
    const files = run('tar', ['-tzf', tarball])
      .trim()
      .split('\n')
      .map((line) => line.replace(/^package\//, ''));

    expect(files).toEqual(
      expect.arrayContaining(['bin/flink-ts', 'bundle/cli/main.js', 'dist/index.d.ts', 'LICENSE', 'NOTICE']),
    );
    expect(
      files.filter((file) => /^(src|test|scripts|docs|\.ci)\//.test(file) || file.endsWith('.tsbuildinfo')),
    ).toEqual([]);
    expect(files.filter((file) => file.startsWith('dist/golden'))).toEqual([]);
  });

  it('works when it is installed globally', () => {
    run('npm', ['install', '--global', '--prefix', join(directory, 'global'), '--no-audit', '--no-fund', tarball]);
    const bin = join(directory, 'global/bin/flink-ts');

    expect(run(bin, ['--version'])).toMatch(/^Version: \d/);
    expect(run(bin, ['run', join(JOBS, 'golden-finish.js')])).toMatch(FINISHED);
  });

  it('works when a project depends on it', () => {
    const project = join(directory, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'p', version: '1.0.0', type: 'module' }));
    run('npm', ['install', '--no-audit', '--no-fund', tarball], project);
    cpSync(join(JOBS, 'golden-finish.js'), join(project, 'job.js'));

    expect(run(join(project, 'node_modules/.bin/flink-ts'), ['run', '-p', '2', 'job.js'], project)).toMatch(FINISHED);
    expect(
      run('node', ['-e', "import('flink-ts').then((m) => console.log(typeof m.StreamExecutionEnvironment))"], project),
    ).toBe('function\n');
  });
});
