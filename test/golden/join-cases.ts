/** The operator of the `interval-join` cases. */

import type { Collector } from '../../src/api/functions.js';
import type { IntervalJoinConfig, ProcessJoinContext } from '../../src/api/interval-join.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import type { GoldenCase } from './golden-case.js';
import type { Pair } from './list-program.js';
import type { Area } from './operator-cases.js';

const keyOf = (pair: Pair): unknown => pair.k;

function emitPair(left: Pair, right: Pair, context: ProcessJoinContext, out: Collector<Pair>): void {
  const times = [context.getLeftTimestamp(), context.getRightTimestamp(), context.getTimestamp()];
  out.collect({ k: left.k, v: [left.v, right.v, ...times] });
}

/** How an interval join runs a case. */
export function intervalJoinArea(testCase: GoldenCase): Area {
  const { operator, parallelism, maxParallelism } = testCase;
  const keyType = (operator['keyType'] === 'LONG' ? Types.LONG : Types.STRING) as Type<never>;
  const config: IntervalJoinConfig = {
    lowerBound: Number(operator['lower']) + (operator['lowerExclusive'] === true ? 1 : 0),
    upperBound: Number(operator['upper']) - (operator['upperExclusive'] === true ? 1 : 0),
    ...(operator['leftLateTag'] !== undefined && { leftLateTag: String(operator['leftLateTag']) }),
    ...(operator['rightLateTag'] !== undefined && { rightLateTag: String(operator['rightLateTag']) }),
  };
  const node = {
    name: 'join',
    spec: { type: 'custom', operator: 'intervalJoin', config },
    keyed: [true, true],
  } as const;
  const functions = { function: emitPair, keySelector: keyOf, keySelector2: keyOf, keyType };
  return {
    options: {
      createOperator: () => createOperator(node, functions),
      parallelism,
      maxParallelism,
      inputs: 2,
      keySelectors: [keyOf, keyOf],
      keyType,
    },
    timerService: 'CLEANUP_TIMER',
    hasCounts: true,
    toRecord: (item): Pair => ({ k: item['k'], v: item['e'] }),
    fromRecord: (record) => record as Pair,
  };
}
