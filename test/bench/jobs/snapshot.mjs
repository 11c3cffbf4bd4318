// Fills `keys` keys as fast as it can, then updates uniform keys at `rate` a second, for ever. The csv gets `open,<ms>,<process>`,
// `first,<ms>` with the first update, and a line per 100 ms: start in epoch ms, updates, worst latency (now minus due) in µs.
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createSource,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';
import { countingSink, numbers, pick } from './support.js';

const keyOf = (j) => `key-${String(j).padStart(10, '0')}`;
const now = () => performance.timeOrigin + performance.now();

/** The fill, then paced updates; the position is the number of the next record. */
function feed(keys, rate) {
  const period = 1000 / rate;
  return createSource({
    boundedness: 'CONTINUOUS_UNBOUNDED',
    splits: () => ['feed'],
    read: async function* (_split, position = 0) {
      let i = position;
      for (; i < keys; i++) yield [{ key: keyOf(i), due: 0 }, i + 1];
      const first = i;
      const start = now();
      for (; ; i++) {
        const due = start + (i - first) * period;
        while (now() < due) await wait(1);
        yield [{ key: keyOf(pick(i, keys)), due }, i + 1];
      }
    },
  });
}

class Update extends KeyedProcessFunction {
  #value;
  #isBytes;
  #csv;
  #until = 0;
  #count = 0;
  #worst = 0;

  constructor(isBytes, csv) {
    super();
    this.#isBytes = isBytes;
    this.#csv = csv;
  }

  open() {
    this.#value = this.getRuntimeContext().getState(
      new ValueStateDescriptor('value', this.#isBytes ? Types.BYTES : Types.LONG),
    );
    appendFileSync(this.#csv, `open,${Math.round(now())},${process.pid}\n`);
  }

  processElement(record, _ctx, out) {
    if (this.#isBytes) {
      const bytes = this.#value.value()?.slice() ?? new Uint8Array(100);
      bytes[this.#count & 63]++;
      this.#value.update(bytes);
    } else this.#value.update((this.#value.value() ?? 0) + 1);
    out.collect(record.due);
    if (record.due > 0) this.#measure(now(), record.due);
  }

  #measure(at, due) {
    if (this.#until === 0) {
      this.#until = Math.floor(at / 100) * 100 + 100;
      appendFileSync(this.#csv, `first,${Math.round(at)}\n`);
    }
    if (at >= this.#until) {
      appendFileSync(this.#csv, `${this.#until - 100},${this.#count},${Math.round(this.#worst * 1000)}\n`);
      this.#count = 0;
      this.#worst = 0;
      this.#until = Math.floor(at / 100) * 100 + 100;
    }
    this.#count++;
    this.#worst = Math.max(this.#worst, at - due);
  }
}

export default async function main(args) {
  const options = { keys: 1_000_000, value: 'bytes100', rate: 20_000, csv: '' };
  const { keys, value, rate, csv } = numbers(args, options);
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env
    .fromSource(feed(keys, rate), WatermarkStrategy.noWatermarks(), 'feed')
    .uid('feed')
    .keyBy((record) => record.key, Types.STRING)
    .process(new Update(value === 'bytes100', csv))
    .uid('update')
    .sinkTo(countingSink())
    .uid('sink');
  await env.execute('snapshot');
}
