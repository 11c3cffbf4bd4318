// The workload `snapshot`: fills 1 M keys, takes savepoints of both formats while updates go on, and restores them, all through the
// command. Times are those of the verb, with its start; CPU seconds those of the job's process meanwhile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bin = join(dirname(dirname(here)), 'bin/flink-ts');
const KEYS = 1_000_000;
const TICKS_PER_SECOND = 100;
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

class Job {
  constructor(directory, name, restore = []) {
    this.csv = join(directory, `${name}.csv`);
    this.environment = { ...process.env, FLINK_TS_HOME: join(directory, 'home') };
    const args = ['--keys', String(KEYS), '--value', 'bytes100', '--csv', this.csv];
    this.submitted = Date.now();
    const output = this.command('run', '-d', ...restore, join(here, 'jobs/snapshot.mjs'), ...args);
    this.id = output.match(/JobID ([0-9a-f]{32})/)[1];
    this.first();
    this.pid = Number(this.lines()[0].split(',')[2]);
  }

  command(...words) {
    return execFileSync(bin, words, { encoding: 'utf8', env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  lines() {
    try {
      return readFileSync(this.csv, 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }

  /** The time of the first update after the fill or the restore. */
  first() {
    for (let waited = 0; waited < 120_000; waited += 20) {
      const line = this.lines().find((text) => text.startsWith('first'));
      if (line !== undefined) return Number(line.split(',')[1]);
      sleep(20);
    }
    throw new Error('The job makes no updates.');
  }

  opened() {
    return Number(this.lines()[0].split(',')[1]);
  }

  cpu() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  rss() {
    return Math.round(Number(readFileSync(`/proc/${this.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024);
  }

  /** The worst latency in ms between two times. */
  worst(from, to) {
    const rows = this.lines()
      .filter((line) => /^\d/.test(line))
      .map((line) => line.split(',').map(Number));
    return Math.max(0, ...rows.filter(([at]) => at >= from - 200 && at <= to + 500).map((row) => row[2] / 1000));
  }
}

function sizeOf(path) {
  const files = readdirSync(path, { recursive: true }).map((name) => statSync(join(path, name)));
  return Number((files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0) / 1e6).toFixed(1));
}

function savepoint(job, directory, format) {
  const [cpu, from] = [job.cpu(), Date.now()];
  const output = job.command('savepoint', '-type', format, job.id, join(directory, format));
  const to = Date.now();
  sleep(1000);
  const path = output.match(/Path: (?:file:(?:\/\/)?)?(\S+)/)[1];
  const spent = Number((job.cpu() - cpu).toFixed(2));
  return { path, seconds: (to - from) / 1000, cpu_s: spent, mb: sizeOf(path), worst_ms: job.worst(from, to) };
}

/** Runs it once; the steady job's CPU in the second after the savepoint is part of `cpu_s`. */
export function runSnapshot() {
  const directory = mkdtempSync(join(tmpdir(), 'flink-ts-bench-'));
  const result = { workload: 'snapshot', system: 'flink-ts', p: 1, records: KEYS };
  let job;
  try {
    job = new Job(directory, 'fill');
    result.fill_s = (job.first() - job.opened()) / 1000;
    sleep(5000);
    result.rss_mb = job.rss();
    result.steady_worst_ms = job.worst(Date.now() - 3000, Date.now());
    for (const format of ['canonical', 'native']) result[format] = savepoint(job, directory, format);
    job.command('cancel', job.id);
    job = undefined;
    for (const format of ['canonical', 'native']) {
      job = new Job(directory, `restore-${format}`, ['-s', result[format].path]);
      result[`restore_${format}_s`] = (job.first() - job.submitted) / 1000;
      result[`restore_${format}_cpu_s`] = job.cpu();
      job.command('cancel', job.id);
      job = undefined;
    }
    return result;
  } finally {
    if (job?.pid !== undefined) process.kill(job.pid);
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
