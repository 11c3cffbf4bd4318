/** From the words of `run` and `info` to a program that can be started, and back from how `main` ended to a failure. */

import { errorFromWire, FlinkError } from '../common/errors.js';
import { mergeConfiguration } from '../common/options.js';
import type { JobProgram } from '../runtime/worker/messages.js';
import type { ProgramEnd } from '../runtime/worker/program-client.js';
import { CliExit, CliProgramError, CliUsageError } from './cli-errors.js';
import type { Invocation } from './commands.js';
import { INVOCATION_EXCEPTION, mainMethodFailure, remedyOf } from './failure.js';
import { locateJobFile, type ProgramOptions } from './program-options.js';

/** What the program worker is given. @internal */
export type LaunchedProgram = Omit<JobProgram, 'executionIndex' | 'earlierResults'>;

const NODE_DEFAULT_PARALLELISM = '1';

/** The program that the options stand for; settings in the order config.yaml, `-D`, `-p`. @internal */
export function launchProgram(invocation: Invocation, options: ProgramOptions): LaunchedProgram {
  const { parallelism } = options;
  const given = parallelism === -1 ? NODE_DEFAULT_PARALLELISM : parallelism?.toString();
  return {
    file: locateJobFile(options),
    args: options.args,
    ...(options.entry !== undefined && { entry: options.entry }),
    configuration: mergeConfiguration(
      invocation.settings,
      invocation.line.properties('D'),
      given === undefined ? undefined : { 'parallelism.default': given },
    ),
  };
}

/**
 * What the command reports for a `main` that did not return: CliExit for `process.exit(n)`, CliUsageError for a file that is
 * no job file, CliProgramError for the rest. Undefined when it returned.
 *
 * @internal
 */
export function failureOfMain(end: ProgramEnd): Error | undefined {
  if (end.kind === 'returned') return undefined;
  return end.kind === 'exited' ? new CliExit(end.code) : programFailure(errorFromWire(end.error));
}

/** What the command reports when loading or running `main` failed with this error. @internal */
export function programFailure(error: Error): Error {
  if (error instanceof FlinkError && (error.code === 'JOB_FILE_INVALID' || error.code === 'JOB_FILE_NOT_FOUND')) {
    return new CliUsageError(`Could not build the program from JAR file: ${error.message}`, {
      cause: error,
      detail: `[${error.code}] ${error.remedy}`,
    });
  }
  if (error instanceof FlinkError && error.code === 'ENTRY_NOT_FOUND') {
    const className = /entry point class '(.*)' was not found/.exec(error.message)?.[1];
    const cause =
      className === undefined ? [] : [{ className: 'java.lang.ClassNotFoundException', message: className }];
    return new CliProgramError([{ className: INVOCATION_EXCEPTION, message: error.message }, ...cause], {
      cause: error,
      remedy: remedyOf(error),
    });
  }
  return mainMethodFailure(error);
}
