/** Nexmark q12: bids of each bidder per 10 s of the clock. Windows that are open at the end of the input are dropped. */

import { type DataStream, TumblingProcessingTimeWindows, Types } from 'flink-ts';
import { Count, type KeyCount, toKeyCount } from './counts.js';
import type { NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const SIZE = 10_000;

/** The counts of each bidder, window by window. */
export function q12(events: DataStream<NexmarkEvent>): DataStream<KeyCount> {
  return bidsOf(events)
    .keyBy((bid) => bid.bidder, Types.LONG)
    .window(TumblingProcessingTimeWindows.of(SIZE))
    .contentsType(Types.LONG)
    .aggregate(new Count(), toKeyCount)
    .name('bids per bidder')
    .uid('bids-per-bidder');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q12', q12, args);
}
