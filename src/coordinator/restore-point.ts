/** What an attempt of a job begins from: a completed checkpoint of its own, the snapshot it was started with, or nothing. */

import type { JobGraph } from '../graph/job-graph.js';
import type { EnumeratorWorkerStart, RestoredTasks } from '../runtime/worker/messages.js';
import type { RestoreMode } from '../snapshot/restore-mode.js';
import type { LoadedSnapshot } from '../snapshot/snapshot-pointer.js';
import { assignState } from '../snapshot/state-assignment.js';
import type { CompletedCheckpoint } from './completed-checkpoints.js';

/** The snapshot that a job is started from (`-s`). @internal */
export interface InitialRestore {
  /** What the user gave: a path, a `file:` URI, or a `_metadata` file. */
  readonly pointer: string;
  readonly mode: RestoreMode;
  /** State that no operator claims is dropped (`-n`). */
  readonly allowNonRestoredState: boolean;
}

/** A snapshot to begin from, assigned to the tasks. @internal */
export interface RestorePoint {
  readonly jobGraph: JobGraph;
  readonly restore: RestoredTasks | undefined;
  readonly sources: EnumeratorWorkerStart['sources'];
  readonly path: string | undefined;
  readonly isSavepoint: boolean;
}

/**
 * Deals the state of a snapshot out to the tasks of the job; no snapshot = a fresh start.
 *
 * @throws FlinkError `STATE_NOT_MAPPED`, `MAX_PARALLELISM_MISMATCH`, `SNAPSHOT_UNSUPPORTED`.
 * @internal
 */
export function restorePoint(
  graph: JobGraph,
  snapshot: Pick<LoadedSnapshot, 'metadata' | 'directory' | 'uri'> | undefined,
  options: { readonly allowNonRestoredState: boolean },
): RestorePoint {
  if (snapshot === undefined) {
    return {
      jobGraph: graph,
      restore: undefined,
      sources: sourcesOf(graph, new Map()),
      path: undefined,
      isSavepoint: false,
    };
  }
  const assigned = assignState(snapshot, graph.vertices, options);
  const vertices = graph.vertices.map((vertex) => ({
    ...vertex,
    maxParallelism: assigned.maxParallelism.get(vertex.id) ?? vertex.maxParallelism,
  }));
  const coordinators = new Map<string, Uint8Array>(assigned.coordinators.map((each) => [each.operatorId, each.bytes]));
  const { trailer, properties } = snapshot.metadata;
  return {
    jobGraph: { ...graph, vertices },
    restore: assigned.restored,
    sources: sourcesOf(graph, coordinators, assigned.restored),
    path: snapshot.uri,
    isSavepoint: (trailer?.kind ?? properties?.kind) === 'savepoint',
  };
}

/** The snapshot that a completed checkpoint is. @internal */
export function snapshotOf(checkpoint: CompletedCheckpoint): Pick<LoadedSnapshot, 'metadata' | 'directory' | 'uri'> {
  return { metadata: checkpoint.metadata, directory: checkpoint.directory, uri: `file:${checkpoint.directory}` };
}

/** The sources that need an enumerator: those whose tasks have not all finished. */
function sourcesOf(
  graph: JobGraph,
  coordinators: ReadonlyMap<string, Uint8Array>,
  restored?: RestoredTasks,
): EnumeratorWorkerStart['sources'] {
  const finished = new Set(restored?.tasks.filter((task) => task.finished === true).map((task) => task.vertex));
  return graph.vertices
    .filter((vertex) => !finished.has(vertex.id))
    .flatMap((vertex) =>
      vertex.operators
        .filter((operator) => operator.spec.type === 'source')
        .map(({ operatorId, nodeId }) => {
          const bytes = coordinators.get(operatorId);
          return {
            operatorId,
            nodeId,
            parallelism: vertex.parallelism,
            ...(bytes !== undefined && { restored: bytes }),
          };
        }),
    );
}
