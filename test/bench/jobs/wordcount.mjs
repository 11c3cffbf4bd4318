// lines of words → (word, 1) → keyBy → sum, emits each → sink.
import { FileSource, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts';
import { countingSink, numbers } from './support.js';

function split(line, out) {
  for (const word of line.split(' ')) out.collect({ word, count: 1 });
}

export default async function main(args) {
  const { input } = numbers(args, {});
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSource(FileSource.forLines(input).build(), WatermarkStrategy.noWatermarks(), 'lines')
    .flatMap(split)
    .keyBy((entry) => entry.word)
    .sum('count')
    .sinkTo(countingSink());
  await env.execute('wordcount');
}
