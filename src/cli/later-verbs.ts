/**
 * `savepoint`, `stop` and `checkpoint`: their arguments are read, and refused, as Flink does; then they end in an error,
 * because this version cannot do them yet.
 */

import type { JobId } from '../common/ids.js';
import { CliProgramError, CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import type { ParsedLine } from './commons-cli-parser.js';
import { jobIdArgument } from './job-id-argument.js';
import { badEnum } from './program-options.js';
import { checkClusterTarget, refuseYarn } from './target.js';

const FORMATS = ['CANONICAL', 'NATIVE'];

/** `stop`. @internal */
export const stopVerb: Verb = {
  validate: ({ line }) => readFormat(line),
  async run(invocation) {
    const { line, output, settings } = invocation;
    // A directory that is all there is was meant as the id: `stop -p <job>`.
    const word = line.args[0] ?? line.value('p');
    if (word === undefined) throw new CliUsageError('Missing JobId');
    const id = jobIdArgument(word);
    const doing = line.has('d') ? 'Draining' : 'Suspending';
    output.out(`${doing} job "${id}" with a ${readFormat(line)} savepoint.\n`);
    refuseYarn(line);
    checkClusterTarget(line, settings);
    throw notYet(`Could not stop with a savepoint job "${id}".`, 'stop');
  },
};

/** `savepoint`. @internal */
export const savepointVerb: Verb = {
  validate: ({ line }) => readFormat(line),
  async run(invocation) {
    const { line, output } = invocation;
    refuseYarn(line);
    checkClusterTarget(line, invocation.settings);
    const path = line.value('d');
    if (path !== undefined) {
      output.out(`Disposing savepoint '${path}'.\n`);
      throw notYet(`Failed to dispose the savepoint '${path}'.`, 'savepoint -d');
    }
    const id = requiredJobId(invocation, 'Missing JobID. Specify a Job ID to trigger a savepoint.', () => {
      if (line.args.length > 2) output.out('Provided more arguments than required. Ignoring not needed arguments.\n');
    });
    output.out(`Triggering savepoint ${line.has('detached') ? 'in detached mode ' : ''}for job ${id}.\n`);
    throw notYet(`Failed to trigger a savepoint for the job ${id}.`, 'savepoint');
  },
};

/** `checkpoint`. @internal */
export const checkpointVerb: Verb = {
  async run(invocation) {
    refuseYarn(invocation.line);
    const id = requiredJobId(invocation, 'Missing JobID. Specify a Job ID to manipulate a checkpoint.');
    checkClusterTarget(invocation.line, invocation.settings);
    invocation.output.out(`Triggering checkpoint for job ${id}.\n`);
    throw notYet(`Failed to trigger a checkpoint for the job ${id}.`, 'checkpoint');
  },
};

function requiredJobId({ line }: Invocation, missing: string, beforeParsing?: () => void): JobId {
  const [word] = line.args;
  if (word === undefined) throw new CliUsageError(missing);
  const id = jobIdArgument(word);
  beforeParsing?.();
  return id;
}

/** The format of `-type`; canonical without one. @internal */
export function readFormat(line: ParsedLine): string {
  const text = line.value('type');
  if (text === undefined) return 'CANONICAL';
  const format = FORMATS.find((each) => each === text.toUpperCase());
  if (format !== undefined) return format;
  throw badEnum('org.apache.flink.core.execution.SavepointFormatType', FORMATS);
}

/** The end of a verb that this version does not have. @internal */
export function notYet(message: string, verb: string): CliProgramError {
  return new CliProgramError(
    [
      { className: 'org.apache.flink.util.FlinkException', message },
      {
        className: 'java.lang.UnsupportedOperationException',
        message: `This version of flink-ts has no "${verb}" yet; nothing was done.`,
      },
    ],
    { remedy: '[UNSUPPORTED] Periodic checkpoints are taken; see docs/compatibility.md for what flink-ts supports.' },
  );
}
