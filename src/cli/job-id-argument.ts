/** Reads a job id of the command line. */

import { messageOf } from '../common/errors.js';
import { type JobId, parseJobId } from '../common/ids.js';
import { CliUsageError } from './cli-errors.js';

/**
 * The job id that a word stands for.
 *
 * @throws CliUsageError with Flink's text.
 * @internal
 */
export function jobIdArgument(word: string): JobId {
  try {
    return parseJobId(word);
  } catch (cause) {
    throw new CliUsageError(messageOf(cause), { cause, remedy: 'Take the id from `flink-ts list -a`.' });
  }
}
