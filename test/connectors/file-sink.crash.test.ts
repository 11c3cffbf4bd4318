import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary-directory.js';

const PROGRAM = fileURLToPath(new URL('../support/file-sink-process.mjs', import.meta.url));
const RECORDS = 300;
/** More than a disturbed run ever needs; a run that makes no progress fails here. */
const MAX_ATTEMPTS = 60;

const seeds = process.env['CRASH_SEED'] === undefined ? [1, 2, 3, 4, 5, 6, 7, 8] : [Number(process.env['CRASH_SEED'])];

/** A small generator, so that a seed is a whole run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function runWithCrashes(seed: number, directory: string): Promise<number> {
  const random = randomOf(seed);
  const checkpoint = join(temporaryDirectory(), 'checkpoint.json');
  let jobId = 'a'.repeat(32);
  let attempt = 0;
  for (let run = 0; run < MAX_ATTEMPTS; run++) {
    const options = {
      directory,
      checkpoint,
      records: RECORDS,
      seed: random(2 ** 31),
      killAt: 1 + random(60),
      jobId,
      attempt,
      onCheckpoint: seed % 2 === 0,
    };
    const result = await execa(process.execPath, [PROGRAM, JSON.stringify(options)], { reject: false });
    if (result.exitCode === 0) return run;
    expect(result.signal, result.stderr).toBe('SIGKILL');
    // A restart of the job, or the same program as a new job.
    if (random(3) === 0) {
      jobId = run.toString(16).padStart(32, '0');
      attempt = 0;
    } else {
      attempt++;
    }
  }
  throw new Error(`Seed ${seed} did not end in ${MAX_ATTEMPTS} attempts.`);
}

describe('FileSink in a process that is killed', () => {
  it.each(seeds)('commits each record exactly once (CRASH_SEED=%i)', async (seed) => {
    const directory = temporaryDirectory();

    const crashes = await runWithCrashes(seed, directory);

    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const lines = files
      .filter((file) => !file.name.startsWith('.'))
      .flatMap((file) => readFileSync(join(file.parentPath, file.name), 'utf8').trimEnd().split('\n'));
    expect(crashes).toBeGreaterThan(0);
    expect(lines.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, n) => n));
  });
});
