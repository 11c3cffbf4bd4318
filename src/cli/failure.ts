/**
 * What a failed command prints, and with which exit code: Flink's classes of failure (argument errors on stdout, failures
 * at run time on stderr behind a dashed header with a chain of causes), with our remedy behind them.
 */

import { ERROR_CODES, type ErrorCode } from '../common/error-codes.js';
import { FlinkError } from '../common/errors.js';
import { type ChainLink, CliBootstrapError, CliExit, CliProgramError, CliUsageError } from './cli-errors.js';
import type { Output } from './output.js';

/** What to print where. @internal */
export interface Failure {
  readonly stdout: string;
  readonly stderr: string;
  /** A sentence for a person at a terminal. */
  readonly hint?: string;
  readonly exitCode: number;
}

const HEADER = `\n${'-'.repeat(60)}\n The program finished with the following exception:\n\n`;
const BOOTSTRAP_EXIT_CODE = 31;
const FRAMES_MAX = 8;
const CAUSES_MAX = 16;

/** Prints what was thrown; returns the exit code. @internal */
export function printFailure(thrown: unknown, output: Output): number {
  const failure = describeFailure(thrown);
  if (failure.stdout !== '') output.out(failure.stdout);
  if (failure.stderr !== '') output.err(failure.stderr);
  if (failure.hint !== undefined && output.interactive) output.note(failure.hint);
  return failure.exitCode;
}

/** The class of failure that `thrown` belongs to. @internal */
export function describeFailure(thrown: unknown): Failure {
  if (thrown instanceof CliExit) return { stdout: '', stderr: '', exitCode: thrown.exitCode };
  if (thrown instanceof CliUsageError) {
    const stdout = `${thrown.message}\n\nUse the help option (-h or --help) to get help on the command.\n`;
    const stderr = thrown.detail === undefined ? '' : `${thrown.detail}\n`;
    return { stdout, stderr, exitCode: 1, ...(thrown.remedy !== undefined && { hint: thrown.remedy }) };
  }
  if (thrown instanceof CliBootstrapError) {
    return { stdout: '', stderr: `${thrown.message}\n`, exitCode: BOOTSTRAP_EXIT_CODE };
  }
  if (thrown instanceof CliProgramError) {
    return { ...programFailure(thrown.chain, thrown.remedy), exitCode: thrown.exitCode };
  }
  return programFailure(chainOf(thrown), remedyOf(thrown));
}

function programFailure(chain: readonly ChainLink[], remedy: string | undefined): Failure {
  const text = chain.map((link, i) => `${i === 0 ? '' : 'Caused by: '}${linkText(link)}`).join('\n');
  const advice = remedy === undefined ? '' : `\n${remedy}\n`;
  return { stdout: '', stderr: `${HEADER}${text}\n${advice}`, exitCode: 1 };
}

function linkText({ className, message, frames }: ChainLink): string {
  const head = message === undefined ? className : className === '' ? message : `${className}: ${message}`;
  return [head, ...(frames ?? []).map((frame) => `\t${frame}`)].join('\n');
}

/** The class that a Java program would have thrown in place of an error of this code. */
const JAVA_CLASSES: Partial<Record<ErrorCode, string>> = {
  CONFIG_INVALID: 'java.lang.IllegalArgumentException',
  GRAPH_INVALID: 'java.lang.IllegalArgumentException',
  DUPLICATE_UID: 'java.lang.IllegalArgumentException',
  UID_HASH_INVALID: 'java.lang.IllegalArgumentException',
  NO_SINK: 'java.lang.IllegalStateException',
  UNSUPPORTED: 'java.lang.UnsupportedOperationException',
  SNAPSHOT_NOT_FOUND: 'java.io.FileNotFoundException',
  SNAPSHOT_CORRUPT: 'java.io.IOException',
  STATE_NOT_MAPPED: 'java.lang.IllegalStateException',
  MAX_PARALLELISM_MISMATCH: 'java.lang.IllegalStateException',
  JOB_FAILED: 'org.apache.flink.runtime.client.JobExecutionException',
  JOB_CANCELLED: 'org.apache.flink.runtime.client.JobCancellationException',
};

/** An error and its causes as lines of a chain; a user's own exceptions keep their names and stack. @internal */
export function chainOf(thrown: unknown): readonly ChainLink[] {
  const chain: ChainLink[] = [];
  let current: unknown = thrown;
  while (current !== undefined && current !== null && chain.length < CAUSES_MAX) {
    chain.push(...linksOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

/** Usually one link; what Flink wraps on its way to the client has those wrappers here too. */
function linksOf(thrown: unknown): readonly ChainLink[] {
  if (!(thrown instanceof Error)) return [{ className: 'Error', message: String(thrown) }];
  if (!(thrown instanceof FlinkError)) {
    return [{ className: thrown.name, message: thrown.message, frames: framesOf(thrown) }];
  }
  const { code, message, cause } = thrown;
  if (code !== 'JOB_FAILED') return [{ className: javaClassOf(code), message }];
  if (message.startsWith('Job failed (JobID: ')) {
    const failed = { className: INVOCATION_EXCEPTION, message };
    return [
      { className: 'java.util.concurrent.ExecutionException', message: `${INVOCATION_EXCEPTION}: ${message}` },
      failed,
      { className: 'org.apache.flink.runtime.client.JobExecutionException', message: 'Job execution failed.' },
    ];
  }
  if (message.startsWith('Recovery is suppressed')) {
    return [{ className: 'org.apache.flink.runtime.JobException', message }];
  }
  if (!message.startsWith("Failed to execute job '")) return [{ className: javaClassOf(code), message }];
  const initialization = 'org.apache.flink.runtime.client.JobInitializationException';
  const reason = cause instanceof Error ? linksOf(cause)[0] : undefined;
  return [
    { className: 'org.apache.flink.util.FlinkException', message },
    { className: 'java.lang.RuntimeException', message: `${initialization}: Could not start the JobMaster.` },
    { className: initialization, message: 'Could not start the JobMaster.' },
    ...(reason === undefined
      ? []
      : [{ className: 'java.util.concurrent.CompletionException', message: `${reason.className}: ${reason.message}` }]),
  ];
}

function javaClassOf(code: ErrorCode): string {
  return JAVA_CLASSES[code] ?? 'org.apache.flink.util.FlinkException';
}

/** The lines of a stack that lie in the user's own files; the head may span lines, so only `at` lines count. */
function framesOf(error: Error): readonly string[] {
  const lines = (error.stack ?? '').split('\n').map((line) => line.trim());
  const own = new URL('../', import.meta.url).href;
  const isForeign = (line: string) => !line.includes('node:internal') && !line.includes(own);
  return lines.filter((line) => line.startsWith('at ') && isForeign(line)).slice(0, FRAMES_MAX);
}

/** The remedy of the innermost error of the catalogue, behind its code. @internal */
export function remedyOf(thrown: unknown): string | undefined {
  let remedy: string | undefined;
  let current: unknown = thrown;
  for (let depth = 0; current instanceof Error && depth < CAUSES_MAX; depth++) {
    if (current instanceof FlinkError && current.code !== 'JOB_FAILED') {
      remedy = remedyOfCode(current.code);
    }
    current = current.cause;
  }
  return remedy;
}

function remedyOfCode(code: ErrorCode): string {
  return `[${code}] ${ERROR_CODES[code].remedy}`;
}

/** The class that Flink throws for whatever goes wrong in a program. @internal */
export const INVOCATION_EXCEPTION = 'org.apache.flink.client.program.ProgramInvocationException';

/** An error that came out of `main`, in Flink's words. @internal */
export function mainMethodFailure(thrown: unknown): CliProgramError {
  const remedy = remedyOf(thrown) ?? remedyOfCode('PROGRAM_FAILED');
  const chain = chainOf(thrown);
  // A failed job comes out of `main` as an exception that names its class, as Java's wrappers do.
  const message = `The main method caused an error: ${chain[0]?.message ?? 'null'}`;
  return new CliProgramError([{ className: INVOCATION_EXCEPTION, message }, ...chain], { cause: thrown, remedy });
}
