// sequence → object → filter → new object → sink, one chain.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, fmix32, numbers } from './support.js';

export default async function main(args) {
  const { n } = numbers(args, { n: 15_000_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSequence(0, n - 1)
    .map((i) => {
      const h = fmix32(i);
      return { id: i, user: h % 1000, amount: (h >>> 8) & 255, ts: i * 10 };
    })
    .filter((e) => e.amount >= 64)
    .map((e) => ({ id: e.id, user: e.user, amount: e.amount * 1.1, ts: e.ts }))
    .sinkTo(countingSink());
  await env.execute('chain-event');
}
