/**
 * What triggers snapshots, and the operations that clients poll: savepoints, stop, checkpoints. As in Flink nothing of the
 * job is looked at when an operation is triggered: what goes wrong is its result.
 */

import { type ErrorWire, errorToWire, FlinkError } from '../common/errors.js';
import { CheckpointingOptions } from '../common/options.js';
import type { JobMaster } from '../coordinator/job-master.js';
import { BodyFields } from './body-fields.js';
import { serializedThrowable } from './job-answers.js';
import type { Operations } from './operations.js';
import { type RestAnswer, RestError, type RestRequest, type Route } from './router.js';
import { missingDirectory } from './savepoint-directory.js';
import type { ServedJobs } from './served-jobs.js';

const FORMATS = ['CANONICAL', 'NATIVE'] as const;
const CHECKPOINT_TYPES = ['CONFIGURED', 'FULL', 'INCREMENTAL'] as const;

/** The routes of savepoints, stop and checkpoints. @internal */
export function createSnapshotRoutes(jobs: ServedJobs, operations: Operations): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/jobs/:jobid/savepoints',
      bodyClass: 'SavepointTriggerRequestBody',
      handle: (request) => triggerSavepoint(jobs, operations, request),
    },
    {
      method: 'POST',
      path: '/jobs/:jobid/stop',
      bodyClass: 'StopWithSavepointRequestBody',
      handle: (request) => triggerStop(jobs, operations, request),
    },
    {
      method: 'POST',
      path: '/jobs/:jobid/checkpoints',
      bodyClass: 'CheckpointTriggerRequestBody',
      handle: (request) => triggerCheckpoint(jobs, operations, request),
    },
    ...(['savepoints', 'checkpoints'] as const).map(
      (kind): Route => ({
        method: 'GET',
        path: `/jobs/:jobid/${kind}/:triggerid`,
        handle: ({ path }) => {
          const missing = `There is no ${kind.slice(0, -1)} operation with triggerId=${path.triggerid} for job ${path.jobid}.`;
          return operationStatus(operations, `/jobs/${path.jobid}/${kind}/${path.triggerid}`, missing);
        },
      }),
    ),
  ];
}

/** The answer to a poll. @internal */
export function operationStatus(operations: Operations, key: string, missing: string): RestAnswer {
  const operation = operations.find(key);
  if (operation === undefined) throw new RestError(404, missing);
  const body =
    operation.state === 'running'
      ? { status: { id: 'IN_PROGRESS' }, operation: null }
      : { status: { id: 'COMPLETED' }, operation: operation.value };
  return { status: 200, body };
}

/** A failure as the result of an operation; beside Flink's fields our own clients find the error itself. @internal */
export function failureCause(thrown: unknown): Readonly<Record<string, unknown>> & { readonly error: ErrorWire } {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { ...serializedThrowable(error), error: errorToWire(error) };
}

function triggerSavepoint(jobs: ServedJobs, operations: Operations, { path, body }: RestRequest): RestAnswer {
  const fields = new BodyFields(body, 'SavepointTriggerRequestBody');
  const triggerId = fields.triggerId();
  const format = formatOf(fields);
  const cancels = fields.flag('cancel-job');
  const target = targetOf(jobs, path, fields, 'target-directory');
  return savepointOperation(operations, path, triggerId, async () => {
    const { snapshots } = jobOf(jobs, path);
    const request = { target, format };
    return cancels ? await snapshots.cancelWithSavepoint(request) : await snapshots.savepoint(request);
  });
}

function triggerStop(jobs: ServedJobs, operations: Operations, { path, body }: RestRequest): RestAnswer {
  const fields = new BodyFields(body, 'StopWithSavepointRequestBody');
  const triggerId = fields.triggerId();
  const format = formatOf(fields);
  const drains = fields.flag('drain');
  const target = targetOf(jobs, path, fields, 'targetDirectory');
  return savepointOperation(operations, path, triggerId, async () =>
    jobOf(jobs, path).snapshots.stop({ target, format }, drains),
  );
}

function savepointOperation(
  operations: Operations,
  path: RestRequest['path'],
  triggerId: string | undefined,
  take: () => Promise<string>,
): RestAnswer {
  const id = operations.trigger(`/jobs/${path.jobid}/savepoints/`, triggerId, async () => {
    try {
      return { location: await take() };
    } catch (error) {
      return { 'failure-cause': failureCause(error) };
    }
  });
  return { status: 202, body: { 'request-id': id } };
}

function triggerCheckpoint(jobs: ServedJobs, operations: Operations, { path, body }: RestRequest): RestAnswer {
  const fields = new BodyFields(body, 'CheckpointTriggerRequestBody');
  const triggerId = fields.triggerId();
  const type = fields.choice('checkpointType', CHECKPOINT_TYPES, 'CONFIGURED');
  if (type === 'INCREMENTAL') {
    const reason = 'Flink does not support triggering incremental checkpoint explicitly. See FLINK-33723.';
    const text = `<Exception on server side:\n${reason}\nEnd of exception on server side>`;
    throw new RestError(500, 'Internal server error.', text);
  }
  const id = operations.trigger(`/jobs/${path.jobid}/checkpoints/`, triggerId, async () => {
    try {
      return { checkpointId: await jobOf(jobs, path).snapshots.checkpoint(type) };
    } catch (error) {
      return { failureCause: failureCause(error) };
    }
  });
  return { status: 202, body: { 'request-id': id } };
}

function formatOf(fields: BodyFields): 'canonical' | 'native' {
  return fields.choice('formatType', FORMATS, 'CANONICAL') === 'NATIVE' ? 'native' : 'canonical';
}

/** The directory of the request, or that of the configuration; looked at before anything else, as in Flink. */
function targetOf(jobs: ServedJobs, path: RestRequest['path'], fields: BodyFields, property: string): string {
  const job = jobs.find(path.jobid ?? '') ?? jobs.all()[0];
  const target =
    fields.text(property) ??
    (job === undefined ? jobs.savepointDirectory : job.configuration.get(CheckpointingOptions.SAVEPOINT_DIRECTORY));
  if (target === undefined) throw new RestError(400, missingDirectory(property));
  return target;
}

function jobOf(jobs: ServedJobs, path: RestRequest['path']): JobMaster {
  const job = jobs.find(path.jobid ?? '');
  if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', `Could not find Flink job (${path.jobid})`);
  return job;
}
