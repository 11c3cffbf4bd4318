// Fills K keys with 100 bytes each, then updates them at random while checkpoints are taken; prints the longest times in which no record was processed, one for each interval of checkpoints.
import { readFileSync } from 'node:fs';
import { KeyedProcessFunction, StreamExecutionEnvironment, Types, ValueStateDescriptor } from 'flink-ts';
import { countingSink, keyTable, numbers, pick } from './support.js';

/** Milliseconds that this thread has been ready and not running; 0 where the system does not say. */
function queuedMs() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

class Update extends KeyedProcessFunction {
  #value;
  #filling;
  #intervalMs;
  #last = 0;
  #longest = 0;
  #queued = 0;
  #readAt = 0;
  #intervalEnd = 0;
  #pauses = [];

  constructor(keys, intervalMs) {
    super();
    this.#filling = keys;
    this.#intervalMs = intervalMs;
  }

  open() {
    this.#value = this.getRuntimeContext().getState(new ValueStateDescriptor('value', Types.STRING));
  }

  processElement(key, _ctx, out) {
    this.#value.update(`${key}-`.padEnd(100, this.#value.value() === null ? 'x' : 'y'));
    out.collect(1);
    if (this.#filling > 0) this.#filling--;
    else this.#look(performance.now());
  }

  /** A time without a record counts without what the thread waited for a processor: the machine may be shared. */
  #look(now) {
    const gap = now - this.#last;
    if (gap > 2 || now - this.#readAt > 1) {
      const queued = queuedMs();
      const own = gap - (queued - this.#queued);
      if (this.#last > 0 && own > this.#longest) this.#longest = own;
      this.#queued = queued;
      this.#readAt = performance.now();
    }
    this.#last = performance.now();
    if (now < this.#intervalEnd) return;
    if (this.#intervalEnd > 0) this.#pauses.push(this.#longest);
    this.#longest = 0;
    this.#intervalEnd = now + this.#intervalMs;
  }

  close() {
    console.log(`bench-pauses ${this.#pauses.map((pause) => pause.toFixed(1)).join(' ')}`);
  }
}

export default async function main(args) {
  const { n, keys, every } = numbers(args, { n: 4_000_000, keys: 1_000_000, every: 2000 });
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  if (every > 0) env.enableCheckpointing(every);
  const table = keyTable(keys);
  env
    .fromSequence(0, keys + n - 1)
    .map((i) => table[i < keys ? i : pick(i, keys)])
    .keyBy((key) => key)
    .process(new Update(keys, every > 0 ? every : 2000))
    .uid('values')
    .sinkTo(countingSink());
  await env.execute('pause');
}
