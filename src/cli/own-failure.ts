/**
 * How the verbs that Flink does not have report what went wrong: the message, then the remedy, on stderr; the exit code is
 * that of the catalogue. Stacks are for errors that are bugs.
 */

import { ERROR_CODES } from '../common/error-codes.js';
import { FlinkError } from '../common/errors.js';
import { CliExit, CliUsageError } from './cli-errors.js';
import type { Output } from './output.js';

/** Exit code of a wrong call. */
const USAGE = 1;

/** Prints what was thrown; returns the exit code. @internal */
export function printOwnFailure(thrown: unknown, output: Output): number {
  if (thrown instanceof CliExit) return thrown.exitCode;
  if (thrown instanceof CliUsageError) {
    output.err(`${thrown.message}\n${thrown.remedy ?? 'See the help of the command (-h).'}\n`);
    return USAGE;
  }
  if (thrown instanceof FlinkError) {
    output.err(`${thrown.message}\n[${thrown.code}] ${thrown.remedy}\n`);
    return ERROR_CODES[thrown.code].exitCode;
  }
  output.err(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return 1;
}
