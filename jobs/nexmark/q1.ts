/** Nexmark q1: every bid with its price in another currency. */

import type { DataStream } from 'flink-ts';
import type { Bid, NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const RATE = 0.908;

/** The bids with converted prices. */
export function q1(events: DataStream<NexmarkEvent>): DataStream<Omit<Bid, 'channel' | 'url'>> {
  return bidsOf(events)
    .map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price: price * RATE, dateTime, extra }))
    .name('converted')
    .uid('converted');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q1', q1, args);
}
