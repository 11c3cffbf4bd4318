// Records at a fixed rate carry the time at which they were due; the last operator takes now minus due, so that a delay of the
// source counts too. The first five seconds are left out. Each subtask prints its histogram.
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

/** Microseconds on a clock that all threads of the process share. */
function micros() {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1e3;
}

const WARM_UP = 5_000_000;
/** Log-linear: 64 buckets per power of two of microseconds. */
const bucketOf = (us) => {
  if (us < 64) return Math.max(Math.floor(us), 0);
  const exponent = Math.floor(Math.log2(us));
  return (exponent - 5) * 64 + Math.min(63, Math.floor((us / 2 ** exponent - 1) * 64));
};

class Latency extends KeyedProcessFunction {
  #count;
  #histogram = new Map();
  #warm;

  open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
    this.#warm = micros() + WARM_UP;
  }

  processElement(record, _ctx, out) {
    const next = (this.#count.value() ?? 0) + 1;
    this.#count.update(next);
    out.collect(next);
    const now = micros();
    if (now < this.#warm) return;
    const bucket = bucketOf(now - record.due);
    this.#histogram.set(bucket, (this.#histogram.get(bucket) ?? 0) + 1);
  }

  close() {
    console.log(`bench-histogram ${JSON.stringify([...this.#histogram])}`);
  }
}

export default async function main(args) {
  const { n, keys, rate } = numbers(args, { n: 750_000, keys: 100_000, rate: 50_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const table = keyTable(keys);
  const period = (1e6 * env.getParallelism()) / rate;
  let first = -1;
  let start = 0;
  const make = (i) => {
    if (first < 0) {
      first = i;
      start = micros();
    }
    return { key: table[pick(i, keys)], due: start + (i - first) * period };
  };
  env
    .fromSource(
      new DataGeneratorSource(make, { count: n, ratePerSecond: rate }),
      WatermarkStrategy.noWatermarks(),
      'paced',
    )
    .keyBy((record) => record.key, Types.STRING)
    .process(new Latency())
    .uid('latency')
    .sinkTo(countingSink());
  await env.execute('latency');
}
