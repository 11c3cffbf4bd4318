/** Compiled, never run: what must infer, and what must not compile. */

import type { DataStream } from '../../src/api/data-stream.js';
import type { Collector, KeyedProcessContext } from '../../src/api/functions.js';
import {
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ProcessFunction,
  RichMapFunction,
} from '../../src/api/functions.js';
import type { KeyedStream } from '../../src/api/keyed-stream.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import { MapStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';

interface Ride {
  readonly taxi: string;
  readonly metres: number;
}

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function is<Actual>() {
  return <Expected>(_isSame: Equal<Actual, Expected>): void => {};
}
type RecordOf<StreamT> = StreamT extends DataStream<infer T> ? T : never;
type KeyOf<StreamT> = StreamT extends KeyedStream<infer _T, infer K> ? K : never;

class Odometer extends KeyedProcessFunction<string, Ride, string> {
  override processElement(ride: Ride, ctx: KeyedProcessContext<string>, out: Collector<string>): void {
    out.collect(`${ctx.getCurrentKey()} ${ride.metres}`);
  }
}
class Joined extends KeyedCoProcessFunction<string, Ride, number, boolean> {
  override processElement1(): void {}
  override processElement2(): void {}
}
class Splitter extends ProcessFunction<Ride, number> {
  override processElement(ride: Ride, _ctx: unknown, out: Collector<number>): void {
    out.collect(ride.metres);
  }
}
class Length extends RichMapFunction<string, number> {
  override map(value: string): number {
    return value.length;
  }
}

/** Never called. */
export function inference(): void {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const lines = env.fromData(['a', 'b']);
  is<RecordOf<typeof lines>>()<string>(true);
  is<RecordOf<ReturnType<typeof env.fromSequence>>>()<number>(true);

  const rides = lines.map((line) => JSON.parse(line) as Ride).uid('parse');
  is<RecordOf<typeof rides>>()<Ride>(true);
  const parsed = lines.map((line) => JSON.parse(line));
  const lengths = lines.map(new Length());
  is<RecordOf<typeof lengths>>()<number>(true);
  const words = lines.flatMap((line) => line.split(' '));
  is<RecordOf<typeof words>>()<string>(true);
  // biome-ignore lint/suspicious/useIterableCallbackReturn: this form emits, it does not return.
  const emitted = lines.flatMap((line, out: Collector<number>) => {
    out.collect(line.length);
  });
  is<RecordOf<typeof emitted>>()<number>(true);
  const short = lines.filter((line) => line.length < 3);
  is<RecordOf<typeof short>>()<string>(true);
  parsed.filter((value) => value !== null);

  const keyed = rides.keyBy((ride) => ride.taxi);
  is<KeyOf<typeof keyed>>()<string>(true);
  const totals = keyed.process(new Odometer()).uid('odometer');
  is<RecordOf<typeof totals>>()<string>(true);
  const folded = keyed.reduce((a, b) => ({ taxi: a.taxi, metres: a.metres + b.metres }));
  is<RecordOf<typeof folded>>()<Ride>(true);
  keyed.sum('metres');
  keyed.minBy('metres', false);
  const byPair = rides.keyBy((ride) => [ride.taxi, ride.metres], Types.TUPLE(Types.STRING, Types.LONG));
  is<KeyOf<typeof byPair>>()<readonly [string, number]>(true);

  const split = rides.process(new Splitter());
  const rejected = split.getSideOutput(new OutputTag<string>('rejected'));
  is<RecordOf<typeof rejected>>()<string>(true);

  const joined = keyed.connect(lengths.keyBy((n) => `${n}`)).process(new Joined());
  is<RecordOf<typeof joined>>()<boolean>(true);
  const both = lines.connect(lengths).map({ map1: (line) => line.length, map2: (n) => n });
  is<RecordOf<typeof both>>()<number>(true);
  lines.broadcast(new MapStateDescriptor('rules', Types.STRING, Types.LONG));
  lines.union(words, short).partitionCustom(
    (key: number, n) => key % n,
    (line) => line.length,
  );
}

/** Never called: each marked line must be refused. */
export function mistakes(): void {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const lines = env.fromData(['a', 'b']);
  const rides = lines.map((line) => JSON.parse(line) as Ride);

  // @ts-expect-error a map must not return a promise
  lines.map(async (line) => line.length);
  // @ts-expect-error a map that sometimes returns a promise neither
  lines.map((line) => (line === '' ? Promise.resolve(1) : 2));
  // @ts-expect-error nor a flatMap
  lines.flatMap(async (line) => [line]);
  // @ts-expect-error nor one that emits
  lines.flatMap(async (line, out: Collector<string>) => out.collect(line));
  // @ts-expect-error nor a filter
  lines.filter(async (line) => line === '');
  // @ts-expect-error nor a key selector
  lines.keyBy(async (line) => line);
  // @ts-expect-error the function's keys are strings, the stream's are numbers
  rides.keyBy((ride) => ride.metres).process(new Odometer());
  // @ts-expect-error the function takes rides, not strings
  lines.keyBy((line) => line).process(new Odometer());
  // @ts-expect-error a function with timers needs keys
  rides.process(new Odometer());
  const byLength = lines.map((line) => line.length).keyBy((n) => n);
  const keyed = rides.keyBy((ride) => ride.taxi).connect(byLength);
  // @ts-expect-error two inputs with different keys share no state
  keyed.process(new Joined());
  // @ts-expect-error there is no such field
  rides.keyBy((ride) => ride.taxi).sum('miles');
  // @ts-expect-error a reduce returns what it takes
  rides.keyBy((ride) => ride.taxi).reduce((a, _b) => a.metres);
  // @ts-expect-error the type of the key is not that of the selector
  rides.keyBy((ride) => ride.taxi, Types.LONG);
  // @ts-expect-error streams of different types make no union
  lines.union(rides);
  // @ts-expect-error a stream of an operator has a uid, a partition has none
  lines.rebalance().uid('x');
  // @ts-expect-error a filter returns a boolean
  lines.filter((line) => line.length);
}
