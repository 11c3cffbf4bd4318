/** `serve`: the gateway for all jobs of the home directory, on loopback, until it is told to end. */

import { existsSync, readFileSync } from 'node:fs';
import { type JobId, parseJobId } from '../common/ids.js';
import { startGateway } from '../rest/gateway.js';
import type { GatewayJob } from '../rest/gateway-options.js';
import { disposeSnapshot } from '../snapshot/dispose-snapshot.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { CliExit, CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { jobDirectories, type KnownJob, readJob } from './jobs.js';
import { packageVersion } from './version.js';

const DEFAULT_PORT = 8081;
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** The verb. @internal */
export const serveVerb: Verb = {
  validate: (invocation) => void portOf(invocation),
  async run(invocation) {
    const { output, environment, settings } = invocation;
    const home = new HomeDirectory(environment);
    home.create();
    const gateway = await listen(portOf(invocation), home, settings);
    output.out(`Serving the jobs of ${home.path} at http://localhost:${gateway.port}\n`);
    const signal = await new Promise<keyof typeof SIGNAL_EXIT_CODES>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name));
    });
    await gateway.close();
    throw new CliExit(SIGNAL_EXIT_CODES[signal]);
  },
};

async function listen(port: number, home: HomeDirectory, settings: Invocation['settings']) {
  try {
    return await startGateway({
      port,
      settings,
      version: packageVersion(),
      jobs: () => jobDirectories(home).flatMap((id) => describe(home, readJob(home, id)) ?? []),
      find: (id) => describe(home, readJob(home, parseJobId(id))),
      dispose: (path) => disposeSnapshot(home, path),
    });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown;
    throw new CliUsageError(`Port ${port} is in use.`, { cause: thrown, remedy: 'Give another one with --port.' });
  }
}

function describe(home: HomeDirectory, job: KnownJob | undefined): GatewayJob | undefined {
  if (job === undefined) return undefined;
  const { id, name, state, startTime, endTime } = job.summary;
  return {
    id,
    name,
    state,
    startTime,
    endTime,
    socketPath: job.isAlive ? job.socketPath : undefined,
    archive: () => archiveText(home, id),
  };
}

function archiveText(home: HomeDirectory, id: JobId): string | undefined {
  const file = home.archiveFile(id);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function portOf({ line, settings }: Invocation): number {
  const text = line.value('port') ?? settings['rest.port'] ?? String(DEFAULT_PORT);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new CliUsageError(`The port must be a number from 0 to 65535: ${text}`);
}
