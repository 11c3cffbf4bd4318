/** Nexmark q5: the hot items. In each window of 10 s that slides by 2 s, the auctions with the most bids. */

import { type Collector, type DataStream, SlidingEventTimeWindows, TumblingEventTimeWindows, Types } from 'flink-ts';
import { Count, type KeyCount, toKeyCount } from './counts.js';
import type { NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const SIZE = 10_000;
const SLIDE = 2000;

/** All windows that end together meet here: their counts carry the last moment of the window as timestamp. */
function hottest(_window: unknown, counts: readonly KeyCount[], out: Collector<KeyCount>): void {
  let most = 0;
  for (const { count } of counts) most = Math.max(most, count);
  for (const row of counts) if (row.count === most) out.collect(row);
}

/** The auctions with the most bids, window by window. */
export function q5(events: DataStream<NexmarkEvent>): DataStream<KeyCount> {
  return bidsOf(events)
    .keyBy((bid) => bid.auction, Types.LONG)
    .window(SlidingEventTimeWindows.of(SIZE, SLIDE))
    .contentsType(Types.LONG)
    .aggregate(new Count(), toKeyCount)
    .name('bids per auction')
    .uid('bids-per-auction')
    .windowAll(TumblingEventTimeWindows.of(SLIDE))
    .apply(hottest)
    .name('hot items')
    .uid('hot-items');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q5', q5, args);
}
