/** Makes a job answer on its Unix socket, which only the user can reach. */

import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ERROR_CODES } from '../common/error-codes.js';
import { FlinkError, messageOf } from '../common/errors.js';
import type { JobMaster } from '../coordinator/job-master.js';

/** A listening socket. @internal */
export interface JobServer {
  close(): Promise<void>;
}

/** Listens on the socket; resolves when clients can connect. @internal */
export async function serveJob(master: JobMaster, socketPath: string): Promise<JobServer> {
  const server = createServer((request, response) => answer(master, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  // The socket alone keeps no process alive.
  server.unref();
  return {
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(socketPath, { force: true });
    },
  };
}

function answer(master: JobMaster, request: IncomingMessage, response: ServerResponse): void {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, id] = /^(?:\/v1)?\/jobs\/([0-9a-f]{32})$/.exec(url.pathname) ?? [];
    if (request.method !== 'PATCH' || id !== master.jobId) {
      throw new FlinkError('JOB_NOT_FOUND', 'Job could not be found.');
    }
    master.cancel();
    reply(response, 202, {});
  } catch (thrown) {
    const status = thrown instanceof FlinkError ? ERROR_CODES[thrown.code].httpStatus : 500;
    reply(response, status, { errors: [messageOf(thrown)] });
  }
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(body));
}
