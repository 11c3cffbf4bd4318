/**
 * Counts the words that a server sends, and prints each with its number so far. Try it with `nc -lk 9999` beside it.
 *
 *   flink-ts run dist/jobs/socket-word-count.js [--hostname HOST] [--port PORT]
 */

import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment } from 'flink-ts';

export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hostname: { type: 'string', default: 'localhost' },
      port: { type: 'string', default: '9999' },
    },
  });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .socketTextStream(values.hostname, Number(values.port))
    .uid('lines')
    .flatMap((line) => line.split(/\s+/).filter((word) => word !== ''))
    .name('words')
    .uid('words')
    .map((word) => ({ word, count: 1 }))
    .name('ones')
    .uid('ones')
    .keyBy((entry) => entry.word)
    .sum('count')
    .name('counts')
    .uid('counts')
    .map(({ word, count }) => `${word} : ${count}`)
    .name('text')
    .uid('text')
    .print()
    .uid('print');
  await env.execute('Socket word count');
}
