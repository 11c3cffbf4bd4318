/** What the hand-written loops under test/bench/hand answer, and the rows of the jobs in the same form. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../support/run-cli.js';

type Fields = Record<string, unknown>;

/** An event of the hand-written generator. */
export interface HandEvent {
  readonly type: 0 | 1 | 2;
  readonly person: (Fields & { ts: number }) | null;
  readonly auction: (Fields & { ts: number }) | null;
  readonly bid: (Fields & { ts: number }) | null;
}

interface HandQuery {
  (event: HandEvent, time: number): void;
  end?(): void;
}

const load = async (name: string): Promise<Fields> =>
  (await import(join(REPOSITORY, 'test/bench/hand', `${name}.js`))) as Fields;

/** The hand-written generator: event by number. */
export async function handGenerator(events: number, msPerEvent: number): Promise<(i: number) => HandEvent> {
  const { generator } = await load('nexmark-generator');
  return (generator as (events: number, msPerEvent: number) => (i: number) => HandEvent)(events, msPerEvent);
}

/** The rows of a hand-written query, as sorted lines of JSON. */
export async function handAnswers(query: string, events: number, rate: number): Promise<string[]> {
  const { queries } = await load('nexmark-queries');
  const event = await handGenerator(events, 1000 / rate);
  const lines: string[] = [];
  const make = (queries as Record<string, (emit: (row: unknown) => void) => HandQuery>)[query];
  if (make === undefined) throw new Error(`There is no loop for ${query}.`);
  const take = make((row) => lines.push(JSON.stringify(HAND_ROWS[query]?.(row as Fields) ?? row)));
  for (let i = 0; i < events; i++) {
    const next = event(i);
    take(next, (next.bid ?? next.auction ?? next.person)?.ts as number);
  }
  take.end?.();
  return lines.sort();
}

/** The rows that a job wrote into its output directory, as sorted lines in the form of the loop's rows. */
export function jobAnswers(query: string, directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.stringify(JOB_ROWS[query]?.(JSON.parse(line) as Fields)))
    .sort();
}

const bidRow = ({ auction, bidder, price, ts, dateTime, extra }: Fields) => [
  auction,
  bidder,
  price,
  dateTime ?? ts,
  extra,
];
const HAND_ROWS: Record<string, (row: Fields) => unknown> = {
  q0: bidRow,
  q1: bidRow,
  q2: ({ auction, price }) => [auction, price],
  q7: bidRow,
  // The jobs follow the measured form of the query, which leaves the window out.
  q8: (row) => (row as unknown as unknown[]).slice(0, 2),
};
const JOB_ROWS: Record<string, (row: Fields) => unknown> = {
  q0: bidRow,
  q1: bidRow,
  q2: ({ auction, price }) => [auction, price],
  q3: ({ name, city, state, auction }) => [name, city, state, auction],
  q5: ({ key, count, end }) => [key, count, end],
  q7: bidRow,
  q8: ({ id, name }) => [id, name],
  q11: ({ key, count, start, end }) => [key, count, start, end],
};

/** The queries whose answers do not depend on the clock. */
export const COMPARED_QUERIES = Object.keys(JOB_ROWS);
