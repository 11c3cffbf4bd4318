// {key, value, timestamp} records through a keyBy between two workers: source at parallelism 1, receiver in slot group of its own.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

export default async function main(args) {
  const { n, keys, hop } = numbers(args, { n: 5_000_000, keys: 100_000, hop: 1 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const table = keyTable(keys);
  const records = env
    .fromSequence(0, n - 1)
    .map((i) => ({ key: table[pick(i, keys)], value: i * 0.5 }))
    .slotSharingGroup('senders');
  const keyed = records.keyBy((r) => r.key).reduce((_, r) => r);
  (hop === 1 ? keyed.slotSharingGroup('receivers') : keyed).sinkTo(countingSink());
  await env.execute('shuffle');
}
