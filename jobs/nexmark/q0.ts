/** Nexmark q0: passes every bid through. What generator and plumbing cost. */

import type { DataStream } from 'flink-ts';
import type { Bid, NexmarkEvent } from './model.js';
import { bidsOf, runQuery } from './stream.js';

/** The fields that the query asks for. */
export function q0(events: DataStream<NexmarkEvent>): DataStream<Omit<Bid, 'channel' | 'url'>> {
  return bidsOf(events)
    .map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra }))
    .name('fields')
    .uid('fields');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q0', q0, args);
}
