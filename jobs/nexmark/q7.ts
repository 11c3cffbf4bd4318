/** Nexmark q7: the highest bid of each 10 s; of equal ones the first of its auction. */

import { type DataStream, TumblingEventTimeWindows, Types } from 'flink-ts';
import type { Bid, NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const SIZE = 10_000;

function higher(a: Bid, b: Bid): Bid {
  return b.price > a.price ? b : a;
}

/** One bid a window. */
export function q7(events: DataStream<NexmarkEvent>): DataStream<Bid> {
  return bidsOf(events)
    .keyBy((bid) => bid.auction, Types.LONG)
    .window(TumblingEventTimeWindows.of(SIZE))
    .reduce(higher)
    .name('highest of each auction')
    .uid('highest-of-auction')
    .windowAll(TumblingEventTimeWindows.of(SIZE))
    .reduce(higher)
    .name('highest bid')
    .uid('highest-bid');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q7', q7, args);
}
