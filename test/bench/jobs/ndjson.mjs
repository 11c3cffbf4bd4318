// lines → parse → keep purchases → stringify → exactly-once file sink, a checkpoint every 5 s.
import { FileSink, FileSource, StreamExecutionEnvironment, WatermarkStrategy } from 'flink-ts';
import { countingMap, numbers } from './support.js';

export default async function main(args) {
  const { input, output } = numbers(args, {});
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.enableCheckpointing(5000);
  env
    .fromSource(FileSource.forLines(input).build(), WatermarkStrategy.noWatermarks(), 'lines')
    .map((line) => JSON.parse(line))
    .filter((event) => event.type === 'buy')
    .map(countingMap((event) => JSON.stringify(event)))
    .sinkTo(FileSink.forLines(output).build());
  await env.execute('ndjson');
}
