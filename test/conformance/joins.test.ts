import { describe, expect } from 'vitest';
import type { Collector } from '../../src/api/functions.js';
import type { IntervalJoinConfig, ProcessJoinContext } from '../../src/api/interval-join.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { OperatorContext, Output } from '../../src/operators/stream-operator.js';
import { bufferEntriesType } from '../../src/state/serializers/buffer-entry-serializer.js';
import type { MapState } from '../../src/state/state-descriptor.js';
import { MapStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { openHarness } from '../support/operators.js';
import { type ConformanceRow, eachRow, type Fields } from './operator-rows.js';

const KEY = 'one key';
const keySelector = () => KEY;

interface Joined {
  readonly pair: readonly [number, number];
  readonly times: readonly number[];
}

function emit(left: number, right: number, context: ProcessJoinContext, out: Collector<Joined>): void {
  const times = [context.getLeftTimestamp(), context.getRightTimestamp(), context.getTimestamp()];
  out.collect({ pair: [left, right], times });
}

/** An operator whose buffers can be looked at. */
class Bench {
  #context: OperatorContext | undefined;
  readonly #config: IntervalJoinConfig;

  constructor({ lower, upper, lowerInclusive, upperInclusive }: Fields) {
    this.#config = {
      lowerBound: Number(lower ?? 0) + (lowerInclusive === false ? 1 : 0),
      upperBound: Number(upper ?? 0) - (upperInclusive === false ? 1 : 0),
    };
  }

  open() {
    return openHarness(
      () => {
        const operator = createOperator(
          {
            name: 'join',
            spec: { type: 'custom', operator: 'intervalJoin', config: this.#config },
            keyed: [true, true],
          },
          { function: emit, keySelector, keySelector2: keySelector },
        );
        const setup = operator.setup.bind(operator);
        operator.setup = (context: OperatorContext, output: Output) => {
          this.#context = context;
          setup(context, output);
        };
        return operator;
      },
      { inputs: 2, keySelectors: [keySelector, keySelector] },
    );
  }

  buffered(): Fields {
    const backend = this.#context?.keyedStateBackend<string>(undefined);
    backend?.setCurrentKey(KEY, -1);
    const timesOf = (name: string): number[] => {
      const state = backend?.getState(
        new MapStateDescriptor(name, Types.LONG, bufferEntriesType(Types.ANY())),
      ) as MapState<number, unknown>;
      return [...state.keys()].sort((a, b) => a - b);
    };
    return { left: timesOf('LEFT_BUFFER'), right: timesOf('RIGHT_BUFFER') };
  }
}

type Harness = Awaited<ReturnType<Bench['open']>>;

/** Elements are their own timestamps. */
function feed(harness: Harness, { t, ts, side }: Fields): void {
  const input = side === 2 ? 1 : 0;
  if (t === 'el') harness.processElement(ts, Number(ts), input);
  else harness.processWatermark(Number(ts), input);
}

function pairsOf(harness: Harness): { pair: readonly number[]; ts: number }[] {
  return harness.output
    .splice(0)
    .flatMap((emitted) =>
      emitted.kind === 'record' ? [{ pair: (emitted.value as Joined).pair, ts: emitted.timestamp }] : [],
    );
}

const sorted = (values: readonly unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();

/** Whichever side comes first as a whole. */
async function checkPairs(row: ConformanceRow): Promise<void> {
  for (const first of [1, 2]) {
    const harness = await new Bench(row.setup).open();
    const isFirst = ({ side }: Fields) => side === first;

    for (const event of row.events.filter(isFirst)) feed(harness, event);
    for (const event of row.events.filter((each) => !isFirst(each))) feed(harness, event);

    expect(sorted(pairsOf(harness))).toEqual(sorted(row.expected));
  }
}

async function checkBuffers(row: ConformanceRow): Promise<void> {
  const bench = new Bench(row.setup);
  const harness = await bench.open();
  const checks: Fields[] = [];

  for (const event of row.events) {
    if (event['t'] === 'check') checks.push(bench.buffered());
    else feed(harness, event);
  }

  expect(checks).toEqual(row.expected);
}

async function checkRestart(row: ConformanceRow): Promise<void> {
  const harness = await new Bench(row.setup).open();
  const phases: string[][] = [[]];
  const take = () => phases.at(-1)?.push(...sorted(pairsOf(harness).map(({ pair }) => pair)));

  for (const event of row.events) {
    if (event['t'] === 'restart') {
      take();
      phases.push([]);
      await harness.restore(await harness.snapshot());
    } else feed(harness, event);
  }
  take();

  expect(phases).toEqual(row.expected.map((phase) => sorted((phase as { pairs: unknown[] }).pairs)));
}

async function checkErrors(row: ConformanceRow): Promise<void> {
  for (const { side } of row.events) {
    const harness = await new Bench(row.setup).open();

    expect(() => harness.processElement(1, undefined, side === 2 ? 1 : 0)).toThrow('without a timestamp');
  }
}

async function checkContext(row: ConformanceRow): Promise<void> {
  const harness = await new Bench(row.setup).open();
  const [{ left, right }] = row.events as [Fields];

  harness.processElement(left, Number(left), 0);
  harness.processElement(right, Number(right), 1);

  const times = harness.output.map((emitted) => (emitted.kind === 'record' ? (emitted.value as Joined).times : []));
  const wanted = row.expected as { leftTimestamp: number; rightTimestamp: number; timestamp: number }[];
  expect(times).toEqual(wanted.map((each) => [each.leftTimestamp, each.rightTimestamp, each.timestamp]));
}

const CHECKS: Readonly<Record<string, (row: ConformanceRow) => Promise<void>>> = {
  'buffer contents at each check': checkBuffers,
  'pairs before and after restart as sets': checkRestart,
  error: checkErrors,
  'context values': checkContext,
};

describe('interval joins', () => {
  eachRow('interval-join', (row) => (CHECKS[String(row.setup['compare'])] ?? checkPairs)(row));
});
