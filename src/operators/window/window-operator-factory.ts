/** Makes the operator of a window node: the fast one where nothing stands against it. */

import type { ReduceFunction } from '../../api/functions.js';
import type { Evictor, Trigger, WindowAssigner } from '../../api/windowing/window-contracts.js';
import { FlinkError } from '../../common/errors.js';
import type { Window } from '../../common/windows.js';
import type { NodeFunctions, WindowSpec } from '../../graph/transformation.js';
import type { AggregateFunction, Reducer } from '../../state/state-descriptor.js';
import type { Type } from '../../state/type.js';
import { foldOf } from '../aggregate-operator.js';
import type { KeyBinding } from '../key-binding.js';
import type { StreamOperator } from '../stream-operator.js';
import { callableOf, refusePromise } from '../user-function.js';
import { AlignedWindowOperator } from './aligned-window-operator.js';
import { MergingWindowOperator } from './merging-window-operator.js';
import { windowCallOf } from './window-call.js';
import { aggregatedContents, type ContentsMaker, listedContents, reducedContents } from './window-contents.js';
import { WindowOperator } from './window-operator.js';
import type { WindowParts } from './window-runtime.js';

/** How the elements of a window become its contents. */
interface Fold {
  readonly makeContents: ContentsMaker;
  readonly foldAll: WindowParts['foldAll'];
}

/** A fresh operator. @internal */
export function createWindowOperator(spec: WindowSpec, functions: NodeFunctions, keys: KeyBinding): StreamOperator {
  const assigner = functions['assigner'] as WindowAssigner<unknown, Window>;
  const trigger = functions['trigger'] as Trigger<unknown, Window>;
  const evictor = functions['evictor'] as Evictor<unknown, Window> | undefined;
  const type = functions['type'] as Type<unknown> | undefined;
  const userFunction = functions['function'];
  const fold = foldOfSpec(spec, functions['fold'], type);
  const parts: WindowParts = {
    assigner,
    trigger,
    evictor,
    ...fold,
    elementType: type,
    call: windowCallOf(spec.call, userFunction),
    allowedLateness: spec.allowedLateness,
    lateTag: spec.lateTag,
  };
  if (assigner.isMerging()) {
    checkMerging(trigger);
    return new MergingWindowOperator(parts, keys, userFunction);
  }
  const { aligned } = assigner;
  if (aligned !== undefined && trigger.firesAtEnd && evictor === undefined) {
    return new AlignedWindowOperator(parts, keys, { aligned, userFunction });
  }
  return new WindowOperator(parts, keys, userFunction);
}

function foldOfSpec(spec: WindowSpec, fold: unknown, type: Type<unknown> | undefined): Fold {
  if (spec.fold === 'none') return { makeContents: listedContents(type), foldAll: undefined };
  if (spec.fold === 'aggregate') {
    const aggregate = fold as AggregateFunction<unknown, unknown, unknown>;
    return { makeContents: aggregatedContents(aggregate, type), foldAll: (values) => aggregateAll(aggregate, values) };
  }
  const reducer = spec.fold === 'reduce' ? reducerOf(fold as ReduceFunction<unknown>) : foldOf(spec.fold);
  return { makeContents: reducedContents(reducer, type), foldAll: (values) => reduceAll(reducer, values) };
}

function reducerOf(form: ReduceFunction<unknown> | Reducer<unknown>): Reducer<unknown> {
  const reduce = callableOf(form, 'reduce');
  return (a, b) => {
    const result = reduce(a, b);
    if (typeof result === 'object' && result instanceof Promise) refusePromise('reduce');
    return result;
  };
}

function aggregateAll(aggregate: AggregateFunction<unknown, unknown, unknown>, values: readonly unknown[]): unknown {
  let accumulator = aggregate.createAccumulator();
  for (const value of values) accumulator = aggregate.add(value, accumulator);
  return aggregate.getResult(accumulator);
}

function reduceAll(reducer: Reducer<unknown>, values: readonly unknown[]): unknown {
  if (values.length === 0) {
    throw new FlinkError('VALUE_INVALID', 'The evictor of a window left no element, so there is nothing to reduce.');
  }
  return values.reduce((a, b) => reducer(a, b));
}

function checkMerging(trigger: Trigger<unknown, Window>): void {
  if (trigger.canMerge()) return;
  throw new FlinkError(
    'UNSUPPORTED',
    'A merging window assigner cannot be used with a trigger that does not support merging.',
  );
}
