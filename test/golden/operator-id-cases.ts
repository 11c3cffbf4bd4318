/** Drives the golden area `operator-ids` through the real API and graph: builds the program of a case, compares its ids and chains. */

import type { DataStream } from '../../src/api/data-stream.js';
import type { DataStreamSink } from '../../src/api/data-stream-sink.js';
import { type Executor, type Program, setExecutor } from '../../src/api/executor.js';
import type { SingleOutputStreamOperator } from '../../src/api/single-output-stream-operator.js';
import { StreamExecutionEnvironment } from '../../src/api/stream-execution-environment.js';
import type { JobGraph } from '../../src/graph/job-graph.js';
import { buildJobGraph } from '../../src/graph/job-graph-builder.js';
import '../../src/index.js';

interface GraphNode {
  readonly n: number;
  readonly kind: string;
  readonly in?: readonly number[];
  readonly parallelism: number;
  readonly uid?: string;
  readonly chaining?: 'never' | 'head';
  readonly slotSharingGroup?: string;
  readonly operatorId: string;
}

/** A line of `operator-ids.jsonl`. */
export type OperatorIdCase =
  | { readonly id: string; readonly op: 'uid'; readonly uid: string; readonly operatorId: string }
  | {
      readonly id: string;
      readonly op: 'graph';
      readonly chainingEnabled: boolean;
      readonly nodes: readonly GraphNode[];
      readonly chains: readonly (readonly number[])[];
    };

/** What Flink said, and what this engine says. */
export interface OperatorIdResult {
  readonly expected: unknown;
  readonly got: unknown;
}

/** Runs one case. */
export function runCase(golden: OperatorIdCase): OperatorIdResult {
  if (golden.op === 'uid') {
    const graph = graphOf((env) => {
      env.fromSequence(1, 2).map(String).uid(golden.uid).print();
    });
    const operators = graph.vertices.flatMap((vertex) => vertex.operators);
    return { expected: golden.operatorId, got: operators.find(({ uid }) => uid === golden.uid)?.operatorId };
  }
  const graph = graphOf((env) => buildNodes(env, golden));
  const chains = graph.vertices.map(({ operators }) => sorted(operators.map(({ description }) => Number(description))));
  const operators = graph.vertices.flatMap((vertex) => vertex.operators);
  const ids = operators.map(({ description, operatorId }) => [Number(description), operatorId] as const);
  return {
    expected: { ids: golden.nodes.map(({ n, operatorId }) => [n, operatorId]), chains: golden.chains },
    got: { ids: ids.sort(([a], [b]) => a - b), chains: chains.sort(([a = 0], [b = 0]) => a - b) },
  };
}

/** The job graph of a program. */
export function graphOf(build: (env: StreamExecutionEnvironment) => void): JobGraph {
  return buildJobGraph(programOf(build));
}

/** The program that `execute()` hands over. */
export function programOf(
  build: (env: StreamExecutionEnvironment) => void,
  configuration: Readonly<Record<string, string>> = {},
): Program {
  let taken: Program | undefined;
  const executor: Executor = {
    configuration,
    submit: (program) => {
      taken = program;
      return new Promise<never>(() => {});
    },
  };
  setExecutor(executor);
  try {
    const env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env);
    void env.execute('golden');
  } finally {
    setExecutor(undefined);
  }
  if (taken === undefined) throw new Error('execute() submitted nothing.');
  return taken;
}

function buildNodes(env: StreamExecutionEnvironment, golden: Extract<OperatorIdCase, { op: 'graph' }>): void {
  if (!golden.chainingEnabled) env.disableOperatorChaining();
  const streams = new Map<number, DataStream<unknown>>();
  for (const node of golden.nodes) {
    const inputs = (node.in ?? []).map((n) => streams.get(n) as DataStream<unknown>);
    const made = addNode(env, node.kind, inputs);
    made.setParallelism(node.parallelism);
    if (node.uid !== undefined) made.uid(node.uid);
    if (node.slotSharingGroup !== undefined) made.slotSharingGroup(node.slotSharingGroup);
    if (node.chaining === 'never') made.disableChaining();
    if (node.chaining === 'head') (made as SingleOutputStreamOperator<unknown>).startNewChain();
    // Found again by its description.
    made.setDescription(String(node.n));
    if (node.kind !== 'sink') streams.set(node.n, made as SingleOutputStreamOperator<unknown>);
  }
}

const SAME = (value: unknown) => value;

type Described = SingleOutputStreamOperator<unknown> | DataStreamSink<unknown>;

function addNode(env: StreamExecutionEnvironment, kind: string, inputs: readonly DataStream<unknown>[]): Described {
  const [first, second] = inputs as [DataStream<unknown>, DataStream<unknown>];
  switch (kind) {
    case 'source':
      return env.fromData<unknown>([1, 2]);
    case 'map':
      return first.map(SAME);
    case 'filter':
      return first.filter(() => true);
    case 'sink':
      return first.print();
    case 'keyedReduce':
      return first.keyBy(SAME).reduce(SAME);
    case 'rebalanceMap':
      return first.rebalance().map(SAME);
    case 'rescaleMap':
      return first.rescale().map(SAME);
    case 'broadcastMap':
      return first.broadcast().map(SAME);
    case 'forwardMap':
      return first.forward().map(SAME);
    case 'unionMap':
      return first.union(second).map(SAME);
    case 'connect':
      return first.connect(second).map({ map1: SAME, map2: SAME });
    default:
      throw new Error(`Unknown kind of node: ${kind}`);
  }
}

function sorted(numbers: readonly number[]): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}
