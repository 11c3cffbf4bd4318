/**
 * The top speed of each car over its last ten seconds, put out whenever it has driven another 50 metres.
 *
 *   flink-ts run dist/jobs/top-speed.js [REPORTS]
 *
 * The reports are generated: a few cars that speed up and slow down, each heard once a second.
 */

import {
  DataGeneratorSource,
  DeltaTrigger,
  GlobalWindows,
  StreamExecutionEnvironment,
  TimeEvictor,
  WatermarkStrategy,
} from 'flink-ts';

const SECOND = 1000;
const START = Date.UTC(2026, 0, 5, 8);
const CARS = 4;

/** What a car reports. */
interface Report {
  readonly car: number;
  /** Kilometres an hour. */
  readonly speed: number;
  /** Metres since the start. */
  readonly distance: number;
  readonly at: number;
}

/** Speed is a slow wave of its own for each car; the distance is its sum, so that it depends on the index alone. */
function reportOf(index: number): Report {
  const car = index % CARS;
  const second = Math.floor(index / CARS);
  const phase = second / 20 + car;
  const speed = Math.round(60 + 40 * Math.sin(phase));
  const distance = (60 * second - 800 * (Math.cos(phase) - Math.cos(car))) / 3.6;
  return { car, speed, distance, at: START + second * SECOND };
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const reports = new DataGeneratorSource(reportOf, { count: Number(args[0] ?? 2_000) });
  const times = WatermarkStrategy.forMonotonousTimestamps<Report>().withTimestampAssigner((report) => report.at);
  env
    .fromSource(reports, times, 'reports')
    .setParallelism(1)
    .uid('reports')
    .keyBy((report) => report.car)
    .window(GlobalWindows.create())
    .evictor(TimeEvictor.of(10 * SECOND))
    .trigger(DeltaTrigger.of<Report>(50, (before, now) => now.distance - before.distance))
    .maxBy('speed')
    .uid('top-speed')
    .map(({ car, speed, distance }) => `car ${car}: ${speed} km/h at ${Math.round(distance)} m`)
    .uid('text')
    .print()
    .uid('print');
  await env.execute('Top speed');
}
