/** Hands a request on to the process of a job, and its answer back. */

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { FlinkError, messageOf } from '../common/errors.js';
import type { HttpRequest } from './http-server.js';
import type { RestAnswer } from './router.js';

/**
 * Sends the request to a socket.
 *
 * @throws FlinkError `UNREACHABLE` when nobody answers there.
 * @internal
 */
export async function forward(socketPath: string, request: Omit<HttpRequest, 'headers'>): Promise<RestAnswer> {
  const { method, url, body } = request;
  const headers = { host: 'localhost', connection: 'close', 'content-length': Buffer.byteLength(body) };
  return await new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new FlinkError('UNREACHABLE', `There is no answer from ${socketPath}: ${messageOf(cause)}`, { cause }));
    const outgoing = httpRequest(
      { socketPath, agent: false, path: url, method, headers },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 500,
            body: text === '' ? undefined : (JSON.parse(text) as unknown),
          });
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
