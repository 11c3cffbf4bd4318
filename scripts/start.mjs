// `npm start`: builds if needed, runs the main job over the flights of the repository, and says what to try next.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text) => process.stdout.write(`${text}\n`);

const built = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);

const output = join(root, 'out/flight-delays');
const args = [
  join(root, 'bin/flink-ts'),
  'run',
  '-p',
  '2',
  '-Dexecution.checkpointing.interval=1s',
  `-Dexecution.checkpointing.dir=${join(root, 'out/checkpoints')}`,
  join(root, 'dist/jobs/flight-delays.js'),
  '--input',
  join(root, 'jobs/data/flights.ndjson'),
  '--output',
  output,
  // Recorded flights would be over at once; at this pace there are checkpoints to see.
  '--rate',
  '8000',
  ...process.argv.slice(2),
];
rmSync(output, { recursive: true, force: true });
say('Daily delay of each airport, from the flights in jobs/data/flights.ndjson:\n');
say(`$ flink-ts ${args.slice(1).join(' ').replaceAll(`${root}/`, '')}\n`);

const job = spawn(process.execPath, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => job.kill(signal));
job.on('exit', (code, signal) => {
  if (code !== 0) process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
  const results = readdirSync(output, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim().split('\n'))
    .map((line) => JSON.parse(line))
    .sort((a, b) => b.averageDelay * b.flights - a.averageDelay * a.flights);
  say(
    `${completedCheckpoints()} checkpoints were taken on the way. The worst of ${results.length} days at an airport:\n`,
  );
  for (const { day, airport, flights, averageDelay, longestDelay } of results.slice(0, 5)) {
    say(`  ${day}  ${airport}  ${flights} flights, ${averageDelay} minutes late on average, ${longestDelay} at most`);
  }
  say(`
All of them are in ${output.replace(`${root}/`, '')}. What to try next:

  bin/flink-ts list -a                                         the jobs so far
  bin/flink-ts info dist/jobs/flight-delays.js                 the plan of this one
  bin/flink-ts run -d dist/jobs/state-machine.js --events 0    an endless job in the background
  bin/flink-ts cancel <job id>                                 the end of it
  bin/flink-ts run dist/jobs/word-count.js README.md           another job`);
});

/** How many checkpoints of the newest job its log tells of. */
function completedCheckpoints() {
  const list = spawnSync(process.execPath, [join(root, 'bin/flink-ts'), 'list', '-a', '--json'], { encoding: 'utf8' });
  const newest = JSON.parse(list.stdout).jobs.sort((a, b) => b.startTime - a.startTime)[0];
  return readFileSync(newest.log, 'utf8').match(/Completed checkpoint \d+/g)?.length ?? 0;
}
