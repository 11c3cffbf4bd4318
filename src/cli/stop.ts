/** `stop`: ends a job with a savepoint. */

import { CliUsageError } from './cli-errors.js';
import type { Verb } from './commands.js';
import { jobIdArgument } from './job-id-argument.js';
import { operationFailure } from './operation-failure.js';
import { readFormat } from './savepoint-format.js';
import { SnapshotOperations } from './snapshot-operations.js';
import { checkClusterTarget, refuseYarn } from './target.js';

/** The verb. @internal */
export const stopVerb: Verb = {
  validate: ({ line }) => readFormat(line),
  async run(invocation) {
    const { line, output, settings } = invocation;
    // A directory that is all there is was meant as the id: `stop -p <job>`.
    const word = line.args[0] ?? line.value('p');
    if (word === undefined) throw new CliUsageError('Missing JobId');
    const jobId = jobIdArgument(word);
    const directory = line.args.length > 0 ? line.value('p') : undefined;
    const formatType = readFormat(line);
    const drain = line.has('d');
    const isDetached = line.has('detached');
    output.out(`${drain ? 'Draining' : 'Suspending'} job "${jobId}" with a ${formatType} savepoint.\n`);
    refuseYarn(line);
    checkClusterTarget(line, settings);
    const operations = await SnapshotOperations.open(invocation);
    output.out(`Triggering stop-with-savepoint ${isDetached ? 'in detached mode ' : ''}for job ${jobId}.\n`);
    const body = { targetDirectory: directory ?? null, drain, formatType };
    const request = { jobId, verb: 'stop', body, directoryField: 'targetDirectory' } as const;
    try {
      if (isDetached) {
        const id = await operations.trigger(request);
        output.out(`Successfully trigger stop-with-savepoint in detached mode, triggerId: ${id}\n`);
        return 0;
      }
      output.out('Waiting for response...\n');
      const { location } = await operations.run(request);
      output.out(`Savepoint completed. Path: ${String(location)}\n`);
      return 0;
    } catch (thrown) {
      const message = `Could not stop with a ${isDetached ? 'detached ' : ''}savepoint job "${jobId}".`;
      throw operationFailure(thrown, { message, isExecution: true });
    }
  },
};
