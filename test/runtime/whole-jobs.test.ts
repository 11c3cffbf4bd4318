/** Shapes that could block or reorder a job, run whole in one thread over rings and credits of a few bytes. */

import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Collector,
  createSink,
  type KeyedProcessContext,
  KeyedProcessFunction,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
} from '../../src/index.js';
import type { LocalJob } from '../../src/testing/local-job.js';
import { ManualClock } from '../../src/testing/manual-clock.js';
import { startLocalJob } from '../../src/testing/test-job.js';
import { TestSink } from '../../src/testing/test-sink.js';

const TINY = { ringBytes: 256, creditBytes: 64, batchBytes: 16, overflowMemoryBytes: 512 };
const env = () => StreamExecutionEnvironment.getExecutionEnvironment();

async function start(main: () => Promise<unknown>, parallelism: number, sizes: object = TINY): Promise<LocalJob> {
  const { job } = await startLocalJob(main, { parallelism }, { clock: new ManualClock(0), ...sizes });
  onTestFinished(() => job.close());
  return job;
}

/** Runs a bounded job to its end. */
async function finish(job: LocalJob): Promise<void> {
  for (let checkpoints = 0; !job.hasFinished; checkpoints++) {
    await job.settle();
    const pending = await job.beginSnapshot();
    await job.settle();
    if (pending.isComplete) await job.completeSnapshot((await pending.complete()).checkpointId);
    else await job.abortSnapshot(pending);
    await job.settle();
    if (checkpoints > 20) throw new Error(`The job does not end: ${job.describe()}`);
  }
}

class CountOfKey extends KeyedProcessFunction<number, number, string> {
  #count!: ValueState<number>;
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
  }
  override processElement(_value: number, ctx: KeyedProcessContext<number>, out: Collector<string>) {
    this.#count.update((this.#count.value() ?? 0) + 1);
    out.collect(`${ctx.getCurrentKey()} ${this.#count.value()}`);
  }
}

function countUp(count: number, out: Collector<number>): void {
  for (let n = 0; n < count; n++) out.collect(n);
}

describe('one record that becomes a million', () => {
  it('neither blocks nor fills the memory, and the barrier behind it stays behind it', async () => {
    const COUNT = 1_000_000;
    const seen: { last: number; count: number; atBarrier: number; disordered: number }[] = [];
    const sink = createSink<number, (typeof seen)[number]>({
      open: () => {
        const mine = { last: -1, count: 0, atBarrier: -1, disordered: 0 };
        seen.push(mine);
        return mine;
      },
      write(value, mine) {
        if (value <= mine.last) mine.disordered++;
        mine.last = value;
        mine.count++;
      },
      flush(mine) {
        if (mine.atBarrier < 0) mine.atBarrier = mine.count;
      },
    });
    const main = async () => {
      const environment = env();
      environment.fromData([COUNT]).flatMap(countUp).setParallelism(1).rebalance().sinkTo(sink);
      await environment.execute();
    };
    const sizes = { ringBytes: 1 << 14, creditBytes: 1 << 12, batchBytes: 1 << 10, overflowMemoryBytes: 1 << 20 };
    const job = await start(main, 2, sizes);
    const before = process.memoryUsage().heapUsed;

    const source = job.sources[0];
    for (let turn = 0; turn < 200 && source?.pipeline.availability.isAvailable === true; turn++) {
      job.step();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const grown = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before;
    const pending = await job.beginSnapshot();
    await job.settle();

    expect(pending.isComplete).toBe(true);
    expect(seen.map(({ disordered }) => disordered)).toEqual([0, 0]);
    expect(seen.reduce((sum, { atBarrier }) => sum + atBarrier, 0)).toBe(COUNT);
    expect(grown / 2 ** 20).toBeLessThan(100);
    await pending.discard();
  });
});

describe('jobs over tiny buffers', () => {
  it.each([2, 3])('a diamond of broadcast and hash edges comes to its end with parallelism %i', async (parallelism) => {
    const results = new TestSink<number>();
    const job = await start(async () => {
      const environment = env();
      const numbers = environment.fromSequence(1, 500);
      const left = numbers.rebalance().map((n) => n * 2);
      const right = numbers.shuffle().flatMap((n) => [n, -n]);
      left
        .union(
          right,
          numbers.broadcast().map((n) => n),
        )
        .keyBy((n) => n % 7)
        .process(new CountOfKey())
        .map(() => 1)
        .sinkTo(results);
      await environment.execute();
    }, parallelism);

    await finish(job);

    expect(results.records.length).toBe(500 + 1000 + 500 * parallelism);
  });

  it('one hot key among many does not hold up the others', async () => {
    const results = new TestSink<string>();
    const job = await start(async () => {
      const environment = env();
      environment
        .fromSequence(1, 2000)
        .keyBy((n) => (n % 10 === 0 ? n : 0))
        .process(new CountOfKey())
        .sinkTo(results);
      await environment.execute();
    }, 3);

    await finish(job);

    expect(results.records).toContain('0 1800');
    expect(results.records.length).toBe(2000);
  });

  it('a chain of all-to-all shuffles keeps every record and the order of each key', async () => {
    const results = new TestSink<readonly [number, number]>();
    const job = await start(async () => {
      const environment = env();
      let stream = environment.fromSequence(1, 600).map((n): readonly [number, number] => [n % 5, n]);
      // By key each time: the records of a key travel one way from end to end, and meet others on each hop.
      for (let hop = 0; hop < 5; hop++) stream = stream.keyBy(([key]) => `${key} ${hop}`).map((pair) => pair);
      stream.sinkTo(results);
      await environment.execute();
    }, 3);

    await finish(job);

    expect(results.records.length).toBe(600);
    for (const third of [
      [1, 200],
      [201, 400],
      [401, 600],
    ] as const) {
      for (const key of [0, 1, 2, 3, 4]) {
        const own = results.records.filter(([k, n]) => k === key && n >= third[0] && n <= third[1]).map(([, n]) => n);
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
    }
  });
});
