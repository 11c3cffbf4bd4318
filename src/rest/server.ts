/** The REST API of a job on its Unix socket, which only the user can reach. */

import { rmSync } from 'node:fs';
import { type Clock, systemClock } from '../common/clock.js';
import { RestOptions } from '../common/options.js';
import type { JobMaster } from '../coordinator/job-master.js';
import { archiveAnswers } from './archive.js';
import type { ArchivedAnswer } from './archived-answer.js';
import { closeHttpServer, createHttpServer } from './http-server.js';
import { Operations } from './operations.js';
import { route } from './router.js';
import { createRoutes } from './routes.js';

/** A server that listens. @internal */
export interface RestServer {
  /** What it would answer about the job: for the archive, once the job has ended. */
  archive(): Promise<readonly ArchivedAnswer[]>;
  /** Stops listening, ends open connections, removes the socket. */
  close(): Promise<void>;
}

/** Makes a job answer on a socket; resolves when clients can connect. @internal */
export async function serveJob(job: JobMaster, socketPath: string, clock: Clock = systemClock): Promise<RestServer> {
  const operations = new Operations(clock, job.configuration.get(RestOptions.ASYNC_STORE_DURATION));
  const jobs = { all: () => [job], find: (id: string) => (id === job.jobId ? job : undefined) };
  const routes = createRoutes(jobs, operations);
  const server = createHttpServer({
    maxBytes: job.configuration.get(RestOptions.MAX_CONTENT_LENGTH),
    origin: job.configuration.get(RestOptions.ALLOW_ORIGIN),
    answer: ({ method, url, body }) => route(routes, method, url, body),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve());
  });
  // The socket alone keeps no process alive.
  server.unref();
  return {
    archive: () => archiveAnswers(job.jobId, routes, operations),
    close: async () => {
      operations.close();
      await closeHttpServer(server);
      rmSync(socketPath, { force: true });
    },
  };
}
