import { describe, expect, it } from 'vitest';
import {
  type BroadcastContext,
  type Collector,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type KeyedReadOnlyBroadcastContext,
  MapStateDescriptor,
  type OnTimerContext,
  OutputTag,
  type ProcessContext,
  ProcessFunction,
  Types,
  type ValueState,
  ValueStateDescriptor,
} from '../../src/index.js';
import { testHarness } from '../../src/testing.js';

const ODD = new OutputTag<number>('odd');

class Halve extends ProcessFunction<number, number> {
  override processElement(value: number, ctx: ProcessContext, out: Collector<number>) {
    if (value % 2 === 0) out.collect(value / 2);
    else ctx.output(ODD, value);
  }
}

class Count extends KeyedProcessFunction<string, string, string> {
  #count!: ValueState<number>;
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG));
  }
  override processElement(_value: string, ctx: KeyedProcessContext<string>, _out: Collector<string>) {
    this.#count.update((this.#count.value() ?? 0) + 1);
    ctx.timerService().registerEventTimeTimer(10);
  }
  override onTimer(timestamp: number, ctx: OnTimerContext<string>, out: Collector<string>) {
    out.collect(`${ctx.getCurrentKey()} ${this.#count.value()} at ${timestamp}`);
  }
}

class Join extends KeyedCoProcessFunction<string, readonly [string, number], readonly [string, string], string> {
  #left!: ValueState<number>;
  override open() {
    this.#left = this.getRuntimeContext().getState(new ValueStateDescriptor('left', Types.LONG));
  }
  override processElement1(value: readonly [string, number]) {
    this.#left.update(value[1]);
  }
  override processElement2(
    value: readonly [string, string],
    _ctx: KeyedProcessContext<string>,
    out: Collector<string>,
  ) {
    out.collect(`${this.#left.value()} ${value[1]}`);
  }
}

const LIMIT = new MapStateDescriptor('limit', Types.STRING, Types.LONG);

class Above extends KeyedBroadcastProcessFunction<string, number, number, number> {
  override processElement(value: number, ctx: KeyedReadOnlyBroadcastContext<string>, out: Collector<number>) {
    if (value > (ctx.getBroadcastState(LIMIT).get('limit') ?? 0)) out.collect(value);
  }
  override processBroadcastElement(value: number, ctx: BroadcastContext) {
    ctx.getBroadcastState(LIMIT).put('limit', value);
  }
}

describe('testHarness', () => {
  it('drives a process function, with its side outputs', async () => {
    const harness = await testHarness(new Halve());

    harness.send(4, 7);
    harness.send(3, 8);

    expect(harness.timestamped).toEqual([{ value: 2, timestamp: 7 }]);
    expect(harness.sideOutput(ODD)).toEqual([3]);
    await harness.close();
  });

  it('drives a keyed function over a snapshot into another parallelism', async () => {
    const harness = await testHarness(() => new Count(), { keyBy: (word: string) => word });
    harness.send('a');
    harness.send('b');
    const snapshot = await harness.snapshot();
    harness.send('a');

    await harness.restore(snapshot, { parallelism: 3 });
    harness.send('b');
    harness.advanceWatermark(10);

    expect([...harness.outputs].sort()).toEqual(['a 1 at 10', 'b 2 at 10']);
    await harness.finish();
  });

  it('drives functions of two inputs', async () => {
    const join = await testHarness(new Join(), { keyBy: ([key]) => key, keyBy2: ([key]) => key });
    const above = await testHarness(() => new Above(), {
      keyBy: (n) => String(n),
      broadcastStates: [LIMIT],
      parallelism: 2,
    });

    join.send(['a', 1]);
    join.send2(['a', 'x']);
    above.send2(5);
    for (const n of [4, 5, 6, 7]) above.send(n);

    expect(join.outputs).toEqual(['1 x']);
    expect(above.outputs).toEqual([6, 7]);
    await join.close();
    await above.close();
  });

  it('wants a factory where several functions are needed', async () => {
    await expect(testHarness(new Halve(), { parallelism: 2 })).rejects.toThrow(/factory/);
  });
});
