/** The table of the REST API: method, path, handler. What a job answers is in `job-answers.ts`, `checkpoint-answers.ts`. */

import { FlinkError } from '../common/errors.js';
import type { JobMaster } from '../coordinator/job-master.js';
import { checkpointConfig, checkpointingStatistics } from './checkpoint-answers.js';
import { executionResult, jobAccumulators, jobConfig, jobDetails, jobExceptions, jobOverview } from './job-answers.js';
import { jobPlan } from './job-plan.js';
import type { Operations } from './operations.js';
import { type RestAnswer, RestError, type RestRequest, type Route } from './router.js';
import type { ServedJobs } from './served-jobs.js';
import { createSnapshotRoutes } from './snapshot-routes.js';

/** Flink's default for `maxExceptions`. */
const MAX_EXCEPTIONS = 20;

/** Makes the table for some jobs. @internal */
export function createRoutes(jobs: ServedJobs, operations: Operations): readonly Route[] {
  const get = (path: string, answer: (job: JobMaster, request: RestRequest) => unknown): Route => ({
    method: 'GET',
    path: `/jobs/:jobid${path}`,
    handle: (request) => ok(answer(jobOf(jobs, request, '404'), request)),
  });
  return [
    { method: 'GET', path: '/jobs/overview', handle: () => ok({ jobs: jobs.all().map(jobOverview) }) },
    {
      method: 'GET',
      path: '/jobs',
      handle: () => ok({ jobs: jobs.all().map((job) => ({ id: job.jobId, status: job.status })) }),
    },
    get('', (job) => {
      job.refreshMetrics();
      return jobDetails(job);
    }),
    {
      method: 'GET',
      path: '/jobs/:jobid/status',
      handle: (request) => ok({ status: jobOf(jobs, request, '500').status }),
    },
    {
      method: 'GET',
      path: '/jobs/:jobid/execution-result',
      handle: (request) => ok(executionResult(jobOf(jobs, request, '404'))),
    },
    get('/plan', (job) => ({ plan: jobPlan(job.jobId, job.jobGraph) })),
    get('/config', jobConfig),
    get('/exceptions', (job, { query }) => jobExceptions(job, maxExceptions(query))),
    get('/accumulators', jobAccumulators),
    get('/checkpoints', (job) => {
      if (job.jobGraph.jobType === 'BATCH') throw new RestError(404, 'Checkpointing has not been enabled.');
      return checkpointingStatistics(job);
    }),
    get('/checkpoints/config', checkpointConfig),
    { method: 'PATCH', path: '/jobs/:jobid', handle: (request) => cancel(jobs, request) },
    ...createSnapshotRoutes(jobs, operations),
  ];
}

function ok(body: unknown): RestAnswer {
  return { status: 200, body };
}

/** The job of the path; what an unknown one answers differs from call to call, as in Flink. */
function jobOf(jobs: ServedJobs, { path }: RestRequest, unknown: '404' | '500'): JobMaster {
  const jobId = path.jobid ?? '';
  const job = jobs.find(jobId);
  if (job !== undefined) return job;
  if (unknown === '404') throw new RestError(404, `Job ${jobId} not found`);
  const text = `<Exception on server side:\nCould not find Flink job (${jobId})\nEnd of exception on server side>`;
  throw new RestError(500, 'Internal server error.', text);
}

function cancel(jobs: ServedJobs, { path, query }: RestRequest): RestAnswer {
  const mode = query.get('mode') ?? 'cancel';
  if (mode.toLowerCase() === 'stop') {
    throw new RestError(
      308,
      'The termination mode "stop" has been removed. For an ungraceful shutdown, please use "cancel" instead. For a graceful shutdown, please use "jobs/:jobId/stop" instead.',
    );
  }
  if (mode.toLowerCase() !== 'cancel') {
    throw new RestError(
      400,
      `Bad request, could not parse parameters: Cannot resolve query parameter (mode) from value "${mode}".`,
    );
  }
  const job = jobs.find(path.jobid ?? '');
  if (job === undefined) throw new RestError(404, 'Job could not be found.');
  try {
    job.cancel();
  } catch (error) {
    if (error instanceof FlinkError && error.code === 'ALREADY_TERMINAL') throw new RestError(409, error.message);
    throw error;
  }
  return { status: 202, body: {} };
}

function maxExceptions(query: URLSearchParams): number {
  const text = query.get('maxExceptions');
  if (text === null) return MAX_EXCEPTIONS;
  if (/^\d+$/.test(text)) return Number(text);
  throw new RestError(
    400,
    `Bad request, could not parse parameters: Cannot resolve query parameter (maxExceptions) from value "${text}".`,
  );
}
