import { describe, expect, it } from 'vitest';
import {
  AsyncDataStream,
  type AsyncFunction,
  type Collector,
  type ProcessJoinContext,
  ProcessJoinFunction,
  StreamExecutionEnvironment,
  WatermarkStrategy,
} from '../../src/index.js';
import { TestSink, TestSource, testJob } from '../../src/testing.js';

const numbers = new TestSource<number>();
const answers = new TestSink<number>();

/** Answers only when its time is over, which the clock of the test decides. */
const slow: AsyncFunction<number, number> = {
  asyncInvoke: () => {},
  timeout: (value, future) => future.complete([10 * value]),
};

const main = (capacity: number) => async (): Promise<void> => {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const source = env.fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers').uid('numbers');
  // Three records for one: the operator gets more at once than it may have under way.
  const thrice = source.flatMap((value) => [value, value + 1, value + 2]);
  AsyncDataStream.orderedWait(thrice, slow, 100, capacity).uid('asked').sinkTo(answers).uid('answers');
  await env.execute();
};

describe('a job with asynchronous functions', () => {
  it.each([1, 2, 100])('lets at most %i records be under way, and loses none', async (capacity) => {
    const job = await testJob(main(capacity));

    await job.send(numbers, 1);
    await job.send(numbers, 4);
    for (let time = 100; time <= 1000; time += 100) await job.advanceProcessingTime(time);

    expect(answers.take()).toEqual([10, 20, 30, 40, 50, 60]);
    await job.close();
  });

  it('asks again, at any parallelism, for what was under way in a snapshot', async () => {
    let job = await testJob(main(4));
    await job.send(numbers, 1);
    await job.send(numbers, 4);
    const snapshot = await job.snapshot();

    for (const parallelism of [1, 3, 2]) {
      job = await snapshot.restoreInto({ parallelism, startTime: 0 });
      for (let time = 100; time <= 1000; time += 100) await job.advanceProcessingTime(time);
      expect(answers.take().sort()).toEqual([10, 20, 30, 40, 50, 60]);
    }
    await job.close();
  });

  it('waits at the end of the input for what is under way', async () => {
    const later = new TestSink<number>();
    const double = async (value: number): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return 2 * value;
    };
    const job = await testJob(
      async () => {
        const env = StreamExecutionEnvironment.getExecutionEnvironment();
        const first = AsyncDataStream.orderedWait(env.fromSequence(1, 100), double, 1000, 3);
        AsyncDataStream.orderedWait(first, double, 1000, 7).sinkTo(later);
        await env.execute();
      },
      { parallelism: 1 },
    );

    await job.finish();

    expect(later.records).toEqual(Array.from({ length: 100 }, (_, i) => 4 * (i + 1)));
  });

  it('fails with the record that was not answered', async () => {
    const job = testJob(async () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      const refuse = async (): Promise<number> => Promise.reject(new Error('no route'));
      AsyncDataStream.unorderedWait(env.fromSequence(1, 3), refuse, 1000).name('look up').print();
      await env.execute();
    });

    await expect(job).rejects.toThrow('Could not complete the record 1: no route');
  });
});

interface Event {
  readonly key: string;
  readonly name: string;
}

class Pairs extends ProcessJoinFunction<Event, Event, string> {
  override processElement(left: Event, right: Event, context: ProcessJoinContext, out: Collector<string>): void {
    out.collect(`${left.key}: ${left.name}${right.name} at ${context.getTimestamp()}`);
  }
}

describe('a job with an interval join', () => {
  it.each([1, 3])('pairs records of two sources with parallelism %i, over a restore too', async (parallelism) => {
    const [lefts, rights, pairs] = [new TestSource<Event>(), new TestSource<Event>(), new TestSink<string>()];
    const program = async (): Promise<void> => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      const strategy = WatermarkStrategy.noWatermarks<Event>();
      const left = env.fromSource(lefts, strategy, 'left').uid('left');
      const right = env.fromSource(rights, strategy, 'right').uid('right');
      left
        .keyBy((event) => event.key)
        .intervalJoin(right.keyBy((event) => event.key))
        .between(-10, 10)
        .process(new Pairs())
        .uid('join')
        .sinkTo(pairs)
        .uid('pairs');
      await env.execute();
    };
    let job = await testJob(program, { parallelism });

    await job.send(lefts, { key: 'k', name: 'a' }, 100);
    await job.send(rights, { key: 'k', name: 'x' }, 95);
    await job.send(rights, { key: 'other', name: 'y' }, 95);
    job = await (await job.snapshot()).restoreInto({ parallelism: 2 });
    await job.advanceWatermark(100);
    await job.send(rights, { key: 'k', name: 'z' }, 110);
    await job.send(rights, { key: 'k', name: 'far' }, 111);
    await job.close();

    expect(pairs.records).toEqual(['k: ax at 100', 'k: az at 110']);
  });
});
