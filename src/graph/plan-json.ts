/**
 * Plans as Flink writes them: the execution plan that `info` prints, one node an operator, and the job plan of REST, one
 * node a chain. The order of keys and the spaces are part of the format.
 */

import { Configuration } from '../common/config.js';
import { PipelineOptions } from '../common/options.js';
import type { JobEdge, JobGraph, JobVertex, OperatorNode } from './job-graph.js';
import type { StreamGraph, StreamNode } from './stream-graph.js';

const PACTS = { source: 'Data Source', operator: 'Operator', sink: 'Data Sink' } as const;

/** The text of the execution plan. @internal */
export function executionPlanText(graph: StreamGraph): string {
  // Sinks in one operator (`print`) come last, all else by id.
  const nodes = [...graph.nodes.values()].sort(
    (a, b) => Number(a.role === 'sink') - Number(b.role === 'sink') || a.id - b.id,
  );
  return prettyJson({ nodes: nodes.map(planNode) }, '');
}

function planNode(node: StreamNode): Readonly<Record<string, unknown>> {
  return {
    id: node.id,
    type: node.name,
    pact: PACTS[node.role],
    contents: node.description,
    parallelism: node.parallelism,
    ...(node.role !== 'source' && {
      predecessors: node.inEdges.map(({ source, partitioner }) => ({
        id: source.id,
        ship_strategy: partitioner,
        side: 'second',
      })),
    }),
  };
}

/** JSON in the layout of Jackson's pretty printer: ` : `, lists in one line with their braces. */
function prettyJson(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[ ]';
    return `[ ${value.map((item) => prettyJson(item, indent)).join(', ')} ]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(
    ([key, field]) => `${inner}${JSON.stringify(key)} : ${prettyJson(field, inner)}`,
  );
  return fields.length === 0 ? '{ }' : `{\n${fields.join(',\n')}\n${indent}}`;
}

/** A node of the job plan, keys in Flink's order. @internal */
export interface JobPlanNode {
  readonly id: string;
  readonly parallelism: number;
  readonly operator: '';
  readonly operator_strategy: '';
  /** HTML: the chain as a tree. */
  readonly description: string;
  /** Absent on sources. */
  readonly inputs?: readonly {
    readonly num: number;
    readonly id: string;
    readonly ship_strategy: string;
    readonly exchange: string;
  }[];
  readonly optimizer_properties: Readonly<Record<string, never>>;
}

/** The job plan of REST. @internal */
export interface JobPlan {
  readonly jid: string;
  readonly name: string;
  readonly type: 'STREAMING' | 'BATCH';
  readonly nodes: readonly JobPlanNode[];
}

/** The `plan` of `/jobs/:jobid/plan`. @internal */
export function jobPlan(jobId: string, graph: JobGraph): JobPlan {
  const nodes = verticesFromTheEnd(graph).map((vertex) => jobPlanNode(vertex, graph));
  return { jid: jobId, name: graph.name, type: graph.jobType, nodes };
}

function jobPlanNode(vertex: JobVertex, graph: JobGraph): JobPlanNode {
  const mode = new Configuration(graph.configuration).get(PipelineOptions.VERTEX_DESCRIPTION_MODE);
  const inputs = graph.edges.filter(({ targetVertex }) => targetVertex === vertex.id);
  const exchange = graph.jobType === 'BATCH' ? 'blocking' : 'pipelined_bounded';
  return {
    id: vertex.id,
    parallelism: vertex.parallelism,
    operator: '',
    operator_strategy: '',
    description: htmlOf(mode === 'TREE' ? `${chainTree(vertex).join('\n')}\n` : chainCascade(vertex)),
    ...(inputs.length > 0 && {
      inputs: inputs.map(({ sourceVertex, partitioner }, num) => ({
        num,
        id: sourceVertex,
        ship_strategy: partitioner,
        exchange,
      })),
    }),
    optimizer_properties: {},
  };
}

/** The order in which Flink lists vertices in plans: each after all that it feeds, found by a walk down from the sources. */
function verticesFromTheEnd(graph: JobGraph): readonly JobVertex[] {
  const byId = new Map<string, JobVertex>(graph.vertices.map((vertex) => [vertex.id, vertex]));
  const fed = new Set(graph.edges.map(({ targetVertex }) => targetVertex));
  const listed: JobVertex[] = [];
  const met = new Set<JobVertex>();
  const walk = (vertex: JobVertex): void => {
    if (met.has(vertex)) return;
    met.add(vertex);
    for (const edge of outEdgesOf(vertex, graph.edges)) walk(byId.get(edge.targetVertex) as JobVertex);
    listed.push(vertex);
  };
  const headId = (vertex: JobVertex) => vertex.operators[0]?.nodeId ?? 0;
  const sources = graph.vertices.filter(({ id }) => !fed.has(id)).sort((a, b) => headId(a) - headId(b));
  for (const source of sources) walk(source);
  return listed;
}

/** Edges are listed in the order in which the walk meets them. */
function outEdgesOf(vertex: JobVertex, edges: readonly JobEdge[]): readonly JobEdge[] {
  return edges.filter(({ sourceVertex }) => sourceVertex === vertex.id);
}

/** The chain as a tree: `head`, `:- child`, `:  +- grandchild`, `+- last child`. */
function chainTree(vertex: JobVertex): readonly string[] {
  const byId = new Map<number, OperatorNode>(vertex.operators.map((operator) => [operator.nodeId, operator]));
  const lines: string[] = [];
  const draw = (operator: OperatorNode, lead: string, childLead: string): void => {
    lines.push(`${lead}${operator.description}`);
    for (const [i, { nodeId }] of operator.chainedTo.entries()) {
      const isLast = i === operator.chainedTo.length - 1;
      draw(
        byId.get(nodeId) as OperatorNode,
        `${childLead}${isLast ? '+- ' : ':- '}`,
        `${childLead}${isLast ? '   ' : ':  '}`,
      );
    }
  };
  const [head] = vertex.operators;
  if (head !== undefined) draw(head, '', '');
  return lines;
}

/** The chain in one line, in the form of its name. */
function chainCascade(vertex: JobVertex): string {
  const byId = new Map<number, OperatorNode>(vertex.operators.map((operator) => [operator.nodeId, operator]));
  const write = (operator: OperatorNode): string => {
    const parts = operator.chainedTo.map(({ nodeId }) => write(byId.get(nodeId) as OperatorNode));
    if (parts.length === 0) return operator.description;
    return `${operator.description} -> ${parts.length === 1 ? parts[0] : `(${parts.join(', ')})`}`;
  };
  const [head] = vertex.operators;
  return head === undefined ? '' : write(head);
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '<br/>',
  '\\': '&#92;',
};

function htmlOf(text: string): string {
  return text.replace(/[&<>"\n\\]/g, (character) => HTML[character] ?? character);
}
