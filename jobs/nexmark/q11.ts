/** Nexmark q11: how many bids each bidder made in one go, which a pause of 10 s ends. */

import { type DataStream, EventTimeSessionWindows, Types } from 'flink-ts';
import { Count, type KeyCount, toKeyCount } from './counts.js';
import type { NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const GAP = 10_000;

/** The sessions of each bidder. */
export function q11(events: DataStream<NexmarkEvent>): DataStream<KeyCount> {
  return bidsOf(events)
    .keyBy((bid) => bid.bidder, Types.LONG)
    .window(EventTimeSessionWindows.withGap(GAP))
    .contentsType(Types.LONG)
    .aggregate(new Count(), toKeyCount)
    .name('bids per session')
    .uid('bids-per-session');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q11', q11, args);
}
