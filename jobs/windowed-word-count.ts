/**
 * The words of a chat room, counted minute by minute.
 *
 *   flink-ts run dist/jobs/windowed-word-count.js [LINES]
 *
 * The lines are generated, a few a second, up to five seconds out of order.
 */

import {
  type Collector,
  DataGeneratorSource,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from 'flink-ts';

const SECOND = 1000;
const START = Date.UTC(2026, 0, 5, 8);
const WORDS = ['hello', 'is', 'the', 'train', 'late', 'again', 'no', 'yes', 'coffee', 'who', 'brings', 'cake'];

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

interface Line {
  readonly text: string;
  readonly at: number;
}

function lineOf(index: number): Line {
  const length = 2 + scramble(index, 5);
  const words = Array.from({ length }, (_, at) => WORDS[scramble(index * 8 + at, WORDS.length)]);
  return { text: words.join(' '), at: START + index * 300 - scramble(index + 3, 5 * SECOND) };
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const lines = new DataGeneratorSource(lineOf, { count: Number(args[0] ?? 2_000) });
  const times = WatermarkStrategy.forBoundedOutOfOrderness<Line>(5 * SECOND).withTimestampAssigner((line) => line.at);
  env
    .fromSource(lines, times, 'lines')
    .uid('lines')
    .flatMap((line) => line.text.split(' ').map((word) => ({ word, count: 1 })))
    .uid('words')
    .keyBy((entry) => entry.word)
    .window(TumblingEventTimeWindows.of(60 * SECOND))
    .reduce(
      (a, b) => ({ word: a.word, count: a.count + b.count }),
      (word: string, window, [total], out: Collector<string>) =>
        out.collect(`${new Date(window.start).toISOString().slice(11, 16)} ${word} ${total?.count}`),
    )
    .uid('counts')
    .print()
    .uid('print');
  await env.execute('Words by the minute');
}
