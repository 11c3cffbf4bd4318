/**
 * Nexmark q3: which people of three states sell in category 10, and for which auctions. A join without a window: what came
 * of either side is kept for ever, and each newcomer is matched with what the other side has left.
 */

import {
  type Collector,
  type DataStream,
  KeyedCoProcessFunction,
  type ListState,
  ListStateDescriptor,
  Types,
  type ValueState,
  ValueStateDescriptor,
} from 'flink-ts';
import { type Auction, EventType, type NexmarkEvent, type Person } from './model.js';
import { runQuery } from './stream.js';

const CATEGORY = 10;
const STATES: readonly string[] = ['OR', 'ID', 'CA'];

interface Offer {
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly auction: number;
}

class MatchSellers extends KeyedCoProcessFunction<number, Auction, Person, Offer> {
  #person!: ValueState<Person>;
  #auctions!: ListState<number>;

  override open(): void {
    const context = this.getRuntimeContext();
    this.#person = context.getState(new ValueStateDescriptor<Person>('person'));
    this.#auctions = context.getState(new ListStateDescriptor('auctions', Types.LONG));
  }

  processElement1(auction: Auction, _context: unknown, out: Collector<Offer>): void {
    this.#auctions.add(auction.id);
    const person = this.#person.value();
    if (person !== undefined && person !== null) out.collect(offerOf(person, auction.id));
  }

  processElement2(person: Person, _context: unknown, out: Collector<Offer>): void {
    this.#person.update(person);
    for (const auction of this.#auctions.get()) out.collect(offerOf(person, auction));
  }
}

function offerOf({ name, city, state }: Person, auction: number): Offer {
  return { name, city, state, auction };
}

/** The offers of people who live in the states. */
export function q3(events: DataStream<NexmarkEvent>): DataStream<Offer> {
  const auctions = events
    .filter((event) => event.type === EventType.AUCTION && event.auction?.category === CATEGORY)
    .name('auctions of the category')
    .uid('auctions-only')
    .map((event) => event.auction as Auction)
    .name('auctions')
    .uid('auctions');
  const people = events
    .filter((event) => event.type === EventType.PERSON && STATES.includes(event.person?.state ?? ''))
    .name('people of the states')
    .uid('people-only')
    .map((event) => event.person as Person)
    .name('people')
    .uid('people');
  return auctions
    .keyBy((auction) => auction.seller, Types.LONG)
    .connect(people.keyBy((person) => person.id, Types.LONG))
    .process(new MatchSellers())
    .name('sellers')
    .uid('sellers');
}

export default function main(args: readonly string[]): Promise<void> {
  return runQuery('q3', q3, args);
}
