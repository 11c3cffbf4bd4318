/**
 * Counts the words of text files: a line for each word as it comes, with its number so far.
 *
 *   flink-ts run dist/jobs/word-count.js [--output DIRECTORY] [FILE | DIRECTORY | PATTERN]...
 *
 * Prints, or writes files. Without arguments it reads the licence of this package.
 */

import { parseArgs } from 'node:util';
import { FileSink, FileSource, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts';

function wordsOf(line: string): readonly string[] {
  return line.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

export default async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { input: { type: 'string', multiple: true }, output: { type: 'string' } },
  });
  const given = [...(values.input ?? []), ...positionals];
  const paths = given.length > 0 ? given : [new URL('../../LICENSE', import.meta.url).href];

  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const counts = env
    .fromSource(FileSource.forLines(...paths).build(), WatermarkStrategy.noWatermarks(), 'lines')
    .uid('lines')
    .flatMap((line) => wordsOf(line).map((word) => ({ word, count: 1 })))
    .name('words')
    .uid('words')
    .keyBy((entry) => entry.word)
    .sum('count')
    .name('counts')
    .uid('counts')
    .map(({ word, count }) => `${word} ${count}`)
    .name('text')
    .uid('text');
  if (values.output === undefined) counts.print().uid('print');
  else
    counts
      .sinkTo(
        FileSink.forLines<string>(values.output)
          .withBucketAssigner(() => '')
          .build(),
      )
      .uid('files');
  await env.execute('Word count');
}
