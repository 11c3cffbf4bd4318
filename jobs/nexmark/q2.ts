/** Nexmark q2: the bids for some auctions. */

import type { DataStream } from 'flink-ts';
import type { Bid, NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

const EACH = 123;

/** Auction and price of the bids for every 123rd auction. */
export function q2(events: DataStream<NexmarkEvent>): DataStream<Pick<Bid, 'auction' | 'price'>> {
  return bidsOf(events)
    .filter(({ auction }) => auction % EACH === 0)
    .name('some auctions')
    .uid('some-auctions')
    .map(({ auction, price }) => ({ auction, price }))
    .name('fields')
    .uid('fields');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q2', q2, args);
}
