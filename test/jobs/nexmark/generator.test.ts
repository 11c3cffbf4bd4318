/** The events are those of the reference generators in Java and JavaScript, byte for byte. */

import { describe, expect, it } from 'vitest';
import { EventGenerator } from '../../../jobs/nexmark/generator.js';
import type { NexmarkEvent } from '../../../jobs/nexmark/model.js';
import { handGenerator } from './hand-answers.js';

const EVENTS = 1_000_000;
const generator = new EventGenerator({ eventsPerSource: EVENTS, msPerEvent: 0.01 });

describe('the Nexmark generator', () => {
  it('makes bids', () => {
    expect(generator.event(3).bid).toMatchObject({
      auction: 1000,
      bidder: 2001,
      price: 5471,
      channel: 'channel-1318',
      url: 'https://www.nexmark.com/vzz/_lk/lxtr/item.htm?query=1&channel_id=1688207360',
      extra: expect.stringMatching(/^ugcxttsiaxxa.{62}$/),
    });
    expect(generator.event(4).bid).toMatchObject({
      auction: 1007,
      bidder: 2001,
      price: 45168,
      channel: 'Apple',
      url: 'https://www.nexmark.com/_zd_/y_x/cxtw/item.htm?query=1',
      extra: expect.stringMatching(/^msrwnudxwylftwcq/),
    });
  });

  it('makes people', () => {
    expect(generator.event(49).person).toMatchObject({
      id: 1001,
      name: 'John Noris',
      emailAddress: 't pmr@hayr.com',
      creditCard: '9494 2220 2114 4800',
      city: 'Boise',
      state: 'CA',
      extra: expect.stringMatching(/^ufggjzrpwtjiwkbq/),
    });
    expect(generator.event(999_999).person).toMatchObject({
      id: 21000,
      name: 'Vicky Walton',
      emailAddress: 'ofinu@tse.com',
      creditCard: '3649 7007 8386 0188',
      city: 'Boise',
      state: 'CA',
      dateTime: 1_700_000_009_999,
    });
  });

  it('makes auctions', () => {
    const auction = generator.event(50).auction;

    expect(auction).toMatchObject({
      id: 1003,
      itemName: 'lzwa',
      initialBid: 8857,
      reserve: 152306,
      seller: 1000,
      category: 13,
    });
    expect((auction?.expires ?? 0) - (auction?.dateTime ?? 0)).toBe(24);
  });

  it('makes a million events with the sums of the reference', () => {
    const totals = { bids: 0, auctions: 0, people: 0, prices: 0, letters: 0 };
    for (let i = 0; i < EVENTS; i++) {
      const { bid, auction, person } = generator.event(i);
      if (bid !== null) {
        totals.bids++;
        totals.prices += bid.price;
        totals.letters += bid.extra.length + bid.channel.length + bid.url.length;
      } else if (auction !== null) {
        totals.auctions++;
        totals.letters += auction.extra.length + auction.itemName.length + auction.description.length;
      } else if (person !== null) {
        totals.people++;
        totals.letters += person.extra.length + person.emailAddress.length;
      }
    }

    expect(totals).toEqual({
      bids: 920_000,
      auctions: 60_000,
      people: 20_000,
      prices: 6_637_985_421_105,
      letters: 158_449_764,
    });
  });

  it('makes each event anew from its number, in any order', () => {
    const other = new EventGenerator({ eventsPerSource: EVENTS, msPerEvent: 0.01 });
    const backwards = Array.from({ length: 200 }, (_, i) => other.event(199 - i)).reverse();

    expect(backwards).toEqual(Array.from({ length: 200 }, (_, i) => generator.event(i)));
  });

  it('makes the events of the plain loop', async () => {
    const reference = await handGenerator(EVENTS, 0.01);
    for (let i = 0; i < 5000; i++) expect(generator.event(i)).toEqual(renamed(reference(i)));
  });
});

/** The plain loop calls some fields by shorter names. */
function renamed(event: Awaited<ReturnType<Awaited<ReturnType<typeof handGenerator>>>>): NexmarkEvent {
  const rename = (fields: Record<string, unknown> | null) => {
    if (fields === null) return null;
    const { ts, email, ...same } = fields;
    return { ...same, dateTime: ts, ...(email !== undefined && { emailAddress: email }) };
  };
  const { type, person, auction, bid } = event;
  return { type, person: rename(person), auction: rename(auction), bid: rename(bid) } as unknown as NexmarkEvent;
}
