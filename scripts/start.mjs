// `npm start`: builds if needed, runs the main job over the flights of the repository, and says what to try next.
import { spawn, spawnSync } from 'node:child_process';
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
  ...process.argv.slice(2),
];
say('Daily delay of each airport, from the flights in jobs/data/flights.ndjson:\n');
say(`$ flink-ts ${args.slice(1).join(' ').replaceAll(`${root}/`, '')}\n`);

const job = spawn(process.execPath, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => job.kill(signal));
job.on('exit', (code, signal) => {
  if (code !== 0) process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
  say(`The results are in ${output.replace(`${root}/`, '')}. What to try next:

  bin/flink-ts list -a                                         the jobs so far
  bin/flink-ts info dist/jobs/flight-delays.js                 the plan of this one
  bin/flink-ts run -d dist/jobs/state-machine.js               an endless job in the background
  bin/flink-ts cancel <job id>                                 the end of it
  bin/flink-ts run dist/jobs/word-count.js README.md           another job`);
});
