// Runs one case on one system, each in a process of its own: flink-ts through its command, the loop by hand, a real Flink.
// A result is {workload, system, p, records, seconds, cpu_s, rss_mb, out}. Time and CPU seconds (of the whole process) lie
// between the opening of the first user function and the closing of the last, as the Flink jobs measure it too; `process_s` and
// `process_cpu_s` are those of the command from start to exit. Loops and Flink have a warm-up run in their process; the workers of
// flink-ts begin cold, so that the compiler's time is part of its figures.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FLINK } from './cases/flink.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

/** Systems by the name that the lines of JSON give them. */
export const SYSTEMS = {
  'flink-ts': runFlinkTs,
  hand: runHand,
  flink: (test) => runFlink(test, false),
  'flink-reuse': (test) => runFlink(test, true),
};

/** Whether a case can run on a system. */
export function isKnown(test, system) {
  if (system === 'hand') return test.hand !== undefined;
  return system === 'flink-ts' || FLINK.has(test.name);
}

function runFlinkTs(test) {
  const command = [join(root, 'bin/flink-ts'), 'run', '-p', String(test.p), ...(test.settings ?? [])];
  const { output, whole } = timed([...command, join(here, 'jobs', `${test.job}.mjs`), ...words(test.args)]);
  const clocks = [...output.matchAll(/^bench-clock (.*)$/gm)].map((match) => match[1].split(' ').map(Number));
  if (clocks.length === 0) return { ...whole, out: counted(output), ...test.extra?.(output) };
  const span = (from, to) => Math.max(...clocks.map((c) => c[to])) - Math.min(...clocks.map((c) => c[from]));
  const seconds = rounded(span(0, 2));
  const rss_mb = Math.max(...clocks.map((c) => c[4]));
  return { seconds, cpu_s: rounded(span(1, 3)), rss_mb, out: counted(output), ...whole, ...test.extra?.(output) };
}

function runHand(test) {
  const { output, whole } = timed([process.execPath, join(here, 'hand', `${test.hand}.mjs`), ...words(test.args)]);
  const own = output.match(/^bench-hand ([\d.]+) ([\d.]+) (\d+)$/m);
  if (own === null) return { seconds: whole.process_s, cpu_s: whole.process_cpu_s, out: counted(output), ...whole };
  return {
    seconds: rounded(Number(own[1])),
    cpu_s: rounded(Number(own[2])),
    rss_mb: Number(own[3]),
    out: counted(output),
  };
}

function runFlink(test, isReusing) {
  const { workload, options } = FLINK.get(test.name);
  const all = {
    n: test.args.n,
    ...(test.args.input && { file: test.args.input }),
    ...options,
    reuse: isReusing,
    runs: Number(process.env.BENCH_FLINK_RUNS ?? 2),
  };
  const pairs = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  const output = execFileSync(join(here, 'flink/run.sh'), [workload, String(test.p), ...pairs], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 << 20,
  });
  const runs = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.run > 0);
  const best = runs.reduce((a, b) => (b.cpu_s < a.cpu_s ? b : a));
  return { seconds: best.seconds, cpu_s: best.cpu_s, rss_mb: best.rss_mb, out: best.out };
}

/** Runs a command under the shell's `time`: wall and CPU seconds of it and its children. */
function timed(command) {
  const script = `TIMEFORMAT='bench-time %R %U %S'; time "$@"`;
  const output = execFileSync('bash', ['-c', `exec 2>&1; ${script}`, 'bench', ...command], {
    encoding: 'utf8',
    env: { ...process.env, FLINK_TS_HOME: join(root, 'out/bench-home') },
    maxBuffer: 64 << 20,
  });
  const [, wall, user, system] = output.match(/bench-time ([\d.]+) ([\d.]+) ([\d.]+)/);
  return { output, whole: { process_s: Number(wall), process_cpu_s: rounded(Number(user) + Number(system)) } };
}

function counted(output) {
  return [...output.matchAll(/^bench-out (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
}

function words(args) {
  return Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

function rounded(seconds) {
  return Number(seconds.toFixed(3));
}
