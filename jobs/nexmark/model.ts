/** The events of an online auction. Ids, prices (cents) and times (ms since the epoch) are whole numbers. */

/** Someone who registered. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly emailAddress: string;
  readonly creditCard: string;
  readonly city: string;
  readonly state: string;
  readonly dateTime: number;
  /** Fills the event up to its average size. */
  readonly extra: string;
}

/** Something that a person sells. */
export interface Auction {
  readonly id: number;
  readonly itemName: string;
  readonly description: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly dateTime: number;
  readonly expires: number;
  /** Id of the person. */
  readonly seller: number;
  readonly category: number;
  readonly extra: string;
}

/** An offer for an auction. */
export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: number;
  readonly extra: string;
}

/** What an event is; exactly one of the three fields is set. */
export const EventType = { PERSON: 0, AUCTION: 1, BID: 2 } as const;

/** One event of the stream; all have the same shape, so that engines of JavaScript see one kind of object. */
export interface NexmarkEvent {
  readonly type: (typeof EventType)[keyof typeof EventType];
  readonly person: Person | null;
  readonly auction: Auction | null;
  readonly bid: Bid | null;
}

/** The time of an event. */
export function timeOf(event: NexmarkEvent): number {
  if (event.type === EventType.BID) return (event.bid as Bid).dateTime;
  if (event.type === EventType.AUCTION) return (event.auction as Auction).dateTime;
  return (event.person as Person).dateTime;
}
