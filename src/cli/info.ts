/** `info`: prints the plan of the first job that the program would submit. What `main` prints is swallowed, as in Flink. */

import { ProgramClient, type ProgramEnd } from '../runtime/worker/program-client.js';
import { CliProgramError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { INVOCATION_EXCEPTION } from './failure.js';
import { failureOfMain, type LaunchedProgram, launchProgram } from './program-launch.js';
import { readProgramOptions } from './program-options.js';
import { refuseYarn } from './target.js';

const HEADER = '----------------------- Execution Plan -----------------------';

/** The verb. @internal */
export const infoVerb: Verb = {
  validate: ({ line }) => {
    readProgramOptions(line);
  },
  async run(invocation: Invocation) {
    refuseYarn(invocation.line);
    const program = launchProgram(invocation, readProgramOptions(invocation.line));
    const plan = await fetchPlan(program);
    if (invocation.line.has('json')) invocation.output.out(`${plan}\n`);
    else invocation.output.out(`${HEADER}\n${plan}\n${'-'.repeat(HEADER.length)}\n\nNo description provided.\n`);
    return 0;
  },
};

async function fetchPlan(program: LaunchedProgram): Promise<string> {
  const printed = { stdout: '', stderr: '' };
  let foundPlan: (plan: string) => void = () => {};
  const plan = new Promise<string>((resolve) => {
    foundPlan = resolve;
  });
  const client = new ProgramClient({ kind: 'program-worker', program, planOnly: true }, (request) => {
    if (request.type === 'plan') foundPlan(request.json);
    else if (request.type === 'output') printed[request.stream] += request.text;
  });
  try {
    const outcome = await Promise.race([plan, client.ended]);
    if (typeof outcome === 'string') return outcome;
    throw noPlan(outcome, program, printed);
  } finally {
    await client.terminate();
  }
}

function noPlan(end: ProgramEnd, program: LaunchedProgram, printed: { stdout: string; stderr: string }): Error {
  const failure = failureOfMain(end);
  if (failure !== undefined) return failure;
  const message = [
    "The program plan could not be fetched - the program aborted pre-maturely. The root cause may be that the main method doesn't call `env.execute()` or `env.executeAsync()`.",
    `Classpath: [file:${program.file}]`,
    `System.out: ${printed.stdout === '' ? '(none)' : printed.stdout}`,
    `System.err: ${printed.stderr === '' ? '(none)' : printed.stderr}`,
  ].join('\n\n');
  return new CliProgramError([{ className: INVOCATION_EXCEPTION, message }], {
    remedy: 'Call execute() on the environment in the main function of the job file.',
  });
}
