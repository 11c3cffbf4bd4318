/** Identifiers as branded types: a plain string never stands for a job, an operator or a vertex. */

import { randomBytes } from 'node:crypto';
import { FlinkError } from './errors.js';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** A job's id: 32 lower-case hexadecimal digits. */
export type JobId = Branded<string, 'JobId'>;
/** An operator's id: 32 lower-case hexadecimal digits, the hash of its uid or of its place in the graph. */
export type OperatorId = Branded<string, 'OperatorId'>;
/** A job vertex's id: the operator id of the head of its chain. */
export type VertexId = Branded<string, 'VertexId'>;
/** The id of a triggered operation (savepoint, stop, checkpoint): 32 lower-case hexadecimal digits. */
export type TriggerId = Branded<string, 'TriggerId'>;

const HEX_32 = /^[0-9a-fA-F]{32}$/;

function random32(): string {
  return randomBytes(16).toString('hex');
}

/** A fresh random job id. @internal */
export function newJobId(): JobId {
  return random32() as JobId;
}

/** A fresh random trigger id. @internal */
export function newTriggerId(): TriggerId {
  return random32() as TriggerId;
}

/**
 * Reads a job id as `bin/flink` does: 32 hexadecimal digits in either case; a 33rd character is dropped.
 *
 * @throws FlinkError `JOB_ID_INVALID` with Flink's text.
 * @internal
 */
export function parseJobId(text: string): JobId {
  const digits = text.length === 33 ? text.slice(0, 32) : text;
  if (!HEX_32.test(digits)) {
    throw new FlinkError(
      'JOB_ID_INVALID',
      `Cannot parse JobID from "${text}". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.`,
    );
  }
  return digits.toLowerCase() as JobId;
}

/** Takes 32 hexadecimal digits as an operator id. @internal */
export function operatorIdFromHex(hex: string): OperatorId {
  if (!HEX_32.test(hex)) throw new FlinkError('UID_HASH_INVALID', `"${hex}" is no operator id.`);
  return hex.toLowerCase() as OperatorId;
}
