/** Finds the handler of a request: a table of method and path, with and without `/v1`. */

import { ERROR_CODES } from '../common/error-codes.js';
import { FlinkError, messageOf } from '../common/errors.js';

/** A request, taken apart. @internal */
export interface RestRequest {
  /** Parameters of the path, by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed body; an empty one is `{}`. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a handler answers. @internal */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** An entry of the table. @internal */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Segments that begin with a colon are parameters; those named `…id` hold 32 hexadecimal digits. */
  readonly path: string;
  /** Name of Flink's class of the body, for errors. */
  readonly bodyClass?: string;
  handle(request: RestRequest): RestAnswer | Promise<RestAnswer>;
}

/** An error with the status of its answer; `errors` are the elements of the body. @internal */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, ...errors: readonly string[]) {
    super(errors[0] ?? '');
    this.status = status;
    this.errors = errors;
  }
}

/** The answer for anything that was thrown. @internal */
export function errorAnswer(thrown: unknown): RestAnswer {
  if (thrown instanceof RestError) return { status: thrown.status, body: { errors: thrown.errors } };
  if (thrown instanceof FlinkError) {
    return { status: ERROR_CODES[thrown.code].httpStatus, body: { errors: [`${thrown.message} ${thrown.remedy}`] } };
  }
  const text = `<Exception on server side:\n${messageOf(thrown)}\nEnd of exception on server side>`;
  return { status: 500, body: { errors: ['Internal server error.', text] } };
}

/** Answers a request by the table. @internal */
export async function route(
  routes: readonly Route[],
  method: string,
  url: string,
  bodyText: string,
): Promise<RestAnswer> {
  const { pathname, searchParams } = new URL(url.replace(/^\/+/, '/'), 'http://localhost');
  const segments = splitPath(pathname);
  for (const each of routes) {
    if (each.method !== method) continue;
    const parameters = match(each.path, segments);
    if (parameters === undefined) continue;
    const body = parseBody(bodyText, each.bodyClass ?? 'EmptyRequestBody');
    return await each.handle({ path: checkIds(parameters), query: searchParams, body });
  }
  throw new RestError(404, method === 'GET' ? `Unable to load requested file ${pathname}.` : `Not found: ${pathname}`);
}

function splitPath(pathname: string): readonly string[] {
  const segments = pathname.replace(/\/$/, '').split('/').slice(1);
  return segments[0] === 'v1' ? segments.slice(1) : segments;
}

function match(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const pattern = path.split('/').slice(1);
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] as string;
    if (part.startsWith(':')) parameters[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestError(
      500,
      'Internal server error.',
      `<Exception on server side:\ninvalid hex byte in ${segment}\nEnd of exception on server side>`,
    );
  }
}

function checkIds(parameters: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(parameters)) {
    if (!/^[0-9a-fA-F]{32}$/.test(value)) {
      throw new RestError(
        400,
        `Bad request, could not parse parameters: Cannot resolve path parameter (${name}) from value "${value}".`,
      );
    }
    parameters[name] = value.toLowerCase();
  }
  return parameters;
}

function parseBody(text: string, bodyClass: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(firstValue(text));
  } catch (cause) {
    throw new RestError(400, `Request did not match expected format ${bodyClass}.\nCaused by: ${messageOf(cause)}`);
  }
  if (value === null) throw new Error('the body is null');
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new RestError(400, `Request did not match expected format ${bodyClass}.`);
  }
  return value as Readonly<Record<string, unknown>>;
}

/** The text of the first JSON object; what stands behind it is ignored, as Flink does. */
function firstValue(text: string): string {
  if (!text.trimStart().startsWith('{')) return text;
  let depth = 0;
  for (let at = 0, isQuoted = false; at < text.length; at++) {
    const sign = text[at];
    if (isQuoted) {
      if (sign === '\\') at++;
      else if (sign === '"') isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return text.slice(0, at + 1);
  }
  return text;
}
