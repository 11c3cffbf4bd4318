/** One request to a job's process, over its Unix socket, or to a gateway. */

import type { IncomingMessage } from 'node:http';
import { FlinkError, messageOf } from '../common/errors.js';
import type { GatewayAddress } from './target.js';

/** Where a request goes. @internal */
export type Endpoint = GatewayAddress | { readonly socketPath: string };

const TIMEOUT_MS = 60_000;

/**
 * Sends a request without a body, and reads the JSON of the answer.
 *
 * @throws FlinkError `UNREACHABLE` when nobody answers, `JOB_NOT_FOUND` or `ALREADY_TERMINAL` by the status of the answer.
 * @internal
 */
export async function requestJson(endpoint: Endpoint, method: 'GET' | 'PATCH', path: string): Promise<unknown> {
  const { status, text } = await send(endpoint, method, path);
  if (status < 300) return text === '' ? {} : (JSON.parse(text) as unknown);
  const reason = errorText(text) ?? `The answer to ${method} ${path} was ${status}.`;
  const code = status === 404 ? 'JOB_NOT_FOUND' : status === 409 ? 'ALREADY_TERMINAL' : 'REQUEST_INVALID';
  throw new FlinkError(code, reason);
}

function errorText(body: string): string | undefined {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: readonly string[] };
    // Behind the first line stand Java frames when a real Flink answers.
    return errors?.[errors.length - 1]?.split('\n')[0];
  } catch {
    return undefined;
  }
}

async function send(endpoint: Endpoint, method: string, path: string): Promise<{ status: number; text: string }> {
  const isSocket = 'socketPath' in endpoint;
  const { request } = await import(!isSocket && endpoint.protocol === 'https:' ? 'node:https' : 'node:http');
  const target = isSocket
    ? { socketPath: endpoint.socketPath, path, headers: { host: 'localhost' } }
    : { host: endpoint.host, port: endpoint.port, path: `${endpoint.path}${path}` };
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const where = isSocket ? endpoint.socketPath : `${endpoint.host}:${endpoint.port}`;
      reject(new FlinkError('UNREACHABLE', `There is no answer from ${where}: ${messageOf(cause)}`, { cause }));
    };
    const call = request({ ...target, agent: false, method, timeout: TIMEOUT_MS }, (response: IncomingMessage) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 500, text }));
      response.on('error', fail);
    });
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', fail);
    call.end();
  });
}
