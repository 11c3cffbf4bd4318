// Waits for lines of a socket that sends none.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, numbers } from './support.js';

export default async function main(args) {
  const { port } = numbers(args, {});
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.socketTextStream('127.0.0.1', port).sinkTo(countingSink());
  await env.execute('idle');
}
