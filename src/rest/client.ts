/**
 * Requests to a REST API: a job's Unix socket, our gateway, or a real Flink. Errors come back as `FlinkError`s: by the
 * status, with the first line that the server gave.
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { FlinkError, messageOf } from '../common/errors.js';

/** Where a server listens. @internal */
export type RestAddress =
  | { readonly socketPath: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly protocol?: 'http:' | 'https:';
      readonly pathPrefix?: string;
    };

/** A request. @internal */
export interface ClientCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With its query, without `/v1`. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * Sends a request and reads the JSON of the answer.
 *
 * @throws FlinkError `UNREACHABLE` when nobody answers in time; `JOB_NOT_FOUND`, `ALREADY_TERMINAL`, `UNSUPPORTED` or
 *   `REQUEST_INVALID` by the status of the answer.
 * @internal
 */
export async function callRest(address: RestAddress, call: ClientCall): Promise<unknown> {
  const { status, text } = await send(address, call);
  const body = parse(text);
  const errors = errorsOf(body);
  if (errors === undefined && status < 300) return body;
  const reason = errors === undefined ? `The answer to ${call.method} ${call.path} was ${status}.` : firstLine(errors);
  throw new FlinkError(codeOf(status), reason);
}

function codeOf(status: number) {
  if (status === 404) return 'JOB_NOT_FOUND';
  if (status === 409) return 'ALREADY_TERMINAL';
  if (status === 501) return 'UNSUPPORTED';
  return status === 503 ? 'UNREACHABLE' : 'REQUEST_INVALID';
}

/** An object whose only key is `errors` is an error, whatever the status. */
function errorsOf(body: unknown): readonly string[] | undefined {
  if (typeof body !== 'object' || body === null || Object.keys(body).join() !== 'errors') return undefined;
  const { errors } = body as { readonly errors: unknown };
  return Array.isArray(errors) ? errors.map(String) : undefined;
}

/** Java's class name before the message and the stack behind it are left out. */
function firstLine(errors: readonly string[]): string {
  const text =
    errors.length > 1 ? (errors.at(-1) ?? '').replace(/^<Exception on server side:\n/, '') : (errors[0] ?? '');
  return (text.split('\n')[0] ?? '').replace(/^(?:[a-z][\w]*\.)+[A-Z][\w$]*: /, '');
}

function parse(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new FlinkError('REQUEST_INVALID', `The answer is no JSON: ${text.slice(0, 80)}`, { cause });
  }
}

async function send(
  address: RestAddress,
  call: ClientCall,
): Promise<{ readonly status: number; readonly text: string }> {
  const isSocket = 'socketPath' in address;
  const { request } = await import(!isSocket && address.protocol === 'https:' ? 'node:https' : 'node:http');
  const prefix = isSocket ? '' : (address.pathPrefix ?? '');
  const body = JSON.stringify(call.body ?? {});
  const where = isSocket ? address.socketPath : `${address.host}:${address.port}`;
  const target = isSocket ? { socketPath: address.socketPath } : { host: address.host, port: address.port };
  const headers = {
    host: isSocket ? 'localhost' : where,
    connection: 'close',
    'content-length': Buffer.byteLength(body),
    'content-type': 'application/json; charset=UTF-8',
  };
  const timeoutMs = call.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return await new Promise((resolve, reject) => {
    const fail = (cause: unknown): void =>
      reject(new FlinkError('UNREACHABLE', `There is no answer from ${where}: ${messageOf(cause)}`, { cause }));
    const outgoing: ClientRequest = request(
      // A connection each: Flink closes kept ones without a word.
      { ...target, agent: false, path: `${prefix}/v1${call.path}`, method: call.method, headers },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') });
        });
        response.on('error', fail);
      },
    );
    // The whole exchange, not just silence on the connection.
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    outgoing.end(body);
  });
}
