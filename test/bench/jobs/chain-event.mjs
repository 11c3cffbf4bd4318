// sequence → object → filter → new object → sink, one chain.
import { StreamExecutionEnvironment } from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

const USERS = 1000;

export default async function main(args) {
  const { n } = numbers(args, { n: 15_000_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const users = keyTable(USERS);
  env
    .fromSequence(0, n - 1)
    .map((i) => {
      const j = pick(i, USERS);
      return { id: i, user: users[j], amount: (j & 1023) * 0.25, ts: 1_700_000_000_000 + Math.floor(i / 100) };
    })
    .filter((e) => e.amount >= 64)
    .map((e) => ({ id: e.id, user: e.user, amount: e.amount * 1.1, ts: e.ts }))
    .sinkTo(countingSink());
  await env.execute('chain-event');
}
