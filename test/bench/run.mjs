// One question a workload, one process a case: `npm run bench -- [workload…] [--runs N] [--json]`.
// Prints a JSON line a run and a table of ratios: CPU seconds of the whole process tree of flink-ts over those of the same
// work in a plain loop, best of the runs, taken alternately in this one call.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const CASES = [
  { name: 'chain-long', job: 'chain-long', hand: 'chain-long', p: 1, args: { n: 60_000_000 }, limit: 3 },
  { name: 'chain-event', job: 'chain-event', hand: 'chain-event', p: 1, args: { n: 15_000_000 }, limit: 3 },
  { name: 'count-1e5', job: 'count', hand: 'count', p: 1, args: { n: 10_000_000, keys: 100_000 }, limit: 2 },
  { name: 'count-1e6', job: 'count', hand: 'count', p: 1, args: { n: 10_000_000, keys: 1_000_000 }, limit: 2 },
  { name: 'count-1e5-p2', job: 'count', hand: 'count', p: 2, args: { n: 10_000_000, keys: 100_000 } },
];

function options(argv) {
  const parsed = { workloads: [], runs: 3, json: false };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--runs') parsed.runs = Number(argv[++i]);
    else if (argv[i] === '--json') parsed.json = true;
    else parsed.workloads.push(argv[i]);
  }
  return parsed;
}

/** Runs a command under the shell's `time`: wall and CPU seconds of it and its children, and what it counted. */
function measure(command) {
  const script = `TIMEFORMAT='bench-time %R %U %S'; time "$@"`;
  const output = execFileSync('bash', ['-c', `exec 2>&1; ${script}`, 'bench', ...command], {
    encoding: 'utf8',
    env: { ...process.env, FLINK_TS_HOME: join(root, 'out/bench-home') },
    maxBuffer: 64 << 20,
  });
  const [, wall, user, system] = output.match(/bench-time ([\d.]+) ([\d.]+) ([\d.]+)/);
  const out = [...output.matchAll(/^bench-out (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  return { seconds: Number(wall), cpu_s: Number((Number(user) + Number(system)).toFixed(3)), out };
}

function run(test, system) {
  const args = Object.entries(test.args).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const command =
    system === 'flink-ts'
      ? [join(root, 'bin/flink-ts'), 'run', '-p', String(test.p), join(here, 'jobs', `${test.job}.mjs`), ...args]
      : [process.execPath, join(here, 'hand', `${test.hand}.mjs`), ...args];
  return { workload: test.name, system, p: test.p, records: test.args.n, ...measure(command) };
}

function main() {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('Build first: npm run build');
  const { workloads, runs, json } = options(process.argv.slice(2));
  const rows = [];
  for (const test of CASES.filter((candidate) => workloads.length === 0 || workloads.includes(candidate.name))) {
    const best = {};
    for (let i = 0; i < runs; i++) {
      for (const system of ['flink-ts', 'hand']) {
        const result = run(test, system);
        console.log(JSON.stringify(result));
        if (best[system] === undefined || result.cpu_s < best[system].cpu_s) best[system] = result;
      }
    }
    if (best['flink-ts'].out !== best.hand.out) {
      throw new Error(`${test.name}: flink-ts counted ${best['flink-ts'].out} records, the loop ${best.hand.out}`);
    }
    const perRecord = (result) => ((result.cpu_s * 1e9) / result.records).toFixed(1);
    const ratio = (best['flink-ts'].cpu_s / best.hand.cpu_s).toFixed(2);
    rows.push({
      workload: test.name,
      p: test.p,
      'flink-ts ns': perRecord(best['flink-ts']),
      'loop ns': perRecord(best.hand),
      ratio,
      limit: test.limit ?? '',
    });
  }
  if (!json) {
    console.table(rows);
    console.log(
      `load average ${loadavg()
        .map((value) => value.toFixed(2))
        .join(' ')}`,
    );
  }
}

main();
