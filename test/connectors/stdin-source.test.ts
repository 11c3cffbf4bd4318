import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.js';

const PROGRAM = fileURLToPath(new URL('../support/stdin-process.mjs', import.meta.url));
const timeout = 10_000;

describe('StdinSource', () => {
  it('reads the lines of a pipe to its end', async () => {
    const { stdout } = await execa(process.execPath, [PROGRAM], { input: 'one\r\n\ntwö', timeout });

    expect(stdout.split('\n')).toEqual(['"one"', '""', '"twö"']);
  });

  it('reads the lines of a file', () => {
    const path = join(temporaryDirectory(), 'in.txt');
    writeFileSync(path, 'a\nb\n');

    const file = openSync(path, 'r');
    const { stdout } = spawnSync(process.execPath, [PROGRAM], { stdio: [file, 'pipe', 'inherit'], timeout });
    closeSync(file);

    expect(String(stdout)).toBe('"a"\n"b"\n');
  });

  it('ends at once without an input', async () => {
    const { stdout } = await execa(process.execPath, [PROGRAM], { stdin: 'ignore', timeout });

    expect(stdout).toBe('');
  });

  it('lets go of a pipe that stays open', async () => {
    const child = execa(process.execPath, [PROGRAM, '1'], { stdin: 'pipe', timeout });
    child.stdin.write('only\n');

    const { stdout, exitCode } = await child;

    expect([stdout, exitCode]).toEqual(['"only"', 0]);
  });
});
