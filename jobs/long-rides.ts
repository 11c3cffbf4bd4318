/**
 * Taxi rides that last longer than two hours, reported at the moment when the two hours are over.
 *
 *   flink-ts run dist/jobs/long-rides.js [RIDES]
 *
 * The events are generated: each ride has a start and an end, a few ends come before their starts.
 */

import {
  type Collector,
  DataGeneratorSource,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type OnTimerContext,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';

const MINUTE = 60_000;
const LIMIT = 120 * MINUTE;
const START = Date.UTC(2026, 0, 5, 6);

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

interface RideEvent {
  readonly ride: number;
  readonly isStart: boolean;
  readonly at: number;
}

/** Even indices start a ride, odd ones end the ride that began 100 events before. */
function eventOf(index: number): RideEvent {
  const ride = index % 2 === 0 ? index / 2 : (index - 1) / 2 - 50;
  const began = START + ride * 2 * MINUTE;
  if (index % 2 === 0) return { ride, isStart: true, at: began };
  return { ride, isStart: false, at: began + (70 + scramble(ride, 60)) * MINUTE };
}

/** Sets a timer at a ride's start, and takes it back at its end. */
class LongRides extends KeyedProcessFunction<number, RideEvent, string> {
  #first!: ValueState<RideEvent>;

  override open(): void {
    this.#first = this.getRuntimeContext().getState(new ValueStateDescriptor('first', Types.ANY<RideEvent>()));
  }

  override processElement(event: RideEvent, ctx: KeyedProcessContext<number>, out: Collector<string>): void {
    const first = this.#first.value();
    if (first === null) {
      this.#first.update(event);
      if (event.isStart) ctx.timerService().registerEventTimeTimer(event.at + LIMIT);
      return;
    }
    const start = event.isStart ? event : first;
    const end = event.isStart ? first : event;
    if (first.isStart) ctx.timerService().deleteEventTimeTimer(start.at + LIMIT);
    else if (end.at - start.at > LIMIT) out.collect(alert(start));
    this.#first.clear();
  }

  override onTimer(_time: number, _ctx: OnTimerContext<number>, out: Collector<string>): void {
    const start = this.#first.value();
    if (start !== null) out.collect(alert(start));
  }
}

function alert({ ride, at }: RideEvent): string {
  return `ride ${ride}, begun at ${new Date(at).toISOString().slice(11, 16)}, lasts longer than two hours`;
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const events = new DataGeneratorSource(eventOf, { count: 2 * Number(args[0] ?? 2_000) });
  const times = WatermarkStrategy.forBoundedOutOfOrderness<RideEvent>(LIMIT).withTimestampAssigner((event) => event.at);
  env
    .fromSource(events, times, 'rides')
    .uid('rides')
    .filter((event) => event.ride >= 0)
    .uid('known')
    .keyBy((event) => event.ride)
    .process(new LongRides())
    .uid('long-rides')
    .print()
    .uid('print');
  await env.execute('Long rides');
}
