// sequence → map → filter → map → sink in one chain; doubles, since the product leaves 32 bits.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, numbers } from './support.js';

export default async function main(args) {
  const { n } = numbers(args, { n: 60_000_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSequence(0, n - 1)
    .map((x) => x * 31 + 7)
    .filter((x) => x % 4 !== 0)
    .map((x) => x - Math.floor(x / 8))
    .sinkTo(countingSink());
  await env.execute('chain-long');
}
