// Work on files and between workers. The texts are made once, 100 MB each, the same bytes on every machine; n is what they hold.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const data = join(dirname(dirname(bench)), 'out/bench-data');

function prepare() {
  if (existsSync(join(data, 'events.ndjson'))) return;
  mkdirSync(data, { recursive: true });
  execFileSync(process.execPath, [join(bench, 'flink/gen-data.mjs'), data, '100'], { stdio: 'inherit' });
}

export default [
  {
    name: 'wordcount',
    job: 'wordcount',
    hand: 'wordcount',
    p: 1,
    args: { n: 20_250_650, input: join(data, 'words.txt') },
    prepare,
    limit: 1,
  },
  {
    name: 'ndjson',
    job: 'ndjson',
    hand: 'ndjson',
    p: 1,
    args: { n: 872_648, input: join(data, 'events.ndjson'), output: join(data, 'ndjson-out') },
    prepare,
    limit: 1,
  },
  // The second is the first without the exchange between two workers: the difference is what the shuffle costs, both sides.
  { name: 'shuffle', job: 'shuffle', p: 1, args: { n: 5_000_000, keys: 100_000, hop: 1 } },
  { name: 'shuffle-without', job: 'shuffle', p: 1, args: { n: 5_000_000, keys: 100_000, hop: 0 } },
];
