/**
 * Stream graph → job graph: operators that may be chained become one vertex. The order of vertices and edges is Flink's,
 * which REST clients see: vertices from the sources down, edges in the order in which Flink connects the chains.
 */

import { assert } from '../common/assert.js';
import { FlinkError } from '../common/errors.js';
import { type OperatorId, operatorIdFromHex, type VertexId } from '../common/ids.js';
import { isChainable } from './chaining.js';
import { defaultMaxParallelism } from './graph-settings.js';
import type { JobEdge, JobGraph, JobVertex, OperatorNode } from './job-graph.js';
import { assignOperatorIds } from './operator-id.js';
import {
  buildStreamGraph,
  type GraphProgram,
  numberNodes,
  type StreamEdge,
  type StreamGraph,
  type StreamNode,
} from './stream-graph.js';
import type { NodeFunctions, Transformation } from './transformation.js';

/** A job graph with the functions of its nodes, which stay in the worker that built them. @internal */
export interface CompiledProgram {
  readonly jobGraph: JobGraph;
  /** By node id of operators, and by `partitionNode` of edges. */
  readonly functions: ReadonlyMap<number, NodeFunctions>;
}

/**
 * Compiles a program. `configuration`: options of config.yaml, `-D` and `-p`; the program's own beat them.
 *
 * @throws FlinkError with a code of the program's graph (`NO_SINK`, `DUPLICATE_UID`, `GRAPH_INVALID`, `CONFIG_INVALID`).
 * @internal
 */
export function compileProgram(
  program: GraphProgram,
  configuration: Readonly<Record<string, string>> = {},
): CompiledProgram {
  const graph = buildStreamGraph(program, configuration);
  return { jobGraph: jobGraphOf(graph), functions: functionsOf(graph, program.transformations) };
}

/** The job graph of a program; see {@link compileProgram}. @internal */
export function buildJobGraph(program: GraphProgram, configuration: Readonly<Record<string, string>> = {}): JobGraph {
  return compileProgram(program, configuration).jobGraph;
}

/** The functions of a program by node id; needs no configuration, because node ids depend on none. @internal */
export function collectFunctions(transformations: readonly Transformation[]): ReadonlyMap<number, NodeFunctions> {
  return functionsOf(numberNodes(transformations), transformations);
}

/** A chain while the graph is built. */
interface Chain {
  readonly head: StreamNode;
  /** Each operator after the one that feeds it. */
  readonly nodes: readonly StreamNode[];
  /** Edges to other chains. */
  readonly outEdges: readonly StreamEdge[];
}

function jobGraphOf(graph: StreamGraph): JobGraph {
  const ids = assignOperatorIds(graph);
  const chains = findChains(graph);
  const chainOf = new Map(chains.flatMap((chain) => chain.nodes.map((node) => [node, chain] as const)));
  const idOf = (node: StreamNode): OperatorId => {
    const id = ids.get(node.id);
    assert(id !== undefined, `every operator has an id, "${node.name}" has none`);
    return id;
  };
  const vertexOf = (node: StreamNode) => {
    const chain = chainOf.get(node);
    assert(chain !== undefined, `every operator is in a chain, "${node.name}" is not`);
    return idOf(chain.head) as string as VertexId;
  };
  const edges = chains.flatMap(({ outEdges }) => outEdges).map((edge, index) => jobEdge(edge, index, vertexOf));
  const vertices = sortTopologically(chains, chainOf).map((chain, index) => {
    const vertex = jobVertex(chain, graph, idOf);
    return graph.settings.hasVertexIndex
      ? Object.freeze({ ...vertex, name: `[vertex-${index}]${vertex.name}` })
      : vertex;
  });
  return Object.freeze({
    version: 1,
    name: graph.jobName,
    jobType: jobTypeOf(graph),
    vertices: Object.freeze(vertices),
    edges: Object.freeze(edges),
    configuration: graph.settings.configuration,
  });
}

/**
 * Walks down from the sources; a chain is listed after all that it feeds. Edges are collected on the way in the order in
 * which they were met, those of chained operators before those of the operator that feeds them.
 */
function findChains(graph: StreamGraph): readonly Chain[] {
  const chains: Chain[] = [];
  const started = new Set<StreamNode>();
  function startChain(head: StreamNode): void {
    if (started.has(head)) return;
    started.add(head);
    const nodes: StreamNode[] = [];
    const outEdges: StreamEdge[] = [];
    extend(head, nodes, outEdges);
    chains.push({ head, nodes, outEdges });
  }
  function extend(node: StreamNode, nodes: StreamNode[], outEdges: StreamEdge[]): void {
    nodes.push(node);
    const chained = node.outEdges.filter((edge) => isChainable(edge, graph));
    for (const { target } of chained) extend(target, nodes, outEdges);
    for (const edge of node.outEdges) {
      if (chained.includes(edge)) continue;
      outEdges.push(edge);
      startChain(edge.target);
    }
  }
  const sources = [...graph.nodes.values()].filter(({ role }) => role === 'source');
  for (const source of sources.sort((a, b) => a.id - b.id)) startChain(source);
  return chains;
}

/** Sources first, then depth first whatever has all its inputs listed. */
function sortTopologically(chains: readonly Chain[], chainOf: ReadonlyMap<StreamNode, Chain>): readonly Chain[] {
  const remaining = new Set(chains);
  const sorted: Chain[] = [];
  const list = (chain: Chain): void => {
    remaining.delete(chain);
    sorted.push(chain);
  };
  for (const chain of chains) if (chain.head.inEdges.length === 0) list(chain);
  const listReady = (start: Chain): void => {
    for (const { target } of start.outEdges) {
      const chain = chainOf.get(target) as Chain;
      const isReady = chain.head.inEdges.every(({ source }) => !remaining.has(chainOf.get(source) as Chain));
      if (!remaining.has(chain) || !isReady) continue;
      list(chain);
      listReady(chain);
    }
  };
  for (const chain of sorted) listReady(chain);
  assert(remaining.size === 0, 'a graph has no cycles');
  return sorted;
}

function jobVertex(chain: Chain, graph: StreamGraph, idOf: (node: StreamNode) => OperatorId): JobVertex {
  const { head } = chain;
  const name = chainName(head, graph);
  const maxParallelism = head.maxParallelism ?? defaultMaxParallelism(head.parallelism);
  if (head.parallelism > maxParallelism) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `Vertex ${name}'s parallelism (${head.parallelism}) is higher than the max parallelism (${maxParallelism}). ` +
        'Please lower the parallelism or increase the max parallelism.',
    );
  }
  return Object.freeze({
    id: idOf(head) as string as VertexId,
    name,
    parallelism: head.parallelism,
    maxParallelism,
    maxParallelismConfigured: head.maxParallelism !== undefined,
    slotSharingGroup: head.slotSharingGroup,
    operators: Object.freeze(chain.nodes.map((node) => operatorNode(node, graph, idOf(node)))),
  });
}

function operatorNode(node: StreamNode, graph: StreamGraph, operatorId: OperatorId): OperatorNode {
  const chained = node.outEdges.filter((edge) => isChainable(edge, graph));
  return Object.freeze({
    nodeId: node.id,
    operatorId,
    ...(node.uid !== undefined && { uid: node.uid }),
    ...(node.uidHash !== undefined && { uidHash: operatorIdFromHex(node.uidHash) }),
    name: node.name,
    description: node.description,
    spec: node.spec,
    keyed: node.keyed,
    chainedTo: Object.freeze(
      chained.map(({ target, sideOutput }) =>
        Object.freeze({ nodeId: target.id, ...(sideOutput !== undefined && { sideOutput }) }),
      ),
    ),
  });
}

function jobEdge(edge: StreamEdge, index: number, vertexOf: (node: StreamNode) => VertexId): JobEdge {
  return Object.freeze({
    index,
    sourceVertex: vertexOf(edge.source),
    sourceNode: edge.source.id,
    targetVertex: vertexOf(edge.target),
    targetInput: edge.targetInput,
    partitioner: edge.partitioner,
    ...(edge.partitionNode !== undefined && { partitionNode: edge.partitionNode }),
    ...(edge.sideOutput !== undefined && { sideOutput: edge.sideOutput }),
    bufferTimeout: edge.source.bufferTimeout,
  });
}

/** `source -> map -> (filter -> sink, sink)`, as Flink names chains. */
function chainName(node: StreamNode, graph: StreamGraph): string {
  const names = node.outEdges.filter((edge) => isChainable(edge, graph)).map(({ target }) => chainName(target, graph));
  if (names.length === 0) return node.name;
  return names.length === 1 ? `${node.name} -> ${names[0]}` : `${node.name} -> (${names.join(', ')})`;
}

function jobTypeOf(graph: StreamGraph): JobGraph['jobType'] {
  const unbounded = [...graph.nodes.values()].find(({ spec }) => spec.type === 'source' && !spec.bounded);
  const mode = graph.settings.runtimeMode;
  if (mode === 'BATCH' && unbounded !== undefined) {
    throw new FlinkError(
      'GRAPH_INVALID',
      `Detected an UNBOUNDED source ("${unbounded.name}") with the 'execution.runtime-mode' set to 'BATCH'. This combination is ` +
        "not allowed, please set the 'execution.runtime-mode' to STREAMING or AUTOMATIC.",
    );
  }
  return mode === 'BATCH' || (mode === 'AUTOMATIC' && unbounded === undefined) ? 'BATCH' : 'STREAMING';
}

function functionsOf(
  graph: StreamGraph,
  transformations: readonly Transformation[],
): ReadonlyMap<number, NodeFunctions> {
  const byTransformation = new Map<number, NodeFunctions>();
  for (const transformation of transformations) {
    if ('functions' in transformation) byTransformation.set(transformation.id, transformation.functions);
  }
  const functions = new Map<number, NodeFunctions>();
  for (const node of graph.nodes.values()) {
    functions.set(node.id, byTransformation.get(node.transformationId) ?? {});
    for (const { partitionNode } of node.outEdges) {
      if (partitionNode !== undefined) functions.set(partitionNode, byTransformation.get(partitionNode) ?? {});
    }
  }
  return functions;
}
