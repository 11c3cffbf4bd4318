/** Compiled, never run: what interval joins and asynchronous functions must infer, and what must not compile. */

import { AsyncDataStream } from '../../src/api/async-data-stream.js';
import {
  AsyncRetryStrategies,
  type ResultFuture,
  RetryPredicates,
  RichAsyncFunction,
} from '../../src/api/async-functions.js';
import type { DataStream } from '../../src/api/data-stream.js';
import type { Collector } from '../../src/api/functions.js';
import { type ProcessJoinContext, ProcessJoinFunction } from '../../src/api/interval-join.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';

interface Order {
  readonly id: string;
  readonly total: number;
}
interface Payment {
  readonly order: string;
  readonly paid: boolean;
}

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
function is<Actual>() {
  return <Expected>(_isSame: Equal<Actual, Expected>): void => {};
}
type RecordOf<StreamT> = StreamT extends DataStream<infer T> ? T : never;

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const orders = env.fromData<Order>({ id: 'a', total: 1 });
const payments = env.fromData<Payment>({ order: 'a', paid: true });
const ordersById = orders.keyBy((order) => order.id);
const paymentsByOrder = payments.keyBy((payment) => payment.order);

class Settle extends ProcessJoinFunction<Order, Payment, number> {
  override processElement(order: Order, _payment: Payment, context: ProcessJoinContext, out: Collector<number>): void {
    out.collect(order.total + context.getTimestamp());
  }
}

export function intervalJoins(): void {
  const join = ordersById.intervalJoin(paymentsByOrder).between(-1000, 1000).lowerBoundExclusive();
  const settled = join
    .sideOutputLeftLateData(new OutputTag<Order>('late orders'))
    .sideOutputRightLateData(new OutputTag<Payment>('late payments'))
    .process(new Settle());
  is<RecordOf<typeof settled>>()<number>(true);

  const named = join.process((order, payment, _context, out: Collector<string>) => {
    out.collect(order.id + payment.order);
  });
  is<RecordOf<typeof named>>()<string>(true);

  // @ts-expect-error: the keys are of different types.
  ordersById.intervalJoin(payments.keyBy((payment) => payment.paid));
  // @ts-expect-error: a join by time needs keys.
  orders.intervalJoin(paymentsByOrder);
  // @ts-expect-error: a late order is no payment.
  join.sideOutputLeftLateData(new OutputTag<Payment>('late'));
  // @ts-expect-error: the function is for other records.
  paymentsByOrder.intervalJoin(ordersById).between(0, 1).process(new Settle());
  // @ts-expect-error: there are no bounds yet.
  ordersById.intervalJoin(paymentsByOrder).process(new Settle());
}

class LookUp extends RichAsyncFunction<Order, Payment> {
  override asyncInvoke(order: Order, result: ResultFuture<Payment>): void {
    result.complete([{ order: order.id, paid: true }]);
  }
}

export function asyncFunctions(): void {
  const { orderedWait, unorderedWait, orderedWaitWithRetry, unorderedWaitWithRetry } = AsyncDataStream;
  const one = orderedWait(orders, async (order) => order.total, 1000, 10);
  is<RecordOf<typeof one>>()<number>(true);
  const some = unorderedWait(orders, async (order) => [order.id], 1000);
  is<RecordOf<typeof some>>()<string>(true);
  const perhaps = unorderedWait(orders, async (order) => (order.total > 0 ? order.id : undefined), 1000);
  is<RecordOf<typeof perhaps>>()<string>(true);
  const looked = orderedWait(orders, new LookUp(), 1000);
  is<RecordOf<typeof looked>>()<Payment>(true);

  const { FixedDelayRetryStrategyBuilder } = AsyncRetryStrategies;
  const retry = new FixedDelayRetryStrategyBuilder<Payment>(3, 100)
    .ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE)
    .ifResult((payments) => payments.some((payment) => !payment.paid))
    .ifException((error) => error instanceof RangeError)
    .build();
  const retried = unorderedWaitWithRetry(orders, new LookUp(), 1000, 10, retry);
  is<RecordOf<typeof retried>>()<Payment>(true);
  orderedWaitWithRetry(orders, async (order) => order.total, 1000, 10, AsyncRetryStrategies.NO_RETRY_STRATEGY);

  // @ts-expect-error: the strategy is for other results.
  orderedWaitWithRetry(orders, async (order) => order.total, 1000, 10, retry);
  // @ts-expect-error: the function is for other records.
  orderedWait(payments, new LookUp(), 1000);
  // @ts-expect-error: a timeout is needed.
  orderedWait(orders, async (order) => order.total);
  // @ts-expect-error: a function that does not wait belongs into map().
  orderedWait(orders, (order) => order.total, 1000);
}
