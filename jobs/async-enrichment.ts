/**
 * Orders with the country of their customer, which a slow service knows: up to 50 questions are under way at a time.
 *
 *   flink-ts run dist/jobs/async-enrichment.js [ORDERS]
 *
 * The orders are generated; the service is a function here that answers after some milliseconds, and sometimes fails.
 */

import {
  AsyncDataStream,
  AsyncRetryStrategies,
  DataGeneratorSource,
  RetryPredicates,
  StreamExecutionEnvironment,
  WatermarkStrategy,
} from 'flink-ts';

/** A whole number below `below` that depends on nothing but `n`. */
function scramble(n: number, below: number): number {
  let bits = Math.imul(n ^ (n >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) % below;
}

interface Order {
  readonly order: number;
  readonly customer: number;
  readonly cents: number;
}

const COUNTRIES = ['NL', 'DE', 'FR', 'PL', 'SE'];

function orderOf(index: number): Order {
  return { order: index, customer: scramble(index, 500), cents: 100 + scramble(index + 1, 20_000) };
}

/** Questions that the service has had. */
let questions = 0;

/** The service: it warms up, and fails to answer each third of its first twenty questions. */
async function countryOf(customer: number): Promise<string> {
  const question = questions++;
  await new Promise((resolve) => setTimeout(resolve, 1 + scramble(customer, 4)));
  if (question < 20 && question % 3 === 0) throw new Error('The service is busy.');
  return COUNTRIES[customer % COUNTRIES.length] as string;
}

async function enrich(order: Order): Promise<string> {
  return `order ${order.order}: ${(order.cents / 100).toFixed(2)} from ${await countryOf(order.customer)}`;
}

export default async function main(args: readonly string[]): Promise<void> {
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const source = new DataGeneratorSource(orderOf, { count: Number(args[0] ?? 1_000) });
  const orders = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'orders').uid('orders');
  const retries = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<string>(3, 20)
    .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
    .build();
  AsyncDataStream.unorderedWaitWithRetry(orders, enrich, 5_000, 50, retries).uid('enrich').print().uid('print');
  await env.execute('Orders with countries');
}
