// How long checkpoints stop a stream: `node test/bench/pause.mjs [--keys K] [--n UPDATES]`. Runs the same work with a
// checkpoint every 2 s and without any: the second shows what the machine and the collector of garbage do by themselves.
// Prints a line of JSON each: milliseconds without a record, the longest of each 2 s, as median and maximum, without the
// time that the thread waited for a processor.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const directory = join(root, 'out/bench-checkpoints');
const given = process.argv.slice(2);

for (const every of [2000, 0]) {
  const settings = ['-D', `execution.checkpointing.dir=file://${directory}`];
  const job = [join(here, 'jobs/pause.mjs'), '--every', String(every), ...given];
  const output = execFileSync(join(root, 'bin/flink-ts'), ['run', '-p', '1', ...settings, ...job], {
    encoding: 'utf8',
    env: { ...process.env, FLINK_TS_HOME: join(root, 'out/bench-home') },
    maxBuffer: 64 << 20,
  });
  const pauses = (output.match(/^bench-pauses (.*)$/m)?.[1] ?? '')
    .split(' ')
    .map(Number)
    .sort((a, b) => a - b);
  const [median, longest] = [pauses[pauses.length >> 1], pauses.at(-1)];
  const [load] = loadavg();
  const what = every > 0 ? 'pause-with-checkpoints' : 'pause-without';
  console.log(
    JSON.stringify({ workload: what, intervals: pauses.length, median_ms: median, longest_ms: longest, load }),
  );
}
rmSync(directory, { recursive: true, force: true });
