/** Which edges fuse their two operators into one task. The rules are Flink's; operator ids depend on them too. */

import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js';

/** Whether the two operators of an edge run in one task. @internal */
export function isChainable(edge: StreamEdge, graph: StreamGraph): boolean {
  const { source, target } = edge;
  return (
    graph.settings.isChainingEnabled &&
    // Several edges into a target: a union, or a second input. Both go through channels.
    target.inEdges.length === 1 &&
    edge.partitioner === 'FORWARD' &&
    source.slotSharingGroup === target.slotSharingGroup &&
    strategiesAllow(source, target) &&
    source.parallelism === target.parallelism &&
    (graph.settings.chainsDifferentMaxParallelism || source.maxParallelism === target.maxParallelism)
  );
}

/** The chainable edges out of a node, in order. @internal */
export function chainableOutEdges(node: StreamNode, graph: StreamGraph): readonly StreamEdge[] {
  return node.outEdges.filter((edge) => isChainable(edge, graph));
}

function strategiesAllow(source: StreamNode, target: StreamNode): boolean {
  if (source.chaining === 'NEVER') return false;
  return target.chaining === 'ALWAYS' || (target.chaining === 'HEAD_WITH_SOURCES' && source.role === 'source');
}
