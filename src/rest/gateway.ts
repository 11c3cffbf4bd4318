/**
 * The gateway of a home directory: one REST API over all its jobs, on loopback. A running job answers for itself, on its
 * socket; an ended one is answered for from its archive; what belongs to no job is answered here.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../common/clock.js';
import { Configuration } from '../common/config.js';
import { FlinkError } from '../common/errors.js';
import { CheckpointingOptions, RestOptions } from '../common/options.js';
import { findArchived } from './archived-answer.js';
import { createClusterRoutes } from './cluster-routes.js';
import { forward } from './forward.js';
import type { GatewayJob, GatewayOptions } from './gateway-options.js';
import { closeHttpServer, createHttpServer, type HttpRequest } from './http-server.js';
import { Operations } from './operations.js';
import { type RestAnswer, RestError, type Route, route } from './router.js';
import { createRoutes } from './routes.js';
import { failureCause, operationStatus } from './snapshot-routes.js';

/** A gateway that listens. @internal */
export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

const JOB_PATH = /^\/+(?:v1\/)?jobs\/([0-9a-fA-F]{32})(?=[/?]|$)/;
const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** How long a job whose socket has just closed may take to write its archive; milliseconds. */
const ENDING_MS = 5000;
const RETRY_MS = 50;

/** Starts a gateway; resolves when clients can connect. @internal */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const configuration = new Configuration(options.settings);
  const operations = new Operations(systemClock, configuration.get(RestOptions.ASYNC_STORE_DURATION));
  const savepointDirectory = configuration.get(CheckpointingOptions.SAVEPOINT_DIRECTORY);
  const none = {
    all: () => [],
    find: () => undefined,
    ...(savepointDirectory !== undefined && { savepointDirectory }),
  };
  // The job's own routes answer for jobs that do not run: as Flink does for a job that it does not know.
  const unknown = createRoutes(none, operations);
  const own = [...disposalRoutes(options, operations), ...createClusterRoutes(options)];
  const server = createHttpServer({
    maxBytes: configuration.get(RestOptions.MAX_CONTENT_LENGTH),
    refuse,
    answer: (request) => answer(request, options, own, unknown),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => resolve());
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      operations.close();
      await closeHttpServer(server);
    },
  };
}

/** A page of another site may not use the gateway: neither by its own name nor by one that it points here. */
function refuse({ host, origin }: IncomingHttpHeaders): RestAnswer | undefined {
  if (!LOOPBACK.test(host ?? '')) return forbidden(`The Host "${host ?? ''}" is not this machine's loopback address.`);
  if (origin === undefined) return undefined;
  const name = URL.canParse(origin) ? new URL(origin).host : origin;
  return LOOPBACK.test(name) ? undefined : forbidden(`Requests of the Origin "${origin}" are not answered.`);
}

function forbidden(message: string): RestAnswer {
  return { status: 403, body: { errors: [message] } };
}

async function answer(
  request: HttpRequest,
  options: GatewayOptions,
  own: readonly Route[],
  unknown: readonly Route[],
): Promise<RestAnswer> {
  const jobId = JOB_PATH.exec(request.url)?.[1]?.toLowerCase();
  if (jobId === undefined) return await route(own, request.method, request.url, request.body);
  for (const end = Date.now() + ENDING_MS; ; ) {
    const job = options.find(jobId);
    if (job?.socketPath === undefined) return await answerForEnded(job, request, unknown);
    try {
      return await forward(job.socketPath, request);
    } catch (error) {
      if (!(error instanceof FlinkError) || Date.now() > end) throw error;
      // Its process ends: soon the archive has the answer.
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

async function answerForEnded(
  job: GatewayJob | undefined,
  { method, url, body }: HttpRequest,
  unknown: readonly Route[],
): Promise<RestAnswer> {
  const { pathname } = new URL(url.replace(/^\/+/, '/'), 'http://localhost');
  const path = pathname.replace(/^\/v1\//, '/').replace(/\/$/, '');
  if (job !== undefined && method === 'GET') {
    const text = job.archive();
    const found = text === undefined ? undefined : findArchived(text, path);
    if (found !== undefined) return { status: 200, body: found };
    if (path === `/jobs/${job.id}/status`) return { status: 200, body: { status: job.state } };
  }
  if (job !== undefined && method === 'PATCH' && path === `/jobs/${job.id}`) {
    if (job.state === 'CANCELED') return { status: 202, body: {} };
    throw new RestError(
      409,
      `Job cancellation failed because the job has already reached another terminal state (${job.state}).`,
    );
  }
  return await route(unknown, method, url, body);
}

function disposalRoutes(options: GatewayOptions, operations: Operations): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/savepoint-disposal',
      bodyClass: 'SavepointDisposalRequest',
      handle: ({ body }) => {
        const path = body['savepoint-path'];
        if (typeof path !== 'string') {
          throw new RestError(400, 'Field savepoint-path must not be omitted or be null.');
        }
        const id = operations.trigger('/savepoint-disposal/', undefined, async () => {
          try {
            await options.dispose(path);
            return {};
          } catch (error) {
            return { 'failure-cause': failureCause(error) };
          }
        });
        return { status: 200, body: { 'request-id': id } };
      },
    },
    {
      method: 'GET',
      path: '/savepoint-disposal/:triggerid',
      handle: ({ path }) =>
        operationStatus(
          operations,
          `/savepoint-disposal/${path.triggerid}`,
          `Operation not found under key: ${path.triggerid}`,
        ),
    },
  ];
}
