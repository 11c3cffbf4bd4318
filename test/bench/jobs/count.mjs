// sequence → key → keyBy → ValueState<Long> + 1, emits the count → sink.
import { KeyedProcessFunction, StreamExecutionEnvironment, Types, ValueStateDescriptor } from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

class Count extends KeyedProcessFunction {
  #count;

  open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
  }

  processElement(_key, _ctx, out) {
    const next = (this.#count.value() ?? 0) + 1;
    this.#count.update(next);
    out.collect(next);
  }
}

export default async function main(args) {
  const { n, keys } = numbers(args, { n: 10_000_000, keys: 100_000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const table = keyTable(keys);
  env
    .fromSequence(0, n - 1)
    .map((i) => table[pick(i, keys)])
    .keyBy((key) => key)
    .process(new Count())
    .uid('count')
    .sinkTo(countingSink());
  await env.execute('count');
}
