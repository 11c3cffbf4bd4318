// One question a workload, one process a run: `npm run bench -- [workload…] [--runs N] [--json] [--systems a,b]`.
// Prints a JSON line a run and a table of ratios of CPU seconds, best of the runs, taken alternately in this one call.
// Systems: flink-ts and hand (the same work in a plain loop); `npm run bench:flink` takes flink and flink-reuse instead of
// hand, `npm run bench:floor` the loops alone. What each figure covers stands in systems.js.
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import files from './cases/files.js';
import { FLINK } from './cases/flink.js';
import latency from './cases/latency.js';
import nexmark from './cases/nexmark.js';
import windows from './cases/windows.js';
import { runSnapshot } from './snapshot.js';
import { isKnown, SYSTEMS } from './systems.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const CASES = [
  { name: 'chain-long', job: 'chain-long', hand: 'chain-long', p: 1, args: { n: 150_000_000 }, limit: 2.5 },
  { name: 'chain-event', job: 'chain-event', hand: 'chain-event', p: 1, args: { n: 30_000_000 }, limit: 2.5 },
  { name: 'count-1e5', job: 'count', hand: 'count', p: 1, args: { n: 10_000_000, keys: 100_000 }, limit: 1.5 },
  { name: 'count-1e6', job: 'count', hand: 'count', p: 1, args: { n: 10_000_000, keys: 1_000_000 }, limit: 1.5 },
  { name: 'count-1e5-p2', job: 'count', hand: 'count', p: 2, args: { n: 10_000_000, keys: 100_000 } },
  ...files,
  ...windows,
  ...nexmark,
  ...latency,
];

function options(argv) {
  const parsed = { workloads: [], runs: 3, json: false, systems: ['flink-ts', 'hand'] };
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--runs') parsed.runs = Number(argv[++i]);
    else if (argv[i] === '--systems') parsed.systems = argv[++i].split(',');
    else if (argv[i] === '--json') parsed.json = true;
    else parsed.workloads.push(argv[i]);
  }
  return parsed;
}

/** The best run of each system, in CPU time; all must count the same. */
function runCase(test, systems, runs) {
  const best = {};
  test.prepare?.();
  for (let i = 0; i < runs; i++) {
    for (const system of systems.filter((name) => isKnown(test, name))) {
      const header = { workload: test.name, system, p: test.p, records: test.args.n };
      const result = { ...header, ...SYSTEMS[system](test) };
      console.log(JSON.stringify(result));
      if (best[system] === undefined || result.cpu_s < best[system].cpu_s) best[system] = result;
    }
  }
  checkCounts(test, best);
  return best;
}

/** Outputs must agree; with several source subtasks each system cuts its windows anew, so only one is compared. */
function checkCounts(test, best) {
  const counts = Object.entries(best).map(([system, { out }]) => [system, out]);
  if (test.expected !== undefined) counts.unshift(['the case', test.expected]);
  const [first] = counts;
  for (const [system, out] of counts) {
    if (out === first[1]) continue;
    throw new Error(`${test.name}: ${first[0]} counted ${first[1]} records, ${system} ${out}`);
  }
}

function rowOf(test, best) {
  const perRecord = (result) => (result === undefined ? '' : ((result.cpu_s * 1e9) / result.records).toFixed(1));
  const ratio = (a, b) => (a === undefined || b === undefined ? '' : Number((a.cpu_s / b.cpu_s).toFixed(2)));
  const { 'flink-ts': ours, hand, flink, 'flink-reuse': reuse } = best;
  const limits = FLINK.get(test.name);
  return {
    workload: test.name,
    p: test.p,
    'flink-ts ns': perRecord(ours),
    ...(hand && { 'loop ns': perRecord(hand), ratio: ratio(ours, hand), 'at most': test.limit ?? '' }),
    ...(flink && { 'Flink ns': perRecord(flink), 'Flink ÷': ratio(flink, ours), 'at least': limits.least ?? '' }),
    ...(reuse && {
      'reuse ns': perRecord(reuse),
      'reuse ÷': ratio(reuse, ours),
      'reuse least': limits.leastReuse ?? '',
    }),
  };
}

function main() {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('Build first: npm run build');
  const { workloads, runs, json, systems } = options(process.argv.slice(2));
  const unknown = workloads.filter((name) => name !== 'snapshot' && !CASES.some((test) => test.name === name));
  if (unknown.length > 0)
    throw new Error(`No such workload: ${unknown.join(', ')}. ${CASES.map((c) => c.name).join(' ')}`);
  const rows = [];
  for (const test of CASES.filter(({ name }) => workloads.length === 0 || workloads.includes(name))) {
    if (!systems.some((system) => isKnown(test, system))) continue;
    rows.push(rowOf(test, runCase(test, systems, runs)));
  }
  // Snapshots have figures of their own; on the Flink side they need a cluster.
  const wantsSnapshot = workloads.length === 0 || workloads.includes('snapshot');
  if (wantsSnapshot && systems.includes('flink-ts')) console.log(JSON.stringify(runSnapshot()));
  if (json) return;
  console.table(rows);
  const load = loadavg().map((value) => value.toFixed(2));
  console.log(`load average ${load.join(' ')}`);
}

main();
