/** Compiled, never run: what windows must infer, and what must not compile. */

import type { DataStream } from '../../src/api/data-stream.js';
import type { Collector } from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import {
  EventTimeSessionWindows,
  GlobalWindows,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from '../../src/api/windowing/assigners.js';
import { CountEvictor, DeltaEvictor, TimeEvictor } from '../../src/api/windowing/evictors.js';
import { DeltaTrigger, ProcessingTimeoutTrigger, PurgingTrigger } from '../../src/api/windowing/further-triggers.js';
import { ContinuousEventTimeTrigger, CountTrigger, EventTimeTrigger } from '../../src/api/windowing/triggers.js';
import type { WindowContext } from '../../src/api/windowing/window-contracts.js';
import { ProcessAllWindowFunction, ProcessWindowFunction } from '../../src/api/windowing/window-functions.js';
import type { GlobalWindow, TimeWindow } from '../../src/common/windows.js';
import type { AggregateFunction } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';

interface Ride {
  readonly taxi: string;
  readonly metres: number;
}
interface Fare {
  readonly taxi: string;
  readonly tip: number;
}

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function is<Actual>() {
  return <Expected>(_isSame: Equal<Actual, Expected>): void => {};
}
type RecordOf<StreamT> = StreamT extends DataStream<infer T> ? T : never;

const average: AggregateFunction<Ride, [number, number], number> = {
  createAccumulator: () => [0, 0],
  add: (ride, [sum, count]) => [sum + ride.metres, count + 1],
  getResult: ([sum, count]) => sum / count,
};

class Report extends ProcessWindowFunction<Ride, string, string, TimeWindow> {
  override process(
    key: string,
    context: WindowContext<TimeWindow>,
    elements: readonly Ride[],
    out: Collector<string>,
  ): void {
    out.collect(`${key} ${context.window().start} ${elements.length}`);
  }
}
class ReportNumber extends ProcessWindowFunction<number, boolean, string, TimeWindow> {
  override process(_key: string, _context: unknown, numbers: readonly number[], out: Collector<boolean>): void {
    out.collect(numbers.length > 1);
  }
}
class ReportAll extends ProcessAllWindowFunction<Ride, bigint, TimeWindow> {
  override process(_context: WindowContext<TimeWindow>, rides: readonly Ride[], out: Collector<bigint>): void {
    out.collect(BigInt(rides.length));
  }
}

/** Never called. */
export function inference(): void {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const rides = env.fromData<Ride>([{ taxi: 'a', metres: 1 }]);
  const fares = env.fromData<Fare>([{ taxi: 'a', tip: 1 }]);
  const late = new OutputTag<Ride>('late');
  const keyed = rides.keyBy((ride) => ride.taxi);
  const windowed = keyed
    .window(TumblingEventTimeWindows.of(1000))
    .trigger(ContinuousEventTimeTrigger.of(10))
    .allowedLateness(10)
    .sideOutputLateData(late);

  const reduced = windowed.reduce((a, b) => ({ taxi: a.taxi, metres: a.metres + b.metres }));
  is<RecordOf<typeof reduced>>()<Ride>(true);
  const averages = windowed.aggregate(average);
  is<RecordOf<typeof averages>>()<number>(true);
  const inline = windowed.aggregate({
    createAccumulator: () => 0,
    add: (ride, n: number) => n + ride.metres,
    getResult: (n) => String(n),
  });
  is<RecordOf<typeof inline>>()<string>(true);
  const flags = windowed.aggregate(average, new ReportNumber());
  is<RecordOf<typeof flags>>()<boolean>(true);
  const reports = windowed.process(new Report());
  is<RecordOf<typeof reports>>()<string>(true);
  const reducedReports = windowed.reduce((a) => a, new Report());
  is<RecordOf<typeof reducedReports>>()<string>(true);
  const applied = windowed.apply((key, window, elements, out: Collector<[string, number]>) => {
    is<typeof key>()<string>(true);
    is<typeof window>()<TimeWindow>(true);
    for (const ride of elements) out.collect([key, ride.metres]);
  });
  is<RecordOf<typeof applied>>()<[string, number]>(true);
  const sums = windowed.sum('metres');
  is<RecordOf<typeof sums>>()<Ride>(true);
  windowed.contentsType(Types.LONG).maxBy('metres', false);

  keyed.window(EventTimeSessionWindows.withDynamicGap((ride: Ride) => ride.metres)).sum('metres');
  keyed.window(SlidingEventTimeWindows.of(10, 5)).trigger(PurgingTrigger.of(EventTimeTrigger.create())).sum('metres');
  keyed.window(TumblingProcessingTimeWindows.of(10)).trigger(ProcessingTimeoutTrigger.of(CountTrigger.of(3), 10));
  keyed.window(GlobalWindows.create()).trigger(DeltaTrigger.of(10, (a: Ride, b: Ride) => b.metres - a.metres));
  keyed.window(GlobalWindows.create()).evictor(TimeEvictor.of(10)).evictor(CountEvictor.of(3));
  keyed.window(GlobalWindows.create()).evictor(DeltaEvictor.of(3, (a: Ride, b: Ride) => a.metres - b.metres));
  keyed.countWindow(10, 2).apply((_key, window, _elements, _out: Collector<never>) => {
    is<typeof window>()<GlobalWindow>(true);
  });
  const all = rides.windowAll(TumblingEventTimeWindows.of(1000)).process(new ReportAll());
  is<RecordOf<typeof all>>()<bigint>(true);
  const allAverages = rides.countWindowAll(10).aggregate(average);
  is<RecordOf<typeof allAverages>>()<number>(true);

  const tips = rides
    .join(fares)
    .where((ride) => ride.taxi)
    .equalTo((fare) => fare.taxi)
    .window(TumblingEventTimeWindows.of(10))
    .apply((ride, fare) => ride.metres * fare.tip);
  is<RecordOf<typeof tips>>()<number>(true);
  const groups = rides
    .coGroup(fares)
    .where((ride) => ride.taxi, Types.STRING)
    .equalTo((fare) => fare.taxi)
    .window(EventTimeSessionWindows.withGap(10))
    .apply((some, others, out: Collector<string>) => {
      out.collect(`${some[0]?.metres} ${others[0]?.tip}`);
    });
  is<RecordOf<typeof groups>>()<string>(true);
}

/** Never called. */
export function refused(): void {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const rides = env.fromData<Ride>([{ taxi: 'a', metres: 1 }]);
  const fares = env.fromData<Fare>([{ taxi: 'a', tip: 1 }]);
  const windowed = rides.keyBy((ride) => ride.taxi).window(TumblingEventTimeWindows.of(1000));
  // @ts-expect-error There is no such field.
  windowed.sum('price');
  // @ts-expect-error A reducer returns what it reduces.
  windowed.reduce((a, b) => a.metres + b.metres);
  // @ts-expect-error The function takes numbers, the window holds rides.
  windowed.process(new ReportNumber());
  // @ts-expect-error The function takes rides, the aggregate gives numbers.
  windowed.aggregate(average, new Report());
  // @ts-expect-error Late elements are rides.
  windowed.sideOutputLateData(new OutputTag<Fare>('late'));
  // @ts-expect-error The stream has no keys.
  rides.window(TumblingEventTimeWindows.of(1000));
  const where = rides.join(fares).where((ride) => ride.taxi);
  // @ts-expect-error The keys are of two types.
  where.equalTo((fare) => fare.tip);
}
