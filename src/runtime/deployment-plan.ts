/**
 * Which worker runs which subtask, and over which channels they talk. A pure function of the job graph: the main thread
 * and every worker compute the same plan, so that only shared memory and no wiring has to be sent.
 *
 * Subtask i of every vertex of a slot-sharing group runs in slot i of that group; a slot is a worker.
 */

import { assert } from '../common/assert.js';
import type { VertexId } from '../common/ids.js';
import type { JobEdge, JobGraph, JobVertex } from '../graph/job-graph.js';
import { targetsOf } from './partitioner.js';

/** A subtask and where it runs. @internal */
export interface PlannedTask {
  readonly vertex: JobVertex;
  readonly subtask: number;
  readonly worker: number;
  /** Channels into this task: by input, then by edge, then by sending subtask. */
  readonly inputs: readonly PlannedChannel[];
  /** One entry an outgoing edge, in order of the graph: the channels by target. */
  readonly outputs: readonly { readonly edge: JobEdge; readonly channels: readonly PlannedChannel[] }[];
}

/** A channel between two subtasks. @internal */
export interface PlannedChannel {
  /** Unique in the job: position in the order of edges, senders and receivers. */
  readonly id: number;
  readonly edge: JobEdge;
  readonly sourceSubtask: number;
  readonly targetSubtask: number;
  readonly sourceWorker: number;
  readonly targetWorker: number;
}

/** The plan of a job. @internal */
export interface DeploymentPlan {
  readonly workers: number;
  readonly channelCount: number;
  /** Tasks in topological order of their vertices. */
  readonly tasks: readonly PlannedTask[];
}

/** Plans the workers and channels of a job. @internal */
export function planDeployment(graph: JobGraph): DeploymentPlan {
  const firstWorker = firstWorkerByGroup(graph);
  const vertexById = new Map<VertexId, JobVertex>(graph.vertices.map((vertex) => [vertex.id, vertex]));
  const workerOf = (id: VertexId, subtask: number): number => {
    const group = vertexById.get(id)?.slotSharingGroup ?? '';
    return (firstWorker.start.get(group) ?? 0) + subtask;
  };
  const channels = planChannels(graph, vertexById, workerOf);
  const tasks: PlannedTask[] = [];
  for (const vertex of graph.vertices) {
    for (let subtask = 0; subtask < vertex.parallelism; subtask++) {
      tasks.push({
        vertex,
        subtask,
        worker: workerOf(vertex.id, subtask),
        inputs: inputsOf(channels, vertex, subtask),
        outputs: graph.edges
          .filter((edge) => edge.sourceVertex === vertex.id)
          .map((edge) => ({
            edge,
            channels: channels.filter((channel) => channel.edge === edge && channel.sourceSubtask === subtask),
          })),
      });
    }
  }
  return { workers: firstWorker.count, channelCount: channels.length, tasks };
}

/**
 * Whether an edge of a task is a direct call: its one channel stays in the worker and is the only input of its target.
 * Such a target has nothing to align and nothing to choose from, so nothing is lost by skipping the queue.
 *
 * @internal
 */
export function directTarget(plan: DeploymentPlan, channels: readonly PlannedChannel[]): PlannedTask | undefined {
  const [channel] = channels;
  if (channel === undefined || channels.length !== 1 || channel.sourceWorker !== channel.targetWorker) return undefined;
  const target = taskOf(plan, channel.edge.targetVertex, channel.targetSubtask);
  return target.inputs.length === 1 ? target : undefined;
}

/** The planned task of a vertex and subtask. @internal */
export function taskOf(plan: DeploymentPlan, vertex: VertexId, subtask: number): PlannedTask {
  const task = plan.tasks.find((candidate) => candidate.vertex.id === vertex && candidate.subtask === subtask);
  assert(task !== undefined, `vertex ${vertex} has a subtask ${subtask}`);
  return task;
}

function firstWorkerByGroup(graph: JobGraph): { start: Map<string, number>; count: number } {
  const slots = new Map<string, number>();
  for (const { slotSharingGroup, parallelism } of graph.vertices) {
    slots.set(slotSharingGroup, Math.max(slots.get(slotSharingGroup) ?? 0, parallelism));
  }
  const start = new Map<string, number>();
  let count = 0;
  for (const [group, needed] of slots) {
    start.set(group, count);
    count += needed;
  }
  return { start, count };
}

function planChannels(
  graph: JobGraph,
  vertexById: ReadonlyMap<VertexId, JobVertex>,
  workerOf: (id: VertexId, subtask: number) => number,
): PlannedChannel[] {
  const channels: PlannedChannel[] = [];
  for (const edge of graph.edges) {
    const source = vertexById.get(edge.sourceVertex);
    const target = vertexById.get(edge.targetVertex);
    assert(source !== undefined && target !== undefined, 'an edge joins two vertices of the graph');
    for (let sourceSubtask = 0; sourceSubtask < source.parallelism; sourceSubtask++) {
      for (const targetSubtask of targetsOf(edge.partitioner, source.parallelism, target.parallelism, sourceSubtask)) {
        channels.push({
          id: channels.length,
          edge,
          sourceSubtask,
          targetSubtask,
          sourceWorker: workerOf(source.id, sourceSubtask),
          targetWorker: workerOf(target.id, targetSubtask),
        });
      }
    }
  }
  return channels;
}

function inputsOf(channels: readonly PlannedChannel[], vertex: JobVertex, subtask: number): PlannedChannel[] {
  return channels
    .filter((channel) => channel.edge.targetVertex === vertex.id && channel.targetSubtask === subtask)
    .sort((a, b) => a.edge.targetInput - b.edge.targetInput || a.id - b.id);
}
