// Event-time windows over objects with a key each: an incremental (count, sum), emitted as (key, end, count, sum).
// 100,000 events per second of event time; each source subtask has its own time line.
import {
  EventTimeSessionWindows,
  SlidingEventTimeWindows,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  Types,
  WatermarkStrategy,
} from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

const ASSIGNERS = {
  tumble: () => TumblingEventTimeWindows.of(10_000),
  slide: () => SlidingEventTimeWindows.of(60_000, 10_000),
  session: () => EventTimeSessionWindows.withGap(2000),
};

const sum = {
  createAccumulator: () => ({ n: 0, s: 0 }),
  add(event, acc) {
    acc.n++;
    acc.s += event.amount;
    return acc;
  },
  getResult: (acc) => acc,
  merge(a, b) {
    a.n += b.n;
    a.s += b.s;
    return a;
  },
};

export default async function main(args) {
  const { window, n, keys } = numbers(args, { window: 'tumble', n: 6_000_000, keys: 100_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const table = keyTable(keys);
  const p = env.getParallelism();
  const perSource = n / p;
  env
    .fromSequence(0, n - 1)
    .map((i) => {
      const j = pick(i, keys);
      const ts = 1_700_000_000_000 + Math.floor(((i % perSource) * p) / 100);
      return { id: i, user: table[j], amount: (j & 1023) * 0.25, ts };
    })
    .assignTimestampsAndWatermarks(WatermarkStrategy.forBoundedOutOfOrderness(1000).withTimestampAssigner((e) => e.ts))
    .keyBy((e) => e.user, Types.STRING)
    .window(ASSIGNERS[window]())
    .aggregate(sum, (key, w, [acc], out) => out.collect([key, w.end, acc.n, acc.s]))
    .sinkTo(countingSink());
  await env.execute(window);
}
