/** Drives the engine's operators with the cases that have input: rolling, process, connect, broadcast, watermark-strategy. */

import { type WatermarkGenerator, WatermarkStrategy } from '../../src/api/watermark-strategy.js';
import type { OperatorSpec, RollingAggregate } from '../../src/graph/transformation.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { StreamOperator } from '../../src/operators/stream-operator.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import { OperatorTestHarness, type OperatorTestHarnessOptions } from '../../src/testing/operator-test-harness.js';
import {
  type GoldenCase,
  type GoldenEntry,
  type GoldenItem,
  type Outcome,
  timeFromJson,
  timeToJson,
} from './golden-case.js';
import {
  type BroadcastOptions,
  ListCoProcessFunction,
  ListProcessFunction,
  REDUCERS,
  RuleFunction,
} from './golden-functions.js';
import { intervalJoinArea } from './join-cases.js';
import type { Action, Pair } from './list-program.js';
import { windowArea, windowJoinArea } from './window-cases.js';

/** How one area's elements become records, and its operator. */
export interface Area {
  readonly options: OperatorTestHarnessOptions;
  readonly timerService?: string;
  /** The second input goes to every subtask. */
  readonly broadcasts?: boolean;
  /** Both sides come in by one input. */
  readonly unites?: boolean;
  readonly hasCounts: boolean;
  toRecord(item: GoldenItem): unknown;
  fromRecord(record: unknown, tag?: string): { readonly k: unknown; readonly v: unknown };
}

/** Runs a case; what the operator throws becomes an error entry. */
export async function runCase(testCase: GoldenCase): Promise<Outcome> {
  const area = areaOf(testCase);
  const harness = new OperatorTestHarness(area.options);
  const output: GoldenEntry[] = [];
  await harness.open();
  for (const [i, item] of testCase.input.entries()) {
    await apply(harness, area, item);
    for (const emitted of harness.output.splice(0)) {
      output.push(toEntry(emitted, i, harness.parallelism > 1, area));
    }
    if (item['probe'] === true) output.push({ i, probe: harness.counts(area.timerService) });
  }
  const late = harness.counter('numLateRecordsDropped');
  const final = area.hasCounts ? { late, ...harness.counts(area.timerService) } : { late };
  await harness.close();
  return { output, final };
}

async function apply(harness: OperatorTestHarness, area: Area, item: GoldenItem): Promise<void> {
  const side = item['side'];
  const input = side === undefined || area.unites ? undefined : side === 2 ? 1 : 0;
  if ('e' in item) {
    const timestamp = timeFromJson(item['t']);
    if (input === 1 && area.broadcasts) harness.broadcastElement(area.toRecord(item), timestamp);
    else harness.processElement(area.toRecord(item), timestamp, input);
  } else if ('wm' in item) {
    harness.processWatermark(timeFromJson(item['wm']), input);
  } else if ('status' in item) {
    harness.processStatus(item['status'] === 'idle', input);
  } else if ('pt' in item) {
    harness.setProcessingTime(timeFromJson(item['pt']));
  } else if ('snapshot' in item || 'rescale' in item) {
    const time = 'clock' in item ? { time: Number(item['clock']) } : {};
    const parallelism = 'rescale' in item ? { parallelism: Number(item['rescale']) } : {};
    await harness.restore(await harness.snapshot(), { ...time, ...parallelism });
  } else if ('end' in item) {
    await harness.endInput();
  }
}

function toEntry(emitted: Emitted, i: number, hasSubtasks: boolean, area: Area): GoldenEntry {
  const where = hasSubtasks ? { i, s: emitted.subtask } : { i };
  if (emitted.kind === 'watermark') return { ...where, wm: timeToJson(emitted.timestamp) };
  if (emitted.kind === 'status') return { ...where, status: emitted.isIdle ? 'idle' : 'active' };
  const { k, v } = area.fromRecord(emitted.value, emitted.tag);
  return {
    ...where,
    ...(emitted.tag !== undefined && { out: emitted.tag }),
    k,
    v,
    ...(emitted.timestamp !== Number.NEGATIVE_INFINITY && { t: timeToJson(emitted.timestamp) }),
  };
}

function areaOf(testCase: GoldenCase): Area {
  switch (testCase.operator['type']) {
    case 'rolling':
      return rollingArea(testCase);
    case 'process': {
      const make = () => new ListProcessFunction(testCase.operator as Record<string, readonly Action[]>);
      return pairArea(testCase, () => operatorOf({ type: 'keyedProcess' }, { function: make(), ...keysOf(testCase) }));
    }
    case 'coProcess': {
      const make = () => new ListCoProcessFunction(testCase.operator as Record<string, readonly Action[]>);
      return pairArea(
        testCase,
        () => operatorOf({ type: 'keyedCoProcess' }, { function: make(), ...keysOf(testCase) }),
        [keyOf, keyOf],
      );
    }
    case 'broadcastProcess': {
      const make = () => new RuleFunction(testCase.operator as BroadcastOptions);
      return pairArea(
        testCase,
        () => operatorOf({ type: 'keyedBroadcastProcess' }, { function: make(), ...keysOf(testCase) }),
        [keyOf, undefined],
      );
    }
    case 'watermarks':
      return watermarksArea(testCase);
    case 'intervalJoin':
      return intervalJoinArea(testCase);
    case 'window':
      return windowArea(testCase);
    case 'windowJoin':
    case 'coGroup':
      return windowJoinArea(testCase);
    default:
      throw new Error(`The operator ${JSON.stringify(testCase.operator['type'])} is not there yet.`);
  }
}

const keyOf = (pair: Pair): unknown => pair.k;
const typeOf = (testCase: GoldenCase): Type<unknown> =>
  (testCase.operator['keyType'] === 'LONG' ? Types.LONG : Types.STRING) as Type<unknown>;
const keysOf = (testCase: GoldenCase) => ({ keySelector: keyOf, keySelector2: keyOf, keyType: typeOf(testCase) });

function operatorOf(spec: OperatorSpec, functions: Readonly<Record<string, unknown>>): StreamOperator {
  return createOperator({ name: spec.type, spec, keyed: [functions['keySelector'] !== undefined] }, functions);
}

type Selectors = readonly (((value: never) => unknown) | undefined)[];

function pairArea(testCase: GoldenCase, create: () => StreamOperator, selectors: Selectors = [keyOf]): Area {
  return {
    options: {
      createOperator: create,
      parallelism: testCase.parallelism,
      maxParallelism: testCase.maxParallelism,
      inputs: selectors.length === 2 ? 2 : 1,
      keySelectors: selectors,
      keyType: typeOf(testCase) as Type<never>,
    },
    timerService: 'user-timers',
    broadcasts: selectors.length === 2 && selectors[1] === undefined,
    hasCounts: true,
    toRecord: (item): Pair => ({ k: item['k'], v: item['e'] }),
    fromRecord: (record) => record as Pair,
  };
}

interface RollingOptions {
  readonly fn: 'reduce' | RollingAggregate;
  readonly reduce?: string;
  readonly field?: 'a' | 'b';
  readonly first?: boolean;
}

/** Records are tuples [key, a, b]. */
type Triple = readonly [unknown, number, number];

function rollingArea(testCase: GoldenCase): Area {
  const { fn, field, first, reduce } = testCase.operator as unknown as RollingOptions;
  const selector = (record: Triple): unknown => record[0];
  const fold = REDUCERS[reduce ?? ''] as (a: number, b: number) => number;
  const reducer = (a: Triple, b: Triple): Triple => [a[0], fold(a[1], b[1]), b[2]];
  const spec: OperatorSpec =
    fn === 'reduce'
      ? { type: 'reduce' }
      : { type: 'aggregate', kind: fn, field: field === 'a' ? 1 : 2, first: first === true };
  const functions = { function: reducer, keySelector: selector, keyType: typeOf(testCase) };
  return {
    options: {
      createOperator: () => operatorOf(spec, functions),
      parallelism: testCase.parallelism,
      maxParallelism: testCase.maxParallelism,
      keySelectors: [selector],
      keyType: typeOf(testCase) as Type<never>,
    },
    hasCounts: true,
    toRecord: (item): Triple => [item['k'], ...(item['e'] as [number, number])],
    fromRecord: (record) => ({ k: (record as Triple)[0], v: (record as Triple).slice(1) }),
  };
}

function watermarksArea(testCase: GoldenCase): Area {
  const strategy = strategyOf(testCase.operator);
  return {
    options: {
      createOperator: () => operatorOf({ type: 'timestampsAndWatermarks' }, { watermarkStrategy: strategy }),
      parallelism: testCase.parallelism,
      maxParallelism: testCase.maxParallelism,
      autoWatermarkInterval: Number(testCase.operator['interval']),
    },
    hasCounts: false,
    toRecord: (item): Pair => ({ k: item['k'], v: item['e'] }),
    fromRecord: (record) => record as Pair,
  };
}

function strategyOf(operator: GoldenCase['operator']): WatermarkStrategy<Pair> {
  let strategy = generatorOf(operator);
  if (operator['assigner'] === 'v') strategy = strategy.withTimestampAssigner((pair) => pair.v as number);
  if (operator['assigner'] === 't+100')
    strategy = strategy.withTimestampAssigner((_pair, timestamp) => timestamp + 100);
  return operator['idleness'] === undefined ? strategy : strategy.withIdleness(Number(operator['idleness']));
}

function generatorOf(operator: GoldenCase['operator']): WatermarkStrategy<Pair> {
  switch (operator['generator']) {
    case 'boundedOutOfOrderness':
      return WatermarkStrategy.forBoundedOutOfOrderness(Number(operator['bound']));
    case 'monotonous':
      return WatermarkStrategy.forMonotonousTimestamps();
    case 'none':
      return WatermarkStrategy.noWatermarks();
    default:
      return WatermarkStrategy.forGenerator(() => PUNCTUATED);
  }
}

/** After each element with an even value a watermark equal to its timestamp. */
const PUNCTUATED: WatermarkGenerator<Pair> = {
  onEvent(pair, timestamp, output) {
    if ((pair.v as number) % 2 === 0) output.emitWatermark(timestamp);
  },
  onPeriodicEmit() {},
};
