/**
 * The Nexmark generator: the event of each number, with the mix, the fields and the distributions of the nexmark/nexmark
 * project's generator, but with random numbers that depend on the event alone. Of 50 events, one is a person, three are
 * auctions and 46 are bids.
 */

import { type Auction, type Bid, EventType, type NexmarkEvent, type Person } from './model.js';
import { Random } from './random.js';

const BASE_TIME = 1_700_000_000_000;
const FIRST_ID = 1000;
/** Events in a round of one person, three auctions and 46 bids. */
const ROUND = 50;
const AUCTIONS = 3;
const ACTIVE_PEOPLE = 1000;
const AUCTIONS_IN_FLIGHT = 100;
/** People and auctions that do not exist yet are named too, up to so many. */
const LEAD = 10;
/** Ids of hot auctions, sellers and bidders are multiples of this, plus a constant. */
const HOT_STEP = 100;
const CHANNELS = 10_000;
const POOL_LENGTH = 1 << 20;

/** Average sizes in bytes, reached by `extra`. */
const PERSON_BYTES = 200;
const AUCTION_BYTES = 500;
const BID_BYTES = 100;

const FIRST_NAMES = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie', 'Sarah', 'Deiter', 'Walter'];
const LAST_NAMES = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones', 'Noris'];
const CITIES = [
  'Phoenix',
  'Los Angeles',
  'San Francisco',
  'Boise',
  'Portland',
  'Bend',
  'Redmond',
  'Seattle',
  'Kent',
  'Cheyenne',
];
const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY'];
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'];

/** How event time passes. */
export interface EventTimes {
  /** Events of one source subtask; each subtask's time begins at the same moment. */
  readonly eventsPerSource: number;
  /** Between two events of a subtask. */
  readonly msPerEvent: number;
}

/** Makes the event of each number. */
export class EventGenerator {
  readonly #random = new Random();
  readonly #eventsPerSource: number;
  readonly #msPerEvent: number;
  /** Longest life of an auction, exclusive. */
  readonly #lifeTime: number;
  /** Letters of which `extra` is cut. */
  readonly #pool: string;
  readonly #hotUrls: readonly string[];
  readonly #channels: readonly string[];
  readonly #urls: readonly string[];

  constructor(times: EventTimes) {
    this.#eventsPerSource = times.eventsPerSource;
    this.#msPerEvent = times.msPerEvent;
    this.#lifeTime = Math.max(2 * Math.floor(1666 * times.msPerEvent), 1);
    const random = this.#random;
    random.seed(-1);
    const pool = Buffer.alloc(POOL_LENGTH);
    for (let i = 0; i < POOL_LENGTH; i++) pool[i] = 97 + random.below(26);
    this.#pool = pool.toString('latin1');
    this.#hotUrls = HOT_CHANNELS.map(() => this.#url());
    const numbers = Array.from({ length: CHANNELS }, (_, channel) => channel);
    this.#channels = numbers.map((channel) => `channel-${channel}`);
    this.#urls = numbers.map(
      (channel) => this.#url() + (random.below(10) > 0 ? `&channel_id=${channelId(channel)}` : ''),
    );
  }

  /** The event with a number from 0 on. */
  event(sequenceNumber: number): NexmarkEvent {
    const id = sequenceNumber + 1;
    const dateTime = BASE_TIME + Math.floor((sequenceNumber % this.#eventsPerSource) * this.#msPerEvent);
    const place = id % ROUND;
    this.#random.seed(id);
    if (place > AUCTIONS) return { type: EventType.BID, person: null, auction: null, bid: this.#bid(id, dateTime) };
    if (place > 0) return { type: EventType.AUCTION, person: null, auction: this.#auction(id, dateTime), bid: null };
    return { type: EventType.PERSON, person: this.#person(id, dateTime), auction: null, bid: null };
  }

  #bid(event: number, dateTime: number): Bid {
    const random = this.#random;
    const auction = random.below(2) > 0 ? hot(lastAuction(event)) : this.#auctionInFlight(event);
    const bidder = random.below(4) > 0 ? hot(lastPerson(event)) + 1 : this.#activePerson(event);
    const price = random.price();
    const isHot = random.below(2) > 0;
    const channel = random.below(isHot ? HOT_CHANNELS.length : CHANNELS);
    return {
      auction: auction + FIRST_ID,
      // The original adds the first id twice, and so does every implementation that wants its answers.
      bidder: bidder + 2 * FIRST_ID,
      price,
      channel: (isHot ? HOT_CHANNELS : this.#channels)[channel] as string,
      url: (isHot ? this.#hotUrls : this.#urls)[channel] as string,
      dateTime,
      extra: this.#extra(32, BID_BYTES),
    };
  }

  #auction(event: number, dateTime: number): Auction {
    const random = this.#random;
    const seller = random.below(4) > 0 ? hot(lastPerson(event)) : this.#activePerson(event);
    const category = 10 + random.below(5);
    const initialBid = random.price();
    const expires = dateTime + 1 + random.below(this.#lifeTime);
    const itemName = random.word(20, ' ');
    const description = random.word(100, ' ');
    const reserve = initialBid + random.price();
    const extra = this.#extra(48 + itemName.length + description.length, AUCTION_BYTES);
    const id = lastAuction(event) + FIRST_ID;
    return {
      id,
      itemName,
      description,
      initialBid,
      reserve,
      dateTime,
      expires,
      seller: seller + FIRST_ID,
      category,
      extra,
    };
  }

  #person(event: number, dateTime: number): Person {
    const random = this.#random;
    const id = lastPerson(event) + FIRST_ID;
    const name = `${FIRST_NAMES[random.below(FIRST_NAMES.length)]} ${LAST_NAMES[random.below(LAST_NAMES.length)]}`;
    const emailAddress = `${random.word(7, ' ')}@${random.word(5, ' ')}.com`;
    const creditCard = `${this.#fourDigits()} ${this.#fourDigits()} ${this.#fourDigits()} ${this.#fourDigits()}`;
    const city = CITIES[random.below(CITIES.length)] as string;
    const state = STATES[random.below(STATES.length)] as string;
    const length = name.length + emailAddress.length + creditCard.length + city.length + state.length;
    return { id, name, emailAddress, creditCard, city, state, dateTime, extra: this.#extra(8 + length, PERSON_BYTES) };
  }

  #fourDigits(): string {
    return String(this.#random.below(10_000)).padStart(4, '0');
  }

  /** One of the last people, or one who is yet to come. */
  #activePerson(event: number): number {
    const people = lastPerson(event) + 1;
    const active = Math.min(people, ACTIVE_PEOPLE);
    return people - active + this.#random.below(active + LEAD);
  }

  /** One of the last auctions, or one that is yet to come. */
  #auctionInFlight(event: number): number {
    const last = lastAuction(event);
    const first = Math.max(last - AUCTIONS_IN_FLIGHT, 0);
    return first + this.#random.below(last - first + 1 + LEAD);
  }

  /** Letters that bring an event of `size` bytes to `average` bytes on average. */
  #extra(size: number, average: number): string {
    if (size > average) return '';
    const random = this.#random;
    const rest = average - size;
    const spread = Math.round(rest * 0.2);
    const length = rest - spread + (spread === 0 ? 0 : random.below(2 * spread));
    const start = random.below(POOL_LENGTH - length);
    return this.#pool.substring(start, start + length);
  }

  #url(): string {
    const random = this.#random;
    const path = `${random.word(5, '_')}/${random.word(5, '_')}/${random.word(5, '_')}`;
    return `https://www.nexmark.com/${path}/item.htm?query=1`;
  }
}

/** Persons up to and including an event, less one. */
function lastPerson(event: number): number {
  return Math.floor(event / ROUND);
}

/** Auctions up to and including an event, less one. */
function lastAuction(event: number): number {
  const round = Math.floor(event / ROUND);
  const place = event % ROUND;
  if (place === 0) return round * AUCTIONS - 1;
  return round * AUCTIONS + Math.min(place, AUCTIONS) - 1;
}

function hot(last: number): number {
  return Math.floor(last / HOT_STEP) * HOT_STEP;
}

/** The bits of a channel's number in reverse as a 32-bit integer without its sign, which the smallest one keeps. */
function channelId(channel: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed = (reversed << 1) | ((channel >>> bit) & 1);
  return Math.abs(reversed) | 0;
}
