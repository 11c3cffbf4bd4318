/**
 * Temperatures of machines, checked against limits that change while the job runs: the limits are broadcast.
 *
 *   flink-ts run dist/jobs/temperature-rules.js [READINGS]
 *
 * The readings are generated; the limits come first, then one of them is tightened.
 */

import {
  type BroadcastContext,
  BroadcastProcessFunction,
  type Collector,
  DataGeneratorSource,
  MapStateDescriptor,
  type ReadOnlyBroadcastContext,
  StreamExecutionEnvironment,
  Types,
  WatermarkStrategy,
} from 'flink-ts';

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

interface Reading {
  readonly machine: string;
  readonly kind: string;
  readonly celsius: number;
}
interface Rule {
  readonly kind: string;
  readonly celsius: number;
}

const KINDS = ['press', 'oven', 'lathe'];
const RULES: readonly Rule[] = [
  { kind: 'press', celsius: 75 },
  { kind: 'oven', celsius: 260 },
  { kind: 'lathe', celsius: 70 },
  { kind: 'oven', celsius: 250 },
];

function readingOf(index: number): Reading {
  const kind = KINDS[index % KINDS.length] as string;
  const usual = kind === 'oven' ? 200 : 50;
  return { machine: `${kind}-${scramble(index, 4)}`, kind, celsius: usual + scramble(index + 1, usual / 2) };
}

const LIMITS = new MapStateDescriptor('limits', Types.STRING, Types.LONG);

/** Every subtask has all limits; a reading that comes before its limit is let through. */
class Watch extends BroadcastProcessFunction<Reading, Rule, string> {
  override processElement(reading: Reading, ctx: ReadOnlyBroadcastContext, out: Collector<string>): void {
    const limit = ctx.getBroadcastState(LIMITS).get(reading.kind);
    if (limit !== undefined && limit !== null && reading.celsius > limit) {
      out.collect(`${reading.machine}: ${reading.celsius} °C, the limit is ${limit}`);
    }
  }

  override processBroadcastElement(rule: Rule, ctx: BroadcastContext): void {
    ctx.getBroadcastState(LIMITS).put(rule.kind, rule.celsius);
  }
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const rules = env.fromData(RULES).uid('rules').broadcast(LIMITS);
  const readings = new DataGeneratorSource(readingOf, { count: Number(args[0] ?? 3_000), ratePerSecond: 6_000 });
  env
    .fromSource(readings, WatermarkStrategy.noWatermarks(), 'readings')
    .uid('readings')
    .connect(rules)
    .process(new Watch())
    .uid('watch')
    .print()
    .uid('print');
  await env.execute('Temperature rules');
}
