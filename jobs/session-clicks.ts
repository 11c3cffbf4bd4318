/**
 * Sessions of a web shop's visitors: how many pages a visitor looked at before half an hour passed without a click.
 *
 *   flink-ts run dist/jobs/session-clicks.js [CLICKS]
 *
 * The clicks are generated, and come up to a minute out of order.
 */

import {
  DataGeneratorSource,
  EventTimeSessionWindows,
  StreamExecutionEnvironment,
  type TimeWindow,
  WatermarkStrategy,
} from 'flink-ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 8);
const PAGES = ['/', '/search', '/cart', '/checkout', '/help'];

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

/** Visitors come in waves: the one who clicks changes slowly, so that each has pauses of hours. */
function clickOf(index: number): Click {
  const user = `visitor-${(Math.floor(index / 40) * 7 + scramble(index, 5)) % 60}`;
  const at = START + index * 20_000 - scramble(index + 1, MINUTE);
  return { user, page: PAGES[scramble(index + 2, PAGES.length)] as string, at };
}

/** A visitor looked at a page. */
interface Click {
  readonly user: string;
  readonly page: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const clock = (time: number) => new Date(time).toISOString().slice(0, 16);

function describe(user: string, window: TimeWindow, clicks: readonly Click[]): string {
  const bought = clicks.some(({ page }) => page === '/checkout') ? ', bought' : '';
  return `${user} ${clock(window.start)} to ${clock(window.end - 30 * MINUTE)}: ${clicks.length} clicks${bought}`;
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const clicks = new DataGeneratorSource(clickOf, { count: Number(args[0] ?? 5_000) });
  const times = WatermarkStrategy.forBoundedOutOfOrderness<Click>(MINUTE).withTimestampAssigner((click) => click.at);
  env
    .fromSource(clicks, times, 'clicks')
    .uid('clicks')
    .keyBy((click) => click.user)
    .window(EventTimeSessionWindows.withGap(30 * MINUTE))
    .apply((user, window, all, out) => out.collect(describe(user, window, all)))
    .uid('sessions')
    .print()
    .uid('print');
  await env.execute('Sessions of clicks');
}
