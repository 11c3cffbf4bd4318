/** `run-application`: there is no cluster to start an application on, which is what Flink says without one. */

import { CliProgramError, CliUsageError } from './cli-errors.js';
import type { Verb } from './commands.js';
import { readProgramOptions } from './program-options.js';
import { refuseYarn } from './target.js';

/** The verb. @internal */
export const runApplicationVerb: Verb = {
  async run({ line }) {
    refuseYarn(line);
    if (readProgramOptions(line).jobFile === undefined) {
      throw new CliUsageError('Java program should be specified a JAR file.');
    }
    throw new CliProgramError(
      [
        {
          className: 'java.lang.UnsupportedOperationException',
          message: 'Application Mode not supported by standalone deployments.',
        },
      ],
      { remedy: 'Use "flink-ts run", with -d to leave the job in the background.' },
    );
  },
};
