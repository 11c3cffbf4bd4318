import { describe, expect, it } from 'vitest';
import {
  type Collector,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type OnTimerContext,
  OutputTag,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../../src/index.js';
import { TestSink, TestSource, testJob } from '../../src/testing.js';

interface Ride {
  readonly taxi: string;
  readonly metres: number;
}
const SHORT = new OutputTag<string>('short');

/** Counts the metres of a taxi; says so when its day (100 ms) ends, and when ten seconds have passed on the clock. */
class Odometer extends KeyedProcessFunction<string, Ride, string> {
  #metres!: ValueState<number>;

  override open() {
    this.#metres = this.getRuntimeContext().getState(new ValueStateDescriptor('metres', Types.LONG));
  }

  override processElement(ride: Ride, ctx: KeyedProcessContext<string>, out: Collector<string>) {
    const total = (this.#metres.value() ?? 0) + ride.metres;
    this.#metres.update(total);
    if (ride.metres < 10) ctx.output(SHORT, ride.taxi);
    out.collect(`${ctx.getCurrentKey()} ${total}`);
    ctx.timerService().registerEventTimeTimer(100);
    ctx.timerService().registerProcessingTimeTimer(10_000);
  }

  override onTimer(timestamp: number, ctx: OnTimerContext<string>, out: Collector<string>) {
    out.collect(`${ctx.getCurrentKey()} ${ctx.timeDomain()} ${timestamp} ${this.#metres.value()}`);
  }
}

const rides = new TestSource<Ride>();
const totals = new TestSink<string>();
const short = new TestSink<string>();

async function main() {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const odometer = env
    .fromSource(rides, WatermarkStrategy.noWatermarks(), 'rides')
    .uid('rides')
    .keyBy((ride) => ride.taxi)
    .process(new Odometer())
    .uid('odometer');
  odometer.sinkTo(totals).uid('totals');
  odometer.getSideOutput(SHORT).sinkTo(short).uid('short');
  await env.execute('Odometer');
}

describe('testJob', () => {
  it.each([1, 2, 3])(
    'runs a whole job with parallelism %i, to the records and timers of each move',
    async (parallelism) => {
      const job = await testJob(main, { parallelism });

      await job.send(rides, { taxi: 'a', metres: 50 }, 1);
      await job.send(rides, { taxi: 'b', metres: 5 }, 2);
      await job.send(rides, { taxi: 'a', metres: 20 }, 3);
      expect(totals.take()).toEqual(['a 50', 'b 5', 'a 70']);
      expect(short.take()).toEqual(['b']);
      await job.advanceWatermark(99);
      expect(totals.take()).toEqual([]);
      await job.advanceWatermark(100);
      expect(totals.take().sort()).toEqual(['a EVENT_TIME 100 70', 'b EVENT_TIME 100 5']);
      await job.advanceProcessingTime(10_000);
      expect(totals.take().sort()).toEqual(['a PROCESSING_TIME 10000 70', 'b PROCESSING_TIME 10000 5']);
      await job.finish();
      expect(totals.take()).toEqual([]);
    },
  );

  it('restores a snapshot into another parallelism', async () => {
    let job = await testJob(main, { parallelism: 1 });
    await job.sendAll(
      rides,
      ['a', 'b', 'c', 'd', 'e'].map((taxi) => ({ taxi, metres: 10 })),
    );
    const snapshot = await job.snapshot();
    await job.send(rides, { taxi: 'a', metres: 1_000 });
    totals.take();

    for (const parallelism of [3, 2, 1]) {
      job = await snapshot.restoreInto({ parallelism });
      await job.sendAll(
        rides,
        ['a', 'b', 'c', 'd', 'e'].map((taxi) => ({ taxi, metres: 1 })),
      );
      expect(totals.take().sort()).toEqual(['a 11', 'b 11', 'c 11', 'd 11', 'e 11']);
    }
    await job.advanceWatermark(100);
    expect(totals.take().length).toBe(5);
    await job.close();
  });

  it("puts test connectors in the place of the program's own", async () => {
    const words = new TestSource<string>();
    const lengths = new TestSink<number>();
    const program = async () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      env
        .fromData('not', 'read')
        .uid('words')
        .map((word) => word.length)
        .print()
        .name('lengths');
      await env.execute();
    };

    const job = await testJob(program, { sources: { words }, sinks: { lengths } });
    await job.send(words, 'four');
    await job.finish();

    expect(lengths.records).toEqual([4]);
  });

  it('runs a bounded job to its end, and keeps what it prints', async () => {
    const words = async () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      env
        .fromSequence(1, 1000)
        .filter((n) => n % 250 === 0)
        .print();
      await env.execute();
    };

    const job = await testJob(words, { parallelism: 2 });
    await job.finish();

    expect(job.printed.map((line) => line.replace(/^\d> /, '')).sort()).toEqual(['1000', '250', '500', '750']);
  });

  it('tells what failed', async () => {
    const words = new TestSource<string>();
    const program = async () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment();
      env
        .fromSource(words, WatermarkStrategy.noWatermarks(), 'words')
        .map((word) => JSON.parse(word))
        .print();
      await env.execute();
    };
    const job = await testJob(program);

    await expect(job.send(words, 'no JSON')).rejects.toThrow(/JSON/);
    await job.close();
  });

  it('refuses a name that stands for nothing, and a program without a job', async () => {
    const empty = () => {};

    await expect(testJob(main, { sources: { ride: rides } })).rejects.toThrow(/no source or sink "ride"/);
    await expect(testJob(empty)).rejects.toThrow(/without calling execute/);
  });
});
