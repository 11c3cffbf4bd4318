/**
 * `run`: checks the words, then hosts the program in this process, or, with `-d`, in a process of its own. The engine is
 * loaded only when there is something to run.
 */

import { rmSync } from 'node:fs';
import { HomeDirectory } from '../snapshot/home-directory.js';
import type { Invocation, Verb } from './commands.js';
import { DetachedOutput } from './detached-output.js';
import { printFailure } from './failure.js';
import { launchProgram } from './program-launch.js';
import { type ProgramOptions, readProgramOptions } from './program-options.js';
import { checkRunTarget, gatewayAddress, refuseYarn } from './target.js';

/** The verb. @internal */
export const runVerb: Verb = {
  async run(invocation) {
    const { line, output, settings, environment } = invocation;
    refuseYarn(line);
    const options = readProgramOptions(line);
    const isHost = output instanceof DetachedOutput;
    if (isHost || !options.detached) for (const notice of options.restore?.notices ?? []) output.out(`${notice}\n`);
    const program = launchProgram(invocation, options);
    checkRunTarget(line, settings);
    const address = await gatewayAddress(line, settings);
    const home = new HomeDirectory(environment);
    if (options.detached && !isHost && !line.has('dry-run')) {
      noteIgnored(invocation, options, address !== undefined);
      return (await import('./run-detached.js')).runDetached(invocation, home);
    }
    if (line.has('dry-run')) return (await import('./check.js')).checkProgram(invocation, options);
    if (!isHost) noteIgnored(invocation, options, address !== undefined);
    const restore = options.restore && {
      ...options.restore,
      path: await (await import('./snapshots/chosen-snapshot.js')).chooseSnapshot(options.restore.path, home, output),
    };
    const [{ RunHost }, { createJobStarter }, { HomeOperations }] = await Promise.all([
      import('./run-host.js'),
      import('./job-starter.js'),
      import('../snapshot/home-operations.js'),
    ]);
    // What a deletion left that a crash cut short goes before anything new comes.
    await new HomeOperations(home).recover();
    const host = new RunHost({
      program,
      output,
      jobOutput: isHost ? output.ownOutput : output,
      isDetached: isHost,
      isJson: line.has('json'),
      startJob: createJobStarter({ home, restore, ...(isHost && { outputFile: output.file }) }),
      release: async (failure) => {
        const exitCode = failure === undefined ? 0 : printFailure(failure, output);
        if (isHost) await output.release(exitCode);
      },
    });
    try {
      return await host.run();
    } finally {
      // Each job has a link of its own to it (`job.out`).
      if (isHost) rmSync(output.file, { force: true });
    }
  },
};

function noteIgnored({ output }: Invocation, options: ProgramOptions, hasAddress: boolean): void {
  if (hasAddress) output.note('The address of -m is not used: "run" hosts the job on this machine.');
  if (options.ignored.length > 0)
    output.note(`Without effect, since there is no Python here: -${options.ignored.join(', -')}`);
}
