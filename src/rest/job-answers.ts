/** The answers of the REST API about a job, with Flink's field names. Pure: a job master in, plain objects out. */

import { createHash } from 'node:crypto';
import { describeError } from '../common/logger.js';
import { isSensitiveKey, PipelineOptions } from '../common/options.js';
import type { FailureRecord } from '../coordinator/exception-history.js';
import type { JobMaster } from '../coordinator/job-master.js';
import { JOB_STATUSES } from '../coordinator/job-status.js';
import {
  aggregateState,
  countStates,
  EXECUTION_STATES,
  isTaskTerminal,
  type TrackedTask,
} from '../coordinator/task-tracker.js';
import type { JobVertex } from '../graph/job-graph.js';
import { jobPlan } from './job-plan.js';

type Json = Readonly<Record<string, unknown>>;

/** An element of `/jobs/overview`. @internal */
export function jobOverview(job: JobMaster): Json {
  const { startTime, endTime } = job.statusTracker;
  const counts = countStates(job.tasks.all);
  return {
    jid: job.jobId,
    name: job.jobGraph.name,
    'start-time': startTime,
    'end-time': endTime,
    duration: (endTime < 0 ? job.now : endTime) - startTime,
    state: job.status,
    'last-modification': job.statusTracker.timestampOf(job.status),
    tasks: {
      total: job.tasks.all.length,
      ...Object.fromEntries(EXECUTION_STATES.map((state) => [state.toLowerCase(), counts[state]])),
    },
    'pending-operators': 0,
  };
}

/** `/jobs/:jobid`. @internal */
export function jobDetails(job: JobMaster): Json {
  const { startTime, endTime } = job.statusTracker;
  const { now } = job;
  const vertices = job.jobGraph.vertices.map((vertex) => vertexDetails(job, vertex));
  const statusCounts = Object.fromEntries(EXECUTION_STATES.map((state) => [state, 0])) as Record<string, number>;
  for (const { status } of vertices) statusCounts[status] = (statusCounts[status] ?? 0) + 1;
  return {
    jid: job.jobId,
    name: job.jobGraph.name,
    isStoppable: false,
    state: job.status,
    'job-type': job.jobGraph.jobType,
    'start-time': startTime,
    'end-time': endTime,
    duration: (endTime < 0 ? now : endTime) - startTime,
    maxParallelism: job.configuration.get(PipelineOptions.MAX_PARALLELISM),
    now,
    timestamps: Object.fromEntries(JOB_STATUSES.map((status) => [status, job.statusTracker.timestampOf(status)])),
    vertices,
    'status-counts': statusCounts,
    plan: jobPlan(job.jobId, job.jobGraph),
    'pending-operators': 0,
  };
}

function vertexDetails(job: JobMaster, vertex: JobVertex) {
  const tasks = job.tasks.ofVertex(vertex.id);
  const starts = tasks.map((task) => task.startTime).filter((time) => time >= 0);
  const start = starts.length === 0 ? -1 : Math.min(...starts);
  const end = tasks.every((task) => isTaskTerminal(task.state)) ? Math.max(...tasks.map((task) => task.endTime)) : -1;
  return {
    id: vertex.id,
    slotSharingGroupId: createHash('md5').update(vertex.slotSharingGroup).digest('hex'),
    name: vertex.name,
    maxParallelism: vertex.maxParallelism,
    parallelism: vertex.parallelism,
    status: aggregateState(tasks),
    'start-time': start,
    'end-time': end,
    duration: start < 0 ? -1 : (end < 0 ? job.now : end) - start,
    tasks: countStates(tasks),
    metrics: ioMetrics(tasks, job.now),
  };
}

function ioMetrics(tasks: readonly TrackedTask[], now: number): Json {
  const isComplete = tasks.every((task) => task.metrics !== undefined);
  const total = (pick: (task: TrackedTask) => number): number => tasks.reduce((sum, task) => sum + pick(task), 0);
  const lived = total((task) => (task.startTime < 0 ? 0 : (task.endTime < 0 ? now : task.endTime) - task.startTime));
  const busy = total((task) => task.metrics?.busyMs ?? 0);
  const backpressured = total((task) => task.metrics?.backpressuredMs ?? 0);
  return {
    'read-bytes': total((task) => task.metrics?.bytesIn ?? 0),
    'read-bytes-complete': isComplete,
    'write-bytes': total((task) => task.metrics?.bytesOut ?? 0),
    'write-bytes-complete': isComplete,
    'read-records': total((task) => task.metrics?.recordsIn ?? 0),
    'read-records-complete': isComplete,
    'write-records': total((task) => task.metrics?.recordsOut ?? 0),
    'write-records-complete': isComplete,
    'accumulated-backpressured-time': Math.round(backpressured),
    'accumulated-idle-time': Math.max(0, Math.round(lived - busy - backpressured)),
    'accumulated-busy-time': busy,
  };
}

/** `/jobs/:jobid/execution-result`. @internal */
export function executionResult(job: JobMaster): Json {
  if (!job.statusTracker.isTerminal) return { status: { id: 'IN_PROGRESS' } };
  const { startTime, endTime } = job.statusTracker;
  const error = job.failure;
  const statuses: Readonly<Record<string, string>> = { FINISHED: 'SUCCEEDED', CANCELED: 'CANCELED', FAILED: 'FAILED' };
  return {
    status: { id: 'COMPLETED' },
    'job-execution-result': {
      id: job.jobId,
      'application-status': statuses[job.status] ?? 'UNKNOWN',
      // Values are objects of Java there, which cannot be written here: `/accumulators` has them as text.
      'accumulator-results': {},
      'net-runtime': endTime - startTime,
      ...(error !== undefined && job.status === 'FAILED' && { 'failure-cause': serializedThrowable(error) }),
    },
  };
}

/** An error as REST answers carry it. @internal */
export function serializedThrowable(error: Error): Json {
  return { class: className(error), 'stack-trace': describeError(error), 'serialized-throwable': '' };
}

function className(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? `flink-ts.${error.code}` : error.name;
}

/** `/jobs/:jobid/exceptions`, at most `max` entries. @internal */
export function jobExceptions(job: JobMaster, max: number): Json {
  const { entries, isTruncated } = job.exceptions;
  const newest = entries[0];
  const shown = entries.slice(0, max);
  const root = job.failure ?? newest?.error;
  return {
    'root-exception': root === undefined ? null : describeError(root),
    timestamp: newest?.time ?? null,
    'all-exceptions': newest === undefined || newest.taskName === undefined ? [] : [taskException(newest)],
    truncated: false,
    exceptionHistory: {
      entries: shown.map((each) => ({
        ...historyEntry(each),
        concurrentExceptions: each.concurrent.map((other) => historyEntry(other)),
      })),
      truncated: isTruncated || shown.length < entries.length,
    },
  };
}

function taskException({ error, taskName, time }: FailureRecord): Json {
  const task = taskName?.replace(/ - execution #\d+$/, '');
  return {
    exception: describeError(error),
    task,
    location: LOCATION,
    endpoint: LOCATION,
    timestamp: time,
    taskManagerId: LOCATION,
  };
}

function historyEntry({ error, time, taskName }: Pick<FailureRecord, 'error' | 'time' | 'taskName'>): Json {
  return {
    exceptionName: className(error),
    stacktrace: describeError(error),
    timestamp: time,
    failureLabels: {},
    ...(taskName !== undefined && { taskName, location: LOCATION, endpoint: LOCATION, taskManagerId: LOCATION }),
  };
}

/** All tasks run in the process of the job. */
const LOCATION = 'localhost';

/** `/jobs/:jobid/config`. @internal */
export function jobConfig(job: JobMaster): Json {
  const parameters = job.configuration.get(PipelineOptions.GLOBAL_JOB_PARAMETERS) ?? new Map<string, string>();
  return {
    jid: job.jobId,
    name: job.jobGraph.name,
    'execution-config': {
      'execution-mode': job.jobGraph.jobType === 'BATCH' ? 'BATCH_FORCED' : 'PIPELINED',
      'restart-strategy': job.strategy.description,
      'job-parallelism': job.configuration.get(PipelineOptions.PARALLELISM),
      'object-reuse-mode': job.configuration.get(PipelineOptions.OBJECT_REUSE),
      'user-config': Object.fromEntries(
        [...parameters].map(([key, value]) => [key, isSensitiveKey(key) ? '******' : value]),
      ),
    },
  };
}

/** `/jobs/:jobid/accumulators`. @internal */
export function jobAccumulators(job: JobMaster): Json {
  return {
    'job-accumulators': [],
    'user-task-accumulators': job.accumulators.map(({ name, kind, value }) => ({
      name,
      type: kind,
      value: valueText(value),
    })),
    'serialized-user-task-accumulators': {},
  };
}

function valueText(value: unknown): string {
  if (value instanceof Map)
    return `{${[...(value as Map<unknown, unknown>)].map(([key, count]) => `${String(key)}=${String(count)}`).join(', ')}}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
