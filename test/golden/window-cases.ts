/** The window cases: keyed windows, windows of a whole stream, and joins over windows. */

import type { NodeFunctions, WindowSpec } from '../../src/graph/transformation.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import type { GoldenCase, GoldenItem } from './golden-case.js';
import type { Pair } from './list-program.js';
import type { Area } from './operator-cases.js';
import { aggregateOf, GoldenWindowFunction, type Options, reducerOf, windowing } from './window-functions.js';

const keyOf = (element: { readonly k: unknown }): unknown => element.k;

/** The area of a `window` case. */
export function windowArea(testCase: GoldenCase): Area {
  const { operator } = testCase;
  const isAll = operator['all'] === true;
  const fn = operator['function'] as Options;
  const call = fn['process'] === undefined ? 'none' : 'process';
  const fold = fn['reduce'] !== undefined ? 'reduce' : fn['aggregate'] !== undefined ? 'aggregate' : 'none';
  const functions = (): NodeFunctions => ({
    ...windowing(operator),
    ...(fold === 'reduce' && { fold: reducerOf(String(fn['reduce'])) }),
    ...(fold === 'aggregate' && { fold: aggregateOf(String(fn['aggregate'])) }),
    ...(call === 'process' && { function: new GoldenWindowFunction(String(fn['process']), isAll) }),
  });
  const area = baseArea(testCase, isAll, { ...latenessOf(operator), type: 'window', fold, call }, functions);
  return {
    ...area,
    toRecord: (item): Pair => ({ k: item['k'], v: item['e'] }),
    fromRecord: (record, tag) => (isAll && tag === undefined ? { ...(record as Pair), k: null } : (record as Pair)),
  };
}

/** The area of a `window-join` case: both streams are united before the operator. */
export function windowJoinArea(testCase: GoldenCase): Area {
  const { operator } = testCase;
  const isJoin = operator['type'] === 'windowJoin';
  const sort = (pairs: readonly Pair[]): unknown[] => {
    const values = pairs.map(({ v }) => v);
    return operator['sorted'] === true ? (values as number[]).sort((a, b) => a - b) : values;
  };
  const join = (a: Pair, b: Pair): Pair => ({ k: a.k, v: [a.v, b.v] });
  const coGroup = (a: readonly Pair[], b: readonly Pair[], out: { collect(pair: Pair): void }): void => {
    out.collect({ k: (a[0] ?? b[0])?.k, v: [sort(a), sort(b)] });
  };
  const functions = (): NodeFunctions => ({ ...windowing(operator), function: isJoin ? join : coGroup });
  const spec: WindowSpec = {
    ...latenessOf(operator),
    type: 'window',
    fold: 'none',
    call: isJoin ? 'join' : 'coGroup',
  };
  return {
    ...baseArea(testCase, false, spec, functions),
    unites: true,
    toRecord: (item: GoldenItem) => ({
      side: item['side'],
      value: { k: item['k'], v: item['e'] },
      k: item['k'],
      v: item['e'],
    }),
    fromRecord: (record) => record as Pair,
  };
}

function latenessOf(operator: Options): Pick<WindowSpec, 'allowedLateness' | 'lateTag'> {
  const tag = operator['lateTag'];
  return {
    allowedLateness: Number(operator['allowedLateness'] ?? 0),
    ...(tag !== undefined && { lateTag: String(tag) }),
  };
}

function baseArea(
  testCase: GoldenCase,
  isAll: boolean,
  spec: WindowSpec,
  functions: () => NodeFunctions,
): Pick<Area, 'options' | 'timerService' | 'hasCounts'> {
  const keySelector = isAll ? () => 0 : keyOf;
  const declared = testCase.operator['keyType'] === 'LONG' ? Types.LONG : Types.STRING;
  const keyType = (isAll ? Types.BYTE : declared) as Type<never>;
  return {
    options: {
      createOperator: () =>
        createOperator({ name: 'window', spec, keyed: [true] }, { ...functions(), keySelector, keyType }),
      parallelism: testCase.parallelism,
      maxParallelism: testCase.maxParallelism,
      keySelectors: [keySelector],
      keyType,
    },
    timerService: 'window-timers',
    hasCounts: true,
  };
}
