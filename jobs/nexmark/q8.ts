/** Nexmark q8: who registered and opened an auction within the same 10 s. */

import { type Collector, type DataStream, TumblingEventTimeWindows, Types } from 'flink-ts';
import { type Auction, EventType, type NexmarkEvent, type Person } from './model.js';
import { runQuery } from './stream.js';

const SIZE = 10_000;

interface NewSeller {
  readonly id: number;
  readonly name: string;
}

function sellersAmong(people: readonly NewSeller[], sellers: readonly number[], out: Collector<NewSeller>): void {
  if (sellers.length === 0) return;
  for (const person of people) out.collect(person);
}

/** People who became sellers, window by window. */
export function q8(events: DataStream<NexmarkEvent>): DataStream<NewSeller> {
  const people = events
    .filter((event) => event.type === EventType.PERSON)
    .name('people only')
    .uid('people-only')
    .map((event): NewSeller => ({ id: (event.person as Person).id, name: (event.person as Person).name }))
    .name('people')
    .uid('people');
  const sellers = events
    .filter((event) => event.type === EventType.AUCTION)
    .name('auctions only')
    .uid('auctions-only')
    .map((event) => (event.auction as Auction).seller)
    .name('sellers')
    .uid('sellers');
  return people
    .coGroup(sellers)
    .where((person) => person.id, Types.LONG)
    .equalTo((seller) => seller)
    .window(TumblingEventTimeWindows.of(SIZE))
    .apply(sellersAmong)
    .name('new sellers')
    .uid('new-sellers');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q8', q8, args);
}
