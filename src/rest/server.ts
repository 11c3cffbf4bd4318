/** The REST API of a job on its Unix socket, which only the user can reach; plain HTTP/1.1 with Flink's headers. */

import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../common/clock.js';
import { RestOptions } from '../common/options.js';
import type { JobMaster } from '../coordinator/job-master.js';
import { archiveAnswers } from './archive.js';
import type { ArchivedAnswer } from './archived-answer.js';
import { Operations } from './operations.js';
import { errorAnswer, type RestAnswer, route } from './router.js';
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
  const limits = {
    maxBytes: job.configuration.get(RestOptions.MAX_CONTENT_LENGTH),
    origin: job.configuration.get(RestOptions.ALLOW_ORIGIN),
  };
  const server = createServer((request, response) => {
    read(request, limits.maxBytes)
      .then((body) =>
        body === undefined ? TOO_LARGE : route(routes, request.method ?? 'GET', request.url ?? '/', body),
      )
      .catch(errorAnswer)
      .then((answer) => reply(request, response, answer, limits.origin))
      // The client is gone: nobody is left to be told.
      .catch(() => response.destroy());
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
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      rmSync(socketPath, { force: true });
    },
  };
}

const TOO_LARGE: RestAnswer = { status: 413, body: undefined };

/** The body as text; undefined when it is too large. */
async function read(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(request: IncomingMessage, response: ServerResponse, answer: RestAnswer, origin: string): void {
  response.sendDate = false;
  if (request.method === 'HEAD' || answer.body === undefined) {
    response.writeHead(request.method === 'HEAD' ? 404 : answer.status, { 'content-length': 0 }).end();
    return;
  }
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=UTF-8',
    'access-control-allow-origin': origin,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
