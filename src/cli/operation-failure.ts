/** How a failed operation on a job is printed: Flink's wrappers around the cause, in its order. */

import { ERROR_CODES, type ErrorCode } from '../common/error-codes.js';
import { FlinkError } from '../common/errors.js';
import { type ChainLink, CliProgramError } from './cli-errors.js';
import { chainOf, remedyOf } from './failure.js';

/** The command waited for `client.timeout`; the operation may still come to its end. @internal */
export class OperationTimeout extends Error {
  override readonly name = 'OperationTimeout';
}

/** The failure of an operation of a real Flink: its printed stack. @internal */
export class ForeignFailure extends Error {
  override readonly name = 'ForeignFailure';
}

const FLINK_EXCEPTION = 'org.apache.flink.util.FlinkException';
const COMPLETION = 'java.util.concurrent.CompletionException';
const EXECUTION = 'java.util.concurrent.ExecutionException';
const REST_CLIENT = 'org.apache.flink.runtime.rest.util.RestClientException';
const REST_HANDLER = 'org.apache.flink.runtime.rest.handler.RestHandlerException';

/** What stands around the cause. @internal */
export interface Wrapping {
  /** The first line, without its class. */
  readonly message: string;
  /** Flink's client waits for the answer in a way that adds a wrapper. */
  readonly isExecution: boolean;
}

/** The error that the command ends with. @internal */
export function operationFailure(thrown: unknown, { message, isExecution }: Wrapping): CliProgramError {
  const causes = causesOf(thrown);
  const first = causes[0];
  const text = first === undefined || first.message === undefined ? '' : `${first.className}: ${first.message}`;
  const wrapper = isExecution && text !== '' ? [{ className: EXECUTION, message: text }] : [];
  const exitCode = thrown instanceof FlinkError ? ERROR_CODES[thrown.code].exitCode : 1;
  const remedy = thrown instanceof OperationTimeout ? TIMEOUT_REMEDY : remedyOf(thrown);
  return new CliProgramError([{ className: FLINK_EXCEPTION, message }, ...wrapper, ...causes], {
    cause: thrown,
    remedy,
    exitCode,
  });
}

/** The error of a request that was refused with `text`. @internal */
export function requestFailure(thrown: FlinkError, wrapping: Wrapping, text: string): CliProgramError {
  const refused = new FlinkError('REQUEST_INVALID', text);
  const { chain } = operationFailure(refused, wrapping);
  return new CliProgramError(chain, { cause: thrown, remedy: remedyOf(thrown) });
}

const TIMEOUT_REMEDY =
  'The operation may still come to its end: look at the directory, or wait longer with -Dclient.timeout=5min.';

function causesOf(thrown: unknown): readonly ChainLink[] {
  if (thrown instanceof OperationTimeout) return [{ className: 'java.util.concurrent.TimeoutException' }];
  if (thrown instanceof ForeignFailure) return linksOfTrace(thrown.message);
  if (thrown instanceof FlinkError && thrown.code === 'REQUEST_INVALID') {
    return [{ className: REST_CLIENT, message: `[${REST_HANDLER}: ${thrown.message}\n]` }];
  }
  // An error of the server comes with its class in its message too.
  const links = chainOf(thrown).map((link) => serverLink(link, thrown));
  const first = links[0];
  return first === undefined ? [] : [{ className: COMPLETION, message: `${COMPLETION}: ${first.message}` }, ...links];
}

/** A link of an exception that crossed from server to client. @internal */
export function serverLink(link: ChainLink, thrown: unknown): ChainLink {
  const className = thrown instanceof FlinkError ? classOf(thrown, link) : link.className;
  return { className, message: `${className}: ${link.message ?? ''}` };
}

/** Classes that depend on what is said. */
const BY_TEXT: readonly (readonly [RegExp, string])[] = [
  [/is not a streaming job\.$/, 'java.lang.IllegalStateException'],
  [/^Unable to get JobMasterGateway/, 'org.apache.flink.runtime.dispatcher.UnavailableDispatcherOperationException'],
  [/^empty checkpoint pointer$/, 'java.lang.IllegalArgumentException'],
  [/^Cannot find /, 'java.io.FileNotFoundException'],
  [/^(Checkpoint\/savepoint path|Cannot access file system)|is not empty$/, 'java.io.IOException'],
  [/^Could not find Flink job/, 'org.apache.flink.runtime.messages.FlinkJobNotFoundException'],
];

const BY_CODE: Partial<Record<ErrorCode, string>> = {
  CHECKPOINT_FAILED: 'org.apache.flink.runtime.checkpoint.CheckpointException',
  CHECKPOINT_DECLINED: 'org.apache.flink.runtime.checkpoint.CheckpointException',
  CHECKPOINT_EXPIRED: 'org.apache.flink.runtime.checkpoint.CheckpointException',
  STOP_FAILED: 'org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException',
};

function classOf(thrown: FlinkError, link: ChainLink): string {
  const byText = BY_TEXT.find(([pattern]) => pattern.test(link.message ?? ''));
  if (byText !== undefined) return byText[1];
  return (link.message === thrown.message ? BY_CODE[thrown.code] : undefined) ?? link.className;
}

/** The lines of a Java stack that are no frames. */
function linksOfTrace(trace: string): readonly ChainLink[] {
  const heads: string[] = [];
  for (const line of trace.split('\n')) {
    if (/^\s+(at |\.\.\. \d+ |<)/.test(line) || line.trim() === '') continue;
    if (line.startsWith('Caused by: ') || heads.length === 0) heads.push(line.replace(/^Caused by: /, ''));
    else heads[heads.length - 1] += `\n${line}`;
  }
  return heads.map((head) => {
    const match = /^([\w.$]+)(?:: ([\s\S]*))?$/.exec(head);
    if (match === null) return { className: '', message: head };
    return { className: match[1] as string, ...(match[2] !== undefined && { message: match[2] }) };
  });
}
