import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId } from '../../src/common/ids.js';
import { HomeDirectory } from '../../src/snapshot/home-directory.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const JOB = '0a'.repeat(16) as JobId;

describe('HomeDirectory', () => {
  it.each([
    [{ FLINK_TS_HOME: '/h', XDG_STATE_HOME: '/x', HOME: '/u' }, '/h'],
    [{ XDG_STATE_HOME: '/x', HOME: '/u' }, '/x/flink-ts'],
    [{ XDG_STATE_HOME: 'relative', HOME: '/u' }, '/u/.local/state/flink-ts'],
    [{ FLINK_TS_HOME: '', HOME: '/u' }, '/u/.local/state/flink-ts'],
  ])('of %j is %s', (environment, path) => {
    expect(new HomeDirectory(environment).path).toBe(path);
  });

  it('names the files of a job', () => {
    const home = new HomeDirectory({ FLINK_TS_HOME: '/h' });

    expect([home.journalFile(JOB), home.logFile(JOB), home.outputFile(JOB), home.archiveFile(JOB)]).toEqual(
      ['journal', 'job.log', 'job.out', 'archive.json'].map((name) => `/h/jobs/${JOB}/${name}`),
    );
    expect(home.indexFile(3)).toBe('/h/index-3.sqlite');
    expect(home.configFile).toBe('/h/conf/config.yaml');
    expect(new HomeDirectory({ FLINK_TS_CONF_DIR: '/etc/f' }).configFile).toBe('/etc/f/config.yaml');
  });

  it('says so when it cannot be made', () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');

    expect(() => new HomeDirectory({ FLINK_TS_HOME: file }).create()).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('FLINK_TS_HOME') }),
    );
  });

  it('puts sockets where only the user can go', () => {
    const runtime = temporaryDirectory();

    const path = new HomeDirectory({ XDG_RUNTIME_DIR: runtime }).socketPath(JOB);

    expect(path).toBe(join(runtime, 'flink-ts', `${JOB}.sock`));
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('takes another place when the path would be too long, or others can enter', () => {
    const temporary = temporaryDirectory();
    const open = join(temporary, 'open');
    mkdirSync(join(open, 'flink-ts'), { recursive: true });
    chmodSync(join(open, 'flink-ts'), 0o755);
    const long = join(temporary, 'x'.repeat(80));
    mkdirSync(long);

    for (const runtime of [open, long, join(temporary, 'missing')]) {
      const path = new HomeDirectory({ XDG_RUNTIME_DIR: runtime, TMPDIR: temporary }).socketPath(JOB);
      expect(dirname(dirname(path))).toBe(temporary);
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
    }
  });
});
