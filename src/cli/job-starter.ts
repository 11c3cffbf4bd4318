/**
 * Starts one job of a program run in this process: its directory, log and journal in the home, its socket, its job master.
 * The job has left INITIALIZING when `startJob` resolves; what fails before is thrown.
 */

import { createHash } from 'node:crypto';
import { linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../common/clock.js';
import { Configuration } from '../common/config.js';
import type { JobId } from '../common/ids.js';
import { openLogFile } from '../common/log-file.js';
import { createLogger, type LogLevel } from '../common/logger.js';
import { CheckpointingOptions, RestOptions } from '../common/options.js';
import { JobMaster } from '../coordinator/job-master.js';
import type { ClaimTaker, JobOutcome } from '../coordinator/job-master-options.js';
import type { WorkerHost } from '../coordinator/worker-host.js';
import { writeArchive } from '../rest/archive.js';
import { serveJob } from '../rest/server.js';
import { WorkerThreads } from '../runtime/worker/worker-threads.js';
import type { HomeDirectory } from '../snapshot/home-directory.js';
import { JobJournal, scanJournal } from '../snapshot/job-journal.js';
import { currentProcess } from '../snapshot/process-identity.js';
import { redactArguments } from '../snapshot/redact-arguments.js';
import { type ClaimRecord, SnapshotClaims } from '../snapshot/snapshot-claims.js';
import { SnapshotDirectory } from '../snapshot/snapshot-directory.js';
import { pathOfPointer } from '../snapshot/snapshot-pointer.js';
import type { RestoreOptions } from './program-options.js';
import type { HostedJob, JobEnd, JobRequest } from './run-host.js';
import { packageVersion } from './version.js';

/** What all jobs of a run have in common. @internal */
export interface JobStarterOptions {
  readonly home: HomeDirectory;
  readonly restore: RestoreOptions | undefined;
  /** The file that a detached run prints to. */
  readonly outputFile?: string;
}

const THREADS: WorkerHost = { start: (attempt, listener) => new WorkerThreads(attempt, listener) };

/** Makes the function that starts jobs. @internal */
export function createJobStarter(options: JobStarterOptions): (request: JobRequest) => Promise<HostedJob> {
  return (request) => startJob(options, request);
}

async function startJob(options: JobStarterOptions, request: JobRequest): Promise<HostedJob> {
  const { home, restore } = options;
  const { jobId, jobGraph, program } = request;
  const { journal, log, logger, checkpointDirectory, origin, socketPath } = await openJob(options, request);
  const master = new JobMaster({
    jobId,
    jobGraph,
    program,
    host: THREADS,
    journal,
    storage: new SnapshotDirectory({ checkpointDirectory, jobId }),
    clock: systemClock,
    logger,
    origin: { writtenBy: `flink-ts ${packageVersion()}`, ...origin },
    ...(restore !== undefined && {
      claims: await openClaims(home, jobId),
      restore: {
        pointer: restore.path,
        mode: restore.claimMode,
        allowNonRestoredState: restore.allowNonRestoredState,
      },
    }),
    onPrint: (stream, text) => request.print[stream === 'stdout' ? 'out' : 'err'](text),
    onCollected: (_, records) => request.onCollected(records, false),
    onStatus: (status) => request.onStatus(status),
  });
  const server = await serveJob(master, socketPath);
  const ended = master.ended.then(async (outcome): Promise<JobEnd> => {
    request.onCollected([], true);
    try {
      await writeArchive(home.archiveFile(jobId), await server.archive());
    } catch (thrown) {
      logger.error(`The archive of job ${jobId} could not be written.`, thrown);
    }
    await Promise.all([server.close(), journal.close()]);
    log.close();
    return endOf(outcome);
  });
  await master.start();
  if (master.status === 'FAILED') {
    await ended;
    throw master.failure ?? new Error('The job failed while it was initialised.');
  }
  return new MasteredJob(master, ended);
}

/** The claims of the home, on behalf of a job; what dead jobs left of theirs is finished first. */
async function openClaims(home: HomeDirectory, jobId: JobId): Promise<ClaimTaker> {
  const claims = new SnapshotClaims(home.claimsDirectory);
  await claims.recover((claim) => isGivenUp(home, claim));
  return { claim: (path, files) => claims.claim({ jobId, process: currentProcess(), path, files }) };
}

/** Whether the journal of the claim's job says that the snapshot was to be deleted. */
function isGivenUp(home: HomeDirectory, { jobId, path }: ClaimRecord): boolean {
  let found = false;
  scanJournal(home.journalFile(jobId), 0, (record) => {
    found ||= record.kind === 'subsumed' && record.path === path;
  });
  return found;
}

/** Makes the directory, the log and the journal of a job: from here on `list` knows it. */
async function openJob({ home, outputFile }: JobStarterOptions, { jobId, jobGraph, program }: JobRequest) {
  const configuration = new Configuration(jobGraph.configuration);
  const directory = home.createJobDirectory(jobId);
  const log = openLogFile(home.logFile(jobId), {
    maxSizeBytes: configuration.get(RestOptions.LOG_MAX_SIZE),
    maxFiles: configuration.get(RestOptions.LOG_MAX_FILES),
  });
  const level = configuration.get(RestOptions.LOG_LEVEL).toLowerCase() as LogLevel;
  if (outputFile !== undefined) linkSync(outputFile, home.outputFile(jobId));
  const given = configuration.get(CheckpointingOptions.DIRECTORY);
  const checkpointDirectory = given === undefined ? join(directory, 'checkpoints') : pathOfPointer(given);
  const origin = { jobFileHash: hashOf(program.file), arguments: redactArguments(program.args) };
  const socketPath = home.socketPath(jobId);
  const journal = await JobJournal.create(home.journalFile(jobId), {
    kind: 'submitted',
    jobId,
    name: jobGraph.name,
    process: currentProcess(),
    socketPath,
    logPath: home.logFile(jobId),
    ...(outputFile !== undefined && { outputPath: home.outputFile(jobId) }),
    jobFile: program.file,
    checkpointDirectory,
    ...origin,
  });
  const logger = createLogger(log, { subject: jobId, level });
  return { journal, log, logger, checkpointDirectory, origin, socketPath };
}

class MasteredJob implements HostedJob {
  readonly ended: Promise<JobEnd>;
  readonly #master: JobMaster;

  constructor(master: JobMaster, ended: Promise<JobEnd>) {
    this.#master = master;
    this.ended = ended;
  }

  cancel(): void {
    if (!this.#master.statusTracker.isTerminal) this.#master.cancel();
  }

  async interrupt(reason: string): Promise<void> {
    this.#master.abandon(reason);
    await this.ended;
  }

  describe(): string {
    this.#master.refreshMetrics();
    const { jobGraph, status, statistics, tasks } = this.#master;
    const records = tasks.all.reduce((most, task) => Math.max(most, task.metrics?.recordsOut ?? 0), 0);
    return `${jobGraph.name} ${status}: ${records} records, ${statistics.counts.completed} checkpoints`;
  }
}

/** The class that the result of an accumulator has in a Java client. */
const RESULT_CLASSES: Readonly<Record<string, string>> = {
  IntCounter: 'java.lang.Integer',
  IntMinimum: 'java.lang.Integer',
  IntMaximum: 'java.lang.Integer',
  LongCounter: 'java.lang.Long',
  LongMinimum: 'java.lang.Long',
  LongMaximum: 'java.lang.Long',
  DoubleCounter: 'java.lang.Double',
  DoubleMinimum: 'java.lang.Double',
  DoubleMaximum: 'java.lang.Double',
  AverageAccumulator: 'java.lang.Double',
  Histogram: 'java.util.TreeMap',
  ListAccumulator: 'java.util.ArrayList',
};

function endOf({ status, netRuntime, accumulators, error }: JobOutcome): JobEnd {
  if (status === 'CANCELED') return { status };
  if (status === 'FAILED') return { status, error: error ?? new Error('The job failed.') };
  return {
    status,
    runtimeMs: netRuntime,
    accumulators: accumulators.map(({ name, kind, value }) => [
      name,
      RESULT_CLASSES[kind] ?? 'java.lang.Object',
      value,
    ]),
  };
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
