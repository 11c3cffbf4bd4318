/** Puts the parts together that take the checkpoints of a job. */

import type { LoadedSnapshot } from '../snapshot/snapshot-pointer.js';
import { CheckpointCoordinator } from './checkpoint-coordinator.js';
import { CheckpointPublisher } from './checkpoint-publisher.js';
import type { CheckpointSettings } from './checkpoint-settings.js';
import type { CheckpointStatistics } from './checkpoint-statistics.js';
import type { CompletedCheckpoints } from './completed-checkpoints.js';
import type { InitialSnapshot } from './initial-snapshot.js';
import type { JobMasterOptions } from './job-master-options.js';
import type { TaskTracker } from './task-tracker.js';

/** What belongs to the job master. @internal */
export interface CheckpointingParts {
  readonly settings: CheckpointSettings;
  readonly statistics: CheckpointStatistics;
  readonly tasks: TaskTracker;
  readonly completed: CompletedCheckpoints;
  /** The snapshot that the job was started from. */
  readonly initial: InitialSnapshot | undefined;
  readonly onTooManyFailures: (error: Error) => void;
}

/** Makes the checkpoint coordinator of a job. Numbers go on behind the restored snapshot's. @internal */
export function createCheckpointing(options: JobMasterOptions, parts: CheckpointingParts): CheckpointCoordinator {
  const { jobId, jobGraph, storage, journal, clock, logger, origin, random } = options;
  const { initial, completed, ...rest } = parts;
  const loaded = initial?.loaded;
  const publisher = new CheckpointPublisher({
    graph: jobGraph,
    jobId,
    storage,
    journal,
    completed,
    logger,
    origin,
    ...parentOf(loaded),
  });
  if (initial?.adopted !== undefined) publisher.adopt(initial.adopted);
  return new CheckpointCoordinator({
    ...rest,
    jobId,
    storage,
    publisher,
    clock,
    logger,
    ...(random !== undefined && { random }),
    firstId: (loaded?.metadata.checkpointId ?? 0) + 1,
    forceFull: initial?.forcesFullCheckpoint === true,
  });
}

function parentOf(initial: LoadedSnapshot | undefined) {
  if (initial === undefined) return {};
  const { directory, metadata } = initial;
  const { jobId, parent, lineage } = metadata.trailer ?? {};
  return {
    parent: { path: directory, checkpointId: metadata.checkpointId, ...(jobId !== undefined && { jobId }) },
    ...(parent !== undefined && { lineage: [parent, ...(lineage ?? [])] }),
  };
}
