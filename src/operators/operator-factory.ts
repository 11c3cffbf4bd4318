/**
 * Makes the operator of a node: which one, says the node's spec; the user functions come by role. Operators that are not
 * in the list (joins, asynchronous functions) are `custom`: their makers stand under their names.
 */

import type { AsyncWaitConfig } from '../api/async-data-stream.js';
import type { AsyncRetryStrategy } from '../api/async-functions.js';
import type { Sink, Source } from '../api/connector.js';
import type {
  BroadcastProcessFunction,
  BroadcastStateName,
  CoProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ProcessFunction,
} from '../api/functions.js';
import type { IntervalJoinConfig } from '../api/interval-join.js';
import type { WatermarkStrategy } from '../api/watermark-strategy.js';
import { assert, unreachable } from '../common/assert.js';
import { FlinkError } from '../common/errors.js';
import type { OperatorNode } from '../graph/job-graph.js';
import type { NodeFunctions } from '../graph/transformation.js';
import type { Type } from '../state/type.js';
import { AggregateOperator } from './aggregate-operator.js';
import { AsyncWaitOperator } from './async/async-wait-operator.js';
import { BatchKeyedOperator } from './batch/batch-keyed-operator.js';
import { BroadcastProcessOperator } from './broadcast-process-operator.js';
import { CoFlatMapOperator } from './co-flat-map-operator.js';
import { CoMapOperator } from './co-map-operator.js';
import { CoProcessOperator } from './co-process-operator.js';
import { FilterOperator } from './filter-operator.js';
import { FlatMapOperator } from './flat-map-operator.js';
import { IntervalJoinOperator } from './join/interval-join-operator.js';
import { type KeyBinding, keyBindingOf } from './key-binding.js';
import { KeyedBroadcastProcessOperator } from './keyed-broadcast-process-operator.js';
import { KeyedCoProcessOperator } from './keyed-co-process-operator.js';
import { KeyedProcessOperator } from './keyed-process-operator.js';
import { MapOperator } from './map-operator.js';
import { ProcessOperator } from './process-operator.js';
import { ReduceOperator } from './reduce-operator.js';
import { SinkCommitterOperator } from './sink-committer-operator.js';
import { SinkWriterOperator } from './sink-writer-operator.js';
import { SourceOperator } from './source-operator.js';
import type { StreamOperator } from './stream-operator.js';
import { TimestampsAndWatermarksOperator } from './timestamps-and-watermarks-operator.js';
import { createWindowOperator } from './window/window-operator-factory.js';

/** What the factory needs to know of a node. @internal */
export type OperatorBlueprint = Pick<OperatorNode, 'name' | 'spec' | 'keyed'>;

/** Makes an operator that the factory does not know itself. @internal */
export type CustomOperatorMaker = (
  config: unknown,
  functions: NodeFunctions,
  keys: KeyBinding | undefined,
) => StreamOperator;

const customMakers = new Map<string, CustomOperatorMaker>([
  ['intervalJoin', makeIntervalJoin],
  ['asyncWait', makeAsyncWait],
]);

/** Registers the maker of a `custom` operator; the module of the operator calls it when it is loaded. @internal */
export function registerOperator(operator: string, maker: CustomOperatorMaker): void {
  customMakers.set(operator, maker);
}

/** A fresh operator of a node for a job in BATCH mode: a keyed one sees its input sorted by key. @internal */
export function createBatchOperator(node: OperatorBlueprint, functions: NodeFunctions): StreamOperator {
  const operator = createOperator(node, functions);
  const keys = keyBindingOf(node.keyed, functions);
  // Folds keep one value a key, and sort when they put it out.
  if (keys === undefined || node.spec.type === 'reduce' || node.spec.type === 'aggregate') return operator;
  return new BatchKeyedOperator(operator, { keys, isKeyed: [node.keyed[0] === true, node.keyed[1] === true] });
}

/** A fresh operator of a node. @internal */
export function createOperator(node: OperatorBlueprint, functions: NodeFunctions): StreamOperator {
  const keys = keyBindingOf(node.keyed, functions);
  const { spec } = node;
  switch (spec.type) {
    case 'source':
      return new SourceOperator(
        functions['source'] as Source<unknown>,
        functions['watermarkStrategy'] as WatermarkStrategy<unknown>,
      );
    case 'timestampsAndWatermarks':
      return new TimestampsAndWatermarksOperator(functions['watermarkStrategy'] as WatermarkStrategy<unknown>);
    case 'sinkWriter':
      return new SinkWriterOperator(functions['sink'] as Sink<unknown>, spec.hasCommitter);
    case 'sinkFunction':
      return new SinkWriterOperator(functions['sink'] as Sink<unknown>, false);
    case 'sinkCommitter':
      return new SinkCommitterOperator(functions['sink'] as Sink<unknown>);
    case 'aggregate':
      return new AggregateOperator(spec, keysOf(node, keys), functions['type'] as Type<unknown> | undefined);
    case 'window':
      return createWindowOperator(spec, functions, keysOf(node, keys));
    case 'custom':
      return makeCustom(spec.operator, spec.config, functions, keys);
    default:
      return createFunctionOperator(node, spec.type, functions, keys);
  }
}

type FunctionOperatorType = Exclude<
  OperatorBlueprint['spec']['type'],
  | 'source'
  | 'timestampsAndWatermarks'
  | 'sinkWriter'
  | 'sinkFunction'
  | 'sinkCommitter'
  | 'aggregate'
  | 'window'
  | 'custom'
>;

/** The operators that are made of one user function. */
function createFunctionOperator(
  node: OperatorBlueprint,
  type: FunctionOperatorType,
  functions: NodeFunctions,
  keys: KeyBinding | undefined,
): StreamOperator {
  const userFunction = functions['function'] ?? functions['reducer'];
  const states = (functions['broadcastStates'] ?? []) as readonly BroadcastStateName<unknown, unknown>[];
  switch (type) {
    case 'map':
      return new MapOperator(userFunction, keys);
    case 'filter':
      return new FilterOperator(userFunction, keys);
    case 'flatMap':
      return new FlatMapOperator(userFunction, keys);
    case 'coMap':
      return new CoMapOperator(userFunction, keys);
    case 'coFlatMap':
      return new CoFlatMapOperator(userFunction, keys);
    case 'reduce':
      return new ReduceOperator(userFunction, keysOf(node, keys), functions['type'] as Type<unknown> | undefined);
    case 'process':
      return new ProcessOperator(userFunction as ProcessFunction<unknown, unknown>, keys);
    case 'coProcess':
      return new CoProcessOperator(userFunction as CoProcessFunction<unknown, unknown, unknown>);
    case 'keyedProcess':
      return new KeyedProcessOperator(
        userFunction as KeyedProcessFunction<unknown, unknown, unknown>,
        keysOf(node, keys),
      );
    case 'keyedCoProcess':
      return new KeyedCoProcessOperator(
        userFunction as KeyedCoProcessFunction<unknown, unknown, unknown, unknown>,
        keysOf(node, keys),
      );
    case 'broadcastProcess':
      return new BroadcastProcessOperator(userFunction as BroadcastProcessFunction<unknown, unknown, unknown>, states);
    case 'keyedBroadcastProcess':
      return new KeyedBroadcastProcessOperator(
        userFunction as KeyedBroadcastProcessFunction<unknown, unknown, unknown, unknown>,
        keysOf(node, keys),
        states,
      );
    default:
      return unreachable(type);
  }
}

function keysOf(node: OperatorBlueprint, keys: KeyBinding | undefined): KeyBinding {
  if (keys === undefined) {
    throw new FlinkError('GRAPH_INVALID', `Operator "${node.name}" needs a keyed stream: call keyBy() first.`);
  }
  return keys;
}

function makeCustom(
  operator: string,
  config: unknown,
  functions: NodeFunctions,
  keys: KeyBinding | undefined,
): StreamOperator {
  const maker = customMakers.get(operator);
  if (maker === undefined) throw new FlinkError('UNSUPPORTED', `There is no operator "${operator}" in this version.`);
  return maker(config, functions, keys);
}

function makeIntervalJoin(config: unknown, functions: NodeFunctions, keys: KeyBinding | undefined): StreamOperator {
  assert(keys !== undefined, 'an interval join has keys');
  return new IntervalJoinOperator(functions['function'], keys, config as IntervalJoinConfig);
}

function makeAsyncWait(config: unknown, functions: NodeFunctions): StreamOperator {
  const retry = functions['retry'] as AsyncRetryStrategy<unknown> | undefined;
  return new AsyncWaitOperator(functions['function'], config as AsyncWaitConfig, retry);
}
