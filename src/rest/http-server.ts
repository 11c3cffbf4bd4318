/** Plain HTTP/1.1 under the answers of a table, with the headers that Flink sends. */

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { errorAnswer, type RestAnswer } from './router.js';

/** A request, with its body read. @internal */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a server answers. @internal */
export interface HttpServerOptions {
  /** Bodies above it are answered with 413. */
  readonly maxBytes: number;
  /** The value of `access-control-allow-origin`; without it no such header is sent. */
  readonly origin?: string;
  /** Looks at a request before its body is read; an answer ends it. */
  refuse?(headers: IncomingHttpHeaders): RestAnswer | undefined;
  answer(request: HttpRequest): Promise<RestAnswer>;
}

const TOO_LARGE: RestAnswer = { status: 413, body: undefined };

/** Makes a server; it does not listen yet. @internal */
export function createHttpServer(options: HttpServerOptions): Server {
  return createServer((request, response) => {
    answerOf(request, options)
      .catch(errorAnswer)
      .then((answer) => reply(request, response, answer, options.origin))
      // The client is gone: nobody is left to be told.
      .catch(() => response.destroy());
  });
}

/** Ends a server with all its connections. @internal */
export async function closeHttpServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answerOf(request: IncomingMessage, options: HttpServerOptions): Promise<RestAnswer> {
  const refusal = options.refuse?.(request.headers);
  if (refusal !== undefined) return refusal;
  const body = await read(request, options.maxBytes);
  if (body === undefined) return TOO_LARGE;
  const { method = 'GET', url = '/', headers } = request;
  return await options.answer({ method, url, headers, body });
}

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

function reply(
  request: IncomingMessage,
  response: ServerResponse,
  answer: RestAnswer,
  origin: string | undefined,
): void {
  response.sendDate = false;
  if (request.method === 'HEAD' || answer.body === undefined) {
    response.writeHead(request.method === 'HEAD' ? 404 : answer.status, { 'content-length': 0 }).end();
    return;
  }
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'application/json; charset=UTF-8',
    ...(origin !== undefined && { 'access-control-allow-origin': origin }),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
