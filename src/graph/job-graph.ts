/**
 * The job graph: chained vertices and the edges between them. It is data (JSON in, JSON out), equal in every worker that
 * built the program; functions are found again by node id.
 */

import type { JobId, OperatorId, VertexId } from '../common/ids.js';
import type { OperatorSpec, PartitionerKind } from './transformation.js';

/** A job, as it is handed to the runtime. @internal */
export interface JobGraph {
  readonly version: 1;
  readonly name: string;
  readonly jobType: 'STREAMING' | 'BATCH';
  /** Vertices in topological order: every edge goes from an earlier to a later one. */
  readonly vertices: readonly JobVertex[];
  readonly edges: readonly JobEdge[];
  /** Settings of the environment that the runtime needs, as Flink's option keys; `-D` and config.yaml are merged in. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** A chain of operators that run in one task. @internal */
export interface JobVertex {
  /** The id of the head operator. */
  readonly id: VertexId;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** True when the program set the maximum: a restored snapshot may not change it. */
  readonly maxParallelismConfigured: boolean;
  readonly slotSharingGroup: string;
  /** Operators in the order of Flink's chains: each after the one that feeds it; the first is the head. */
  readonly operators: readonly OperatorNode[];
}

/** An operator inside a vertex. @internal */
export interface OperatorNode {
  /** Id of the transformation (stream node) it was made from. */
  readonly nodeId: number;
  readonly operatorId: OperatorId;
  readonly uid?: string;
  /** The id of `setUidHash`, by which state is found too. */
  readonly uidHash?: OperatorId;
  readonly name: string;
  readonly description: string;
  readonly spec: OperatorSpec | { readonly type: 'source'; readonly bounded: boolean };
  /** Which inputs are keyed. */
  readonly keyed: readonly boolean[];
  /** Chained targets in order: fed by direct calls. `sideOutput` = only records with this tag. */
  readonly chainedTo: readonly { readonly nodeId: number; readonly sideOutput?: string }[];
}

/** An edge between two vertices. @internal */
export interface JobEdge {
  /** Position in the list of edges: the id of the edge. */
  readonly index: number;
  readonly sourceVertex: VertexId;
  /** The operator of the source vertex that writes into this edge. */
  readonly sourceNode: number;
  readonly targetVertex: VertexId;
  /** 0 for the first input of the head, 1 for the second. Several edges may share an input (union). */
  readonly targetInput: number;
  readonly partitioner: PartitionerKind;
  /** The partition transformation that holds the key selector or custom partitioner, if any. */
  readonly partitionNode?: number;
  readonly sideOutput?: string;
  /** Milliseconds; -1 = only full buffers, 0 = every record. */
  readonly bufferTimeout: number;
}

/** What a worker needs to run a job: the ids of this attempt. @internal */
export interface JobAttempt {
  readonly jobId: JobId;
  readonly attempt: number;
}
