/** `cancel`: asks the process of a job to end it. */

import { FlinkError } from '../common/errors.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { CliProgramError, CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { chainOf, remedyOf } from './failure.js';
import { jobIdArgument } from './job-id-argument.js';
import { cancelJob } from './jobs.js';
import { operationFailure, requestFailure } from './operation-failure.js';
import { readFormat } from './savepoint-format.js';
import { SnapshotOperations } from './snapshot-operations.js';
import { checkClusterTarget, gatewayAddress, refuseYarn } from './target.js';

const DEPRECATION = 'DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.\n';

/** The verb. @internal */
export const cancelVerb: Verb = {
  async run(invocation) {
    const { line, output, environment, settings } = invocation;
    refuseYarn(line);
    if (line.has('s')) return cancelWithSavepoint(invocation);
    const [word] = line.args;
    if (word === undefined) throw new CliUsageError('Missing JobID. Specify a JobID to cancel a job.');
    const id = jobIdArgument(word);
    const isJson = line.has('json');
    if (!isJson) output.out(`Cancelling job ${id}.\n`);
    checkClusterTarget(line, settings);
    const address = await gatewayAddress(line, settings);
    try {
      await cancelJob(new HomeDirectory(environment), id, address);
    } catch (thrown) {
      throw cancelFailure(id, thrown);
    }
    output.out(isJson ? `${JSON.stringify({ id, state: 'CANCELLING' })}\n` : `Cancelled job ${id}.\n`);
    return 0;
  },
};

async function cancelWithSavepoint(invocation: Invocation): Promise<number> {
  const { line, output, settings } = invocation;
  output.out(DEPRECATION);
  const [word] = line.args;
  // Without another word, the directory was meant as the id.
  const id = line.args.length > 0 ? word : line.value('s');
  if (id === undefined) throw new CliUsageError('Missing JobId');
  const jobId = jobIdArgument(id);
  const directory = line.args.length > 0 ? line.value('s') : undefined;
  const where = directory ?? 'default savepoint directory';
  const formatType = readFormat(line);
  output.out(`Cancelling job ${jobId} with ${formatType} savepoint to ${where}.\n`);
  checkClusterTarget(line, settings);
  const operations = await SnapshotOperations.open(invocation);
  const body = { 'target-directory': directory ?? null, 'cancel-job': true, formatType };
  try {
    const request = { jobId, verb: 'savepoints', body, directoryField: 'target-directory' } as const;
    const { location } = await operations.run(request);
    output.out(`Cancelled job ${jobId}. Savepoint stored in ${String(location)}.\n`);
    return 0;
  } catch (thrown) {
    throw operationFailure(thrown, { message: `Could not cancel job ${jobId}.`, isExecution: true });
  }
}

/** Flink's client hears of these two as refused requests; everything else is what it is. */
function cancelFailure(id: string, thrown: unknown): CliProgramError {
  const message = `Could not cancel job ${id}.`;
  const code = thrown instanceof FlinkError ? thrown.code : undefined;
  if (thrown instanceof FlinkError && code === 'ALREADY_TERMINAL') {
    return requestFailure(thrown, { message, isExecution: true }, thrown.message);
  }
  if (thrown instanceof FlinkError && code === 'JOB_NOT_FOUND') {
    const cause = `org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${id})`;
    return requestFailure(thrown, { message, isExecution: true }, `Job could not be found.\nCaused by: ${cause}`);
  }
  const link = { className: 'org.apache.flink.util.FlinkException', message };
  return new CliProgramError([link, ...chainOf(thrown)], { cause: thrown, remedy: remedyOf(thrown) });
}
