/**
 * The command's side of `run -d`: starts this same command again as a process of its own, which hosts the program, prints
 * what that process hands over, and returns when it says so.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { newTriggerId } from '../common/ids.js';
import type { HomeDirectory } from '../snapshot/home-directory.js';
import type { Invocation } from './commands.js';
import { DETACHED_HOST, type HostMessage } from './detached-output.js';

const UNEXPECTED_EXIT_CODE = 1;

/** Runs the program of this invocation in the background; resolves with the exit code of the command. @internal */
export async function runDetached({ argv, output, environment }: Invocation, home: HomeDirectory): Promise<number> {
  home.create();
  const directory = join(home.path, 'out');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const outputFile = join(directory, `${newTriggerId()}.out`);
  const descriptor = openSync(outputFile, 'a', 0o600);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...argv], {
    detached: true,
    stdio: ['ignore', descriptor, descriptor, 'ipc'],
    env: { ...environment, [DETACHED_HOST]: outputFile },
  });
  closeSync(descriptor);
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.on('message', (message: HostMessage) => {
      if (message.type === 'text') output[message.stream === 'stdout' ? 'out' : 'err'](message.text);
      else resolve(leave(child, message.exitCode));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      output.err(`The process of the job ended before the job was initialised (${signal ?? `exit code ${code}`}).\n`);
      output.err(`What it printed is in ${outputFile}.\n`);
      resolve(UNEXPECTED_EXIT_CODE);
    });
  });
}

function leave(child: ChildProcess, exitCode: number): number {
  child.removeAllListeners('exit');
  if (child.connected) child.disconnect();
  child.unref();
  return exitCode;
}
