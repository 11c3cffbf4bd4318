/** `checkpoint`: has a running job take a checkpoint now. */

import { CliUsageError } from './cli-errors.js';
import type { Verb } from './commands.js';
import { jobIdArgument } from './job-id-argument.js';
import { operationFailure } from './operation-failure.js';
import { SnapshotOperations } from './snapshot-operations.js';
import { checkClusterTarget, refuseYarn } from './target.js';

/** The verb. @internal */
export const checkpointVerb: Verb = {
  async run(invocation) {
    const { line, output, settings } = invocation;
    refuseYarn(line);
    const [word] = line.args;
    if (word === undefined) throw new CliUsageError('Missing JobID. Specify a Job ID to manipulate a checkpoint.');
    const jobId = jobIdArgument(word);
    checkClusterTarget(line, settings);
    const operations = await SnapshotOperations.open(invocation);
    const isFull = line.has('full');
    output.out(`Triggering checkpoint for job ${jobId}.\nWaiting for response...\n`);
    try {
      const body = { checkpointType: isFull ? 'FULL' : 'CONFIGURED' };
      const { checkpointId } = await operations.run({ jobId, verb: 'checkpoints', body });
      output.out(
        `Checkpoint${isFull ? '(FULL)' : ''} ${String(checkpointId)} for job ${jobId} completed.\n` +
          'You can resume your program from this checkpoint with the run command.\n',
      );
      return 0;
    } catch (thrown) {
      throw operationFailure(thrown, {
        message: `Failed to trigger a checkpoint for the job ${jobId}.`,
        isExecution: false,
      });
    }
  },
};
