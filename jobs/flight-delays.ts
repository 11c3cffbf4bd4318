/**
 * The daily delay of arrivals at each airport, from recorded flights.
 *
 *   flink-ts run dist/jobs/flight-delays.js [--input FILE] [--output DIRECTORY] [--rate RECORDS_PER_SECOND]
 *
 * NDJSON files → event time → a keyed process function with state and timers → files, exactly once. A line is written for
 * each airport and day, when the watermark says that the day is over.
 */

import { parseArgs } from 'node:util';
import {
  type Collector,
  FileSink,
  FileSource,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type MapState,
  MapStateDescriptor,
  type OnTimerContext,
  StreamExecutionEnvironment,
  Types,
  type ValueState,
  ValueStateDescriptor,
  WatermarkStrategy,
} from 'flink-ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Departures are recorded in local time, so flights of several time zones come out of order. */
const OUT_OF_ORDERNESS = 180 * MINUTE;

interface Flight {
  /** `YYYY/MM/DD HH:mm` */
  readonly date: string;
  /** Minutes; negative = early. */
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

interface DailyDelay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly airport: string;
  readonly flights: number;
  /** Minutes, with one decimal. */
  readonly averageDelay: number;
  readonly longestDelay: number;
  /** Flights of this airport on all days so far. */
  readonly flightsSoFar: number;
}

/** Milliseconds since the epoch; the local time is taken as it stands. */
function timeOf(date: string): number {
  const [year, month, day, hour, minute] = date.split(/[/ :]/).map(Number) as [number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute);
}

class DailyDelays extends KeyedProcessFunction<string, Flight, DailyDelay> {
  /** Delays in minutes, by the day's first millisecond. */
  #delays!: MapState<number, readonly number[]>;
  #flightsSoFar!: ValueState<number>;

  override open(): void {
    const context = this.getRuntimeContext();
    this.#delays = context.getState(new MapStateDescriptor('delays', Types.LONG, Types.LIST(Types.INT)));
    this.#flightsSoFar = context.getState(new ValueStateDescriptor('flights-so-far', Types.LONG));
  }

  override processElement(flight: Flight, ctx: KeyedProcessContext<string>): void {
    const time = ctx.timestamp() as number;
    const day = time - (time % DAY);
    this.#delays.put(day, [...(this.#delays.get(day) ?? []), flight.delay]);
    ctx.timerService().registerEventTimeTimer(day + DAY - 1);
  }

  override onTimer(timestamp: number, ctx: OnTimerContext<string>, out: Collector<DailyDelay>): void {
    const day = timestamp + 1 - DAY;
    const delays = this.#delays.get(day) ?? [];
    this.#delays.remove(day);
    const flightsSoFar = (this.#flightsSoFar.value() ?? 0) + delays.length;
    this.#flightsSoFar.update(flightsSoFar);
    const sum = delays.reduce((total, delay) => total + delay, 0);
    out.collect({
      day: new Date(day).toISOString().slice(0, 10),
      airport: ctx.getCurrentKey(),
      flights: delays.length,
      averageDelay: Math.round((sum / delays.length) * 10) / 10,
      longestDelay: Math.max(...delays),
      flightsSoFar,
    });
  }
}

export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      input: { type: 'string', default: new URL('../../jobs/data/flights.ndjson', import.meta.url).href },
      output: { type: 'string', default: 'out/flight-delays' },
      rate: { type: 'string' },
      'checkpoint-interval': { type: 'string', default: '1000' },
    },
  });
  const flights = FileSource.forNdjson<Flight>(values.input);
  if (values.rate !== undefined) flights.withRate(Number(values.rate));
  const timestamps = WatermarkStrategy.forBoundedOutOfOrderness<Flight>(OUT_OF_ORDERNESS);

  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  env.enableCheckpointing(Number(values['checkpoint-interval']));
  env
    .fromSource(
      flights.build(),
      timestamps.withTimestampAssigner((flight) => timeOf(flight.date)),
      'flights',
    )
    .uid('flights')
    .keyBy((flight) => flight.destination)
    .process(new DailyDelays())
    .name('daily delays')
    .uid('daily-delays')
    .sinkTo(
      FileSink.forLines<DailyDelay>(values.output)
        .withBucketAssigner((line) => line.day.slice(0, 7))
        .withRollingPolicy({ onCheckpoint: true })
        .withPartSuffix('.ndjson')
        .build(),
    )
    .name('files')
    .uid('files');
  await env.execute('Flight delays');
}
