/** The plan of a job graph, as `/jobs/:jobid/plan` shows it: chained vertices from the sinks to the sources. */

import type { JobGraph, JobVertex } from '../graph/job-graph.js';

/** The plan. Names are escaped, since dashboards show descriptions as HTML. @internal */
export function jobPlan(jobId: string, graph: JobGraph): Readonly<Record<string, unknown>> {
  return {
    jid: jobId,
    name: graph.name,
    type: graph.jobType,
    nodes: graph.vertices.toReversed().map((vertex) => planNode(graph, vertex)),
  };
}

function planNode(graph: JobGraph, vertex: JobVertex): Readonly<Record<string, unknown>> {
  const inputs = graph.edges
    .filter((edge) => edge.targetVertex === vertex.id)
    .map((edge, num) => ({
      num,
      id: edge.sourceVertex,
      ship_strategy: edge.partitioner,
      exchange: graph.jobType === 'BATCH' && edge.partitioner !== 'FORWARD' ? 'blocking' : 'pipelined_bounded',
    }));
  return {
    id: vertex.id,
    parallelism: vertex.parallelism,
    operator: '',
    operator_strategy: '',
    description: chainDescription(vertex),
    ...(inputs.length > 0 && { inputs }),
    optimizer_properties: {},
  };
}

/** The chain as a tree: `+- name` below the operator that feeds it, `:` beside branches that go on. */
function chainDescription(vertex: JobVertex): string {
  const byNode = new Map(vertex.operators.map((operator) => [operator.nodeId, operator]));
  const lines: string[] = [];
  const visit = (nodeId: number, lead: string, below: string): void => {
    const operator = byNode.get(nodeId);
    if (operator === undefined) return;
    lines.push(`${lead}${escapeHtml(operator.description)}<br/>`);
    for (const [index, target] of operator.chainedTo.entries()) {
      const isLast = index === operator.chainedTo.length - 1;
      visit(target.nodeId, `${below}${isLast ? '+- ' : ':- '}`, `${below}${isLast ? '   ' : ':  '}`);
    }
  };
  const head = vertex.operators[0];
  if (head !== undefined) visit(head.nodeId, '', '');
  return lines.join('');
}

function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\\/g, '&#92;')
    .replace(/\n/g, '<br/>');
}
