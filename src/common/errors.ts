/**
 * The one error class of flink-ts. What can happen in use carries a code of the catalogue (`error-codes.ts`), which adds
 * the remedy, the exit code and whether a job may restart on it. Bugs are plain `Error`s from `assert`.
 */

import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** An error that a user can meet: a stable code, a message that names what failed, and a remedy. */
export class FlinkError extends Error {
  override readonly name: string = 'FlinkError';
  /** The stable code of the catalogue; messages may change, codes may not. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** What the user can do about it: a sentence that names the option or the command. */
  get remedy(): string {
    return ERROR_CODES[this.code].remedy;
  }
}

/** An error as it travels between threads and processes. @internal */
export interface ErrorWire {
  readonly code?: ErrorCode;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorWire;
}

const MAX_CAUSES = 16;

/** The wire form of anything that was thrown. @internal */
export function errorToWire(thrown: unknown, depth = 0): ErrorWire {
  if (!(thrown instanceof Error)) return { name: 'Error', message: describeThrown(thrown) };
  const cause = thrown.cause === undefined || depth >= MAX_CAUSES ? undefined : errorToWire(thrown.cause, depth + 1);
  return {
    ...(isCoded(thrown) && { code: thrown.code }),
    name: thrown.name,
    message: thrown.message,
    ...(thrown.stack !== undefined && { stack: thrown.stack }),
    ...(cause !== undefined && { cause }),
  };
}

/** Rebuilds an error from its wire form, by code and never by class. @internal */
export function errorFromWire(wire: ErrorWire): Error {
  const options = wire.cause === undefined ? undefined : { cause: errorFromWire(wire.cause) };
  const known = wire.code !== undefined && Object.hasOwn(ERROR_CODES, wire.code);
  const error = known
    ? new FlinkError(wire.code as ErrorCode, wire.message, options)
    : new Error(wire.message, options);
  if (!known) Object.defineProperty(error, 'name', { value: wire.name, configurable: true });
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}

/** Whether the job may be restarted after this error; what is not in the catalogue (a user's exception) may. @internal */
export function isRestartable(error: unknown): boolean {
  return !isCoded(error) || ERROR_CODES[error.code].restartable;
}

/** The message of anything that was thrown. @internal */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : describeThrown(thrown);
}

function describeThrown(thrown: unknown): string {
  try {
    return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  } catch {
    return String(thrown);
  }
}

function isCoded(error: unknown): error is FlinkError {
  return error instanceof Error && Object.hasOwn(ERROR_CODES, String((error as { code?: unknown }).code));
}
