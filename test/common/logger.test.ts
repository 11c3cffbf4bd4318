import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLogFile } from '../../src/common/log-file.js';
import { createLogger, describeError } from '../../src/common/logger.js';
import { ManualClock } from '../support/manual-clock.js';

describe('the logger', () => {
  it('writes time, level, subject and message, and drops what is below its level', () => {
    const lines: string[] = [];
    const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    const logger = createLogger({ write: (line) => lines.push(line) }, { subject: 'job', clock });

    logger.debug('unseen');
    logger.child('task 1').warn('seen');

    expect(lines).toEqual(['2026-01-02 03:04:05,006 WARN  task 1 - seen']);
  });

  it('writes an error with its causes', () => {
    const text = describeError(new Error('outer', { cause: new Error('inner') }));

    expect(text).toMatch(/^Error: outer\n[\s\S]*Caused by: Error: inner/);
  });
});

describe('the log file', () => {
  it('starts anew when it is full and keeps the given number of older files', () => {
    const directory = mkdtempSync(join(tmpdir(), 'flink-ts-log-'));
    const file = openLogFile(join(directory, 'deep', 'job.log'), { maxSizeBytes: 10, maxFiles: 2 });

    file.close();
    for (const line of ['one', 'two', 'three', 'four', 'five-five', 'six']) file.write(line);

    expect(readdirSync(join(directory, 'deep')).sort()).toEqual(['job.log', 'job.log.1', 'job.log.2']);
    expect(readFileSync(file.path, 'utf8')).toBe('six\n');
    expect(readFileSync(`${file.path}.1`, 'utf8')).toBe('five-five\n');
  });

  it('keeps lines that were gathered when it is closed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'flink-ts-log-'));
    const file = openLogFile(join(directory, 'job.log'), { maxSizeBytes: 1000, maxFiles: 1 });

    file.write('first');
    file.write('last');
    file.close();

    expect(readFileSync(file.path, 'utf8')).toBe('first\nlast\n');
  });

  it('loses its lines, but nothing else, when the file cannot be written', () => {
    const file = openLogFile('/dev/null/job.log', { maxSizeBytes: 1000, maxFiles: 1 });

    expect(() => {
      file.write('x');
      file.close();
    }).not.toThrow();
  });
});
