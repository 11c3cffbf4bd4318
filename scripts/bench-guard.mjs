// Sees an accidental slowdown: the CPU time of five short workloads over that of the same work in a plain loop, side by side
// (`npm run bench` in small). A ratio, never a time, so that it holds on any machine. Each limit is about twice the ratio
// measured when it was set (`docs/benchmarks.md`), wide enough for a busy machine; whoever makes a workload faster may lower it.
// Best of alternating runs: a workload passes with the first ratio below its limit and fails only when none of the tries is.
import { SYSTEMS } from '../test/bench/systems.js';

const TRIES = 6;
const CASES = [
  { name: 'chain-long', job: 'chain-long', hand: 'chain-long', args: { n: 40_000_000 }, limit: 3 },
  { name: 'chain-event', job: 'chain-event', hand: 'chain-event', args: { n: 10_000_000 }, limit: 2.8 },
  { name: 'count', job: 'count', hand: 'count', args: { n: 1_000_000, keys: 100_000 }, limit: 4.5 },
  { name: 'tumble', job: 'windows', hand: 'windows', args: { n: 500_000, window: 'tumble' }, limit: 8 },
  { name: 'nx-q3', job: 'nexmark', hand: 'nexmark', args: { n: 500_000, query: 'q3' }, limit: 3 },
];

/** The ratio of the best runs so far, after each try. */
function ratioOf(test) {
  let ours = Number.POSITIVE_INFINITY;
  let loop = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= TRIES; i++) {
    const engine = SYSTEMS['flink-ts']({ ...test, p: 1 });
    const floor = SYSTEMS.hand(test);
    if (engine.out !== floor.out) throw new Error(`${test.name} put out ${engine.out} records, the loop ${floor.out}`);
    ours = Math.min(ours, engine.cpu_s);
    loop = Math.min(loop, floor.cpu_s);
    if (ours / loop <= test.limit) return { ratio: ours / loop, tries: i };
  }
  return { ratio: ours / loop, tries: TRIES };
}

const slow = [];
for (const test of CASES) {
  const { ratio, tries } = ratioOf(test);
  const verdict = ratio <= test.limit ? 'ok' : 'SLOW';
  console.log(
    `${verdict.padEnd(5)} ${test.name.padEnd(12)} ${ratio.toFixed(2)} x the loop, limit ${test.limit}, tries ${tries}`,
  );
  if (ratio > test.limit) slow.push(test.name);
}
if (slow.length > 0) {
  console.log(`Slower than it was: ${slow.join(', ')}. Measure with: npm run bench -- ${slow.join(' ')}`);
  process.exitCode = 1;
}
