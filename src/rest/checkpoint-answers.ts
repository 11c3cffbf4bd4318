/** The answers of the REST API about checkpoints, with Flink's field names. */

import { type CheckpointRecord, sum } from '../coordinator/checkpoint-statistics.js';
import type { JobMaster } from '../coordinator/job-master.js';

type Json = Readonly<Record<string, unknown>>;

/** `/jobs/:jobid/checkpoints`. @internal */
export function checkpointingStatistics(job: JobMaster): Json {
  const { statistics } = job;
  const { counts, figures, inProgress, latestCompleted, latestSavepoint, latestFailed, latestRestored } = statistics;
  const zeros = figures.durationMs.map(() => 0);
  return {
    counts: {
      restored: counts.restored,
      total: counts.completed + counts.failed + inProgress,
      in_progress: inProgress,
      completed: counts.completed,
      failed: counts.failed,
    },
    summary: {
      checkpointed_size: summary(figures.checkpointedSize),
      state_size: summary(figures.stateSize),
      end_to_end_duration: summary(figures.durationMs),
      alignment_buffered: summary(zeros),
      processed_data: summary(zeros),
      persisted_data: summary(zeros),
    },
    latest: {
      completed: latestCompleted === undefined ? null : checkpoint(latestCompleted),
      savepoint: latestSavepoint === undefined ? null : checkpoint(latestSavepoint),
      failed: latestFailed === undefined ? null : checkpoint(latestFailed),
      restored:
        latestRestored === undefined
          ? null
          : {
              id: latestRestored.id,
              restore_timestamp: latestRestored.restoreTime,
              is_savepoint: latestRestored.isSavepoint,
              external_path: latestRestored.path,
            },
    },
    history: statistics.history.map(checkpoint),
  };
}

/** `/jobs/:jobid/checkpoints/config`. @internal */
export function checkpointConfig(job: JobMaster): Json {
  const { settings } = job;
  const { retention } = settings;
  return {
    mode: settings.exactlyOnce && settings.intervalMs !== undefined ? 'exactly_once' : 'at_least_once',
    interval: settings.intervalMs ?? Number('9223372036854775807'),
    timeout: settings.timeoutMs,
    min_pause: settings.minPauseMs,
    max_concurrent: settings.maxConcurrent,
    externalization: {
      enabled: retention !== 'NO_EXTERNALIZED_CHECKPOINTS',
      delete_on_cancellation: retention !== 'RETAIN_ON_CANCELLATION',
    },
    state_backend: 'HashMapStateBackend',
    checkpoint_storage: 'FileSystemCheckpointStorage',
    unaligned_checkpoints: false,
    tolerable_failed_checkpoints: settings.tolerableFailures,
    aligned_checkpoint_timeout: 0,
    checkpoints_after_tasks_finish: settings.afterTasksFinish,
    state_changelog_enabled: false,
    changelog_periodic_materialization_interval: 600_000,
    changelog_storage: 'memory',
  };
}

function checkpoint(record: CheckpointRecord): Json {
  const isSavepoint = record.options.kind === 'savepoint';
  return {
    className: record.status.toLowerCase(),
    id: record.id,
    status: record.status,
    is_savepoint: isSavepoint,
    savepointFormat: isSavepoint ? record.options.format.toUpperCase() : null,
    trigger_timestamp: record.options.timestamp,
    latest_ack_timestamp: record.latestAckTime,
    checkpointed_size: sum(record, 'checkpointedSize'),
    state_size: sum(record, 'stateSize'),
    end_to_end_duration: record.durationMs,
    alignment_buffered: 0,
    processed_data: 0,
    persisted_data: 0,
    num_subtasks: record.subtasks,
    num_acknowledged_subtasks: record.acknowledged.length,
    checkpoint_type: isSavepoint ? (record.options.then === 'continue' ? 'SAVEPOINT' : 'SYNC_SAVEPOINT') : 'CHECKPOINT',
    tasks: {},
    ...(record.status === 'COMPLETED' && { external_path: `file:${record.directory}`, discarded: record.isDiscarded }),
    ...(record.status === 'FAILED' && {
      failure_timestamp: record.failureTime,
      failure_message: record.failureMessage ?? null,
    }),
  };
}

function summary(values: readonly number[]): Json {
  const sorted = values.toSorted((a, b) => a - b);
  const percentiles = Object.fromEntries(
    [50, 90, 95, 99, 99.9].map((p) => [`p${String(p).replace('.', '')}`, percentile(sorted, p)]),
  );
  const total = values.reduce((a, b) => a + b, 0);
  const average = values.length === 0 ? 0 : Math.floor(total / values.length);
  return { min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, avg: average, ...percentiles };
}

/** Between the two nearest ranks of n + 1, as the statistics library of Flink does it. */
function percentile(sorted: readonly number[], p: number): number | 'NaN' {
  const last = sorted.at(-1);
  if (last === undefined) return 'NaN';
  const position = (p / 100) * (sorted.length + 1);
  const rank = Math.floor(position);
  const lower = sorted[rank - 1];
  const upper = sorted[rank];
  if (lower === undefined) return sorted[0] ?? 'NaN';
  return upper === undefined ? last : lower + (position - rank) * (upper - lower);
}
