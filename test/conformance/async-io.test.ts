import { describe, expect } from 'vitest';
import type { AsyncFunction } from '../../src/api/async-functions.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { OperatorContext, Output } from '../../src/operators/stream-operator.js';
import type { TaskClock } from '../../src/runtime/task-clock.js';
import type { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { openHarness } from '../support/operators.js';
import { seededRandom } from '../support/seeded-random.js';
import { type ConformanceRow, eachRow, type Fields, perform, shown } from './operator-rows.js';

/** Answers later, when the test lets it, in an order of the test's choosing. */
class Answers {
  readonly #pending: (() => void)[] = [];
  readonly #random = seededRandom(7);
  isOpen = true;

  later(answer: () => void): void {
    this.#pending.push(answer);
  }

  /** Gives every answer that is asked for, those included that are asked for meanwhile. */
  give(harness: OperatorTestHarness): void {
    while (this.isOpen && this.#pending.length > 0) {
      const [answer] = this.#pending.splice(this.#random.integer(this.#pending.length), 1);
      answer?.();
      harness.runActions();
    }
  }
}

interface Bench {
  readonly harness: OperatorTestHarness;
  readonly answers: Answers;
  clock(): TaskClock;
}

async function open(setup: Fields, factor: number): Promise<Bench> {
  const answers = new Answers();
  const asyncFunction: AsyncFunction<number, number> = {
    asyncInvoke: (value, future) => answers.later(() => future.complete([factor * value])),
    timeout: (value, future) => future.complete([3 * value]),
  };
  const config = {
    ordered: setup['mode'] === 'ordered',
    timeoutMs: Number(setup['timeoutMs'] ?? 1000),
    capacity: Number(setup['capacity']),
  };
  let clock: TaskClock | undefined;
  const create = () => {
    const spec = { type: 'custom', operator: 'asyncWait', config } as const;
    const operator = createOperator({ name: 'async', spec, keyed: [false] }, { function: asyncFunction });
    const setUp = operator.setup.bind(operator);
    operator.setup = (context: OperatorContext, output: Output) => {
      clock = context.clock as TaskClock;
      setUp(context, output);
    };
    return operator;
  };
  return { harness: await openHarness(create), answers, clock: () => clock as TaskClock };
}

/** Feeds the events; an element waits, as in a task, while the operator holds its input. */
async function feed({ harness, answers, clock }: Bench, events: readonly Fields[]): Promise<Fields[]> {
  const checks: Fields[] = [];
  for (const event of events) {
    if (event['t'] === 'el' && harness.isInputHeld()) answers.give(harness);
    if (event['t'] === 'restart' || event['t'] === 'release') answers.isOpen = true;
    if (event['t'] === 'endOfInput') {
      const ended = perform(harness, event);
      answers.give(harness);
      await ended;
    } else if (event['t'] === 'check') {
      checks.push({ activeTimers: clock().nextDue() === Number.POSITIVE_INFINITY ? 0 : 1 });
    } else if (event['t'] !== 'release') await perform(harness, event);
    harness.runActions();
  }
  return checks;
}

const CLOSED_UNTIL_RESTART = ['AS-005', 'AS-007', 'AS-010'];
const IDENTITY = ['AS-007', 'AS-010'];
const ANY_ORDER = ['AS-002', 'AS-004', 'AS-011'];

const comparable = (id: string, output: readonly unknown[]): unknown =>
  ANY_ORDER.includes(id) ? output.map((each) => JSON.stringify(each)).sort() : output;

async function check(row: ConformanceRow): Promise<void> {
  const bench = await open(row.setup, IDENTITY.includes(row.id) ? 1 : 2);
  bench.answers.isOpen = !CLOSED_UNTIL_RESTART.includes(row.id);

  const checks = await feed(bench, row.events);

  const output = shown(bench.harness.output).filter((each) => (each as Fields)['ts'] !== 'MAX');
  const expected = row.expected.flatMap((each) => ((each as Fields)['anyOrder'] as unknown[]) ?? [each]);
  expect(comparable(row.id, [...output, ...checks])).toEqual(comparable(row.id, expected));
  // The watermark stays between the records before it and those behind it.
  if (row.id === 'AS-002') expect(output[2]).toEqual({ t: 'wm', ts: 2 });
}

/** Two asynchronous operators one behind the other, with a map between them. */
async function checkChain(row: ConformanceRow): Promise<void> {
  const first = await open({ mode: 'ordered', capacity: 6 }, 2);
  await feed(first, row.events);
  const between = (shown(first.harness.output) as Fields[])
    .filter(({ t }) => t === 'rec')
    .map(({ v, ts }) => ({ t: 'el', v: Number(v) + 1, ts }));
  const second = await open({ mode: 'unordered', capacity: 3 }, 2);

  await feed(second, [...between, { t: 'endOfInput' }]);

  const output = (shown(second.harness.output) as Fields[]).filter(({ t }) => t === 'rec');
  expect(comparable(row.id, output)).toEqual(comparable(row.id, row.expected));
}

describe('asynchronous functions', () => {
  eachRow('async-io', (row) => (row.id === 'AS-011' ? checkChain(row) : check(row)));
});
