/** `savepoint`: has a running job write a savepoint, or deletes one (`-d`). */

import { disposeSnapshot } from '../snapshot/dispose-snapshot.js';
import { CliProgramError, CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { chainOf, remedyOf } from './failure.js';
import { jobIdArgument } from './job-id-argument.js';
import { ForeignFailure, OperationTimeout, operationFailure, serverLink } from './operation-failure.js';
import { readFormat } from './savepoint-format.js';
import { SnapshotOperations } from './snapshot-operations.js';
import { checkClusterTarget, refuseYarn } from './target.js';

const FLINK_EXCEPTION = 'org.apache.flink.util.FlinkException';

/** The verb. @internal */
export const savepointVerb: Verb = {
  validate: ({ line }) => readFormat(line),
  async run(invocation) {
    const { line, settings } = invocation;
    refuseYarn(line);
    checkClusterTarget(line, settings);
    const path = line.value('d');
    return path === undefined ? await trigger(invocation) : await dispose(invocation, path);
  },
};

async function trigger(invocation: Invocation): Promise<number> {
  const { line, output } = invocation;
  const [word, directory] = line.args;
  if (word === undefined) throw new CliUsageError('Missing JobID. Specify a Job ID to trigger a savepoint.');
  const jobId = jobIdArgument(word);
  if (line.args.length > 2) output.out('Provided more arguments than required. Ignoring not needed arguments.\n');
  const operations = await SnapshotOperations.open(invocation);
  const isDetached = line.has('detached');
  output.out(`Triggering savepoint ${isDetached ? 'in detached mode ' : ''}for job ${jobId}.\n`);
  const body = { 'target-directory': directory ?? null, 'cancel-job': false, formatType: readFormat(line) };
  const request = { jobId, verb: 'savepoints', body, directoryField: 'target-directory' } as const;
  try {
    if (isDetached) {
      output.out(`Successfully trigger manual savepoint, triggerId: ${await operations.trigger(request)}\n`);
      return 0;
    }
    output.out('Waiting for response...\n');
    const { location } = await operations.run(request);
    output.out(
      `Savepoint completed. Path: ${String(location)}\n` +
        'You can resume your program from this savepoint with the run command.\n',
    );
    return 0;
  } catch (thrown) {
    const message = isDetached
      ? `Triggering a detached savepoint for the job ${jobId} failed.`
      : `Failed to trigger a savepoint for the job ${jobId}.`;
    throw operationFailure(thrown, { message, isExecution: false });
  }
}

async function dispose(invocation: Invocation, path: string): Promise<number> {
  const { output } = invocation;
  const operations = await SnapshotOperations.open(invocation);
  output.out(`Disposing savepoint '${path}'.\nWaiting for response...\n`);
  try {
    if (operations.isRemote) await operations.dispose(path);
    else await disposeSnapshot(operations.home, path);
  } catch (thrown) {
    const message = `Failed to dispose the savepoint '${path}'.`;
    if (thrown instanceof OperationTimeout || thrown instanceof ForeignFailure) {
      throw operationFailure(thrown, { message, isExecution: true });
    }
    throw disposeFailure(path, message, thrown);
  }
  output.out(`Savepoint '${path}' disposed.\n`);
  return 0;
}

/** A failed deletion says twice what it could not do, then why. */
function disposeFailure(path: string, message: string, thrown: unknown): CliProgramError {
  const text = `${FLINK_EXCEPTION}: Could not dispose savepoint ${path}.`;
  const reasons = chainOf(thrown).map((link) => serverLink(link, thrown));
  const chain = [
    { className: FLINK_EXCEPTION, message },
    { className: 'java.util.concurrent.ExecutionException', message: `${FLINK_EXCEPTION}: ${text}` },
    { className: FLINK_EXCEPTION, message: text },
    ...reasons,
  ];
  return new CliProgramError(chain, { cause: thrown, remedy: remedyOf(thrown) });
}
