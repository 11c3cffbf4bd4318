/**
 * The jobs of a home directory, as `list` and `cancel` see them. Journals are the truth: a job whose process is gone and
 * whose journal does not say how it ended has FAILED, and is never shown as running.
 */

import { readdirSync, statSync } from 'node:fs';
import { FlinkError } from '../common/errors.js';
import { type JobId, parseJobId } from '../common/ids.js';
import type { JobStatus } from '../coordinator/job-status.js';
import type { HomeDirectory } from '../snapshot/home-directory.js';
import { readJournal } from '../snapshot/job-journal.js';
import { type JournalState, summarizeJournal } from '../snapshot/journal-record.js';
import { isProcessAlive } from '../snapshot/process-identity.js';
import { requestJson } from './rest-request.js';
import type { GatewayAddress } from './target.js';

/** One row of `list --json`. @internal */
export interface JobSummary {
  readonly id: JobId;
  readonly name: string;
  readonly state: JobStatus;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** -1 while the job is not over. */
  readonly endTime: number;
  /** The log of the job. */
  readonly log: string;
  /** What a detached job prints. */
  readonly output?: string;
  /** Journal, log and archive of the job. */
  readonly directory: string;
  readonly checkpoints: readonly string[];
}

/** A job of the home. @internal */
export interface KnownJob {
  readonly summary: JobSummary;
  readonly socketPath: string | undefined;
  readonly isAlive: boolean;
}

/** All jobs of a home, in no order; those of a gateway when an address is given. @internal */
export async function listJobs(home: HomeDirectory, address?: GatewayAddress): Promise<readonly JobSummary[]> {
  if (address !== undefined) return gatewayJobs(address);
  return jobDirectories(home).flatMap((id) => readJob(home, id)?.summary ?? []);
}

/**
 * Asks the process of a job to cancel it.
 *
 * @throws FlinkError `JOB_NOT_FOUND`, `ALREADY_TERMINAL` or `UNREACHABLE`.
 * @internal
 */
export async function cancelJob(home: HomeDirectory, id: JobId, address?: GatewayAddress): Promise<void> {
  if (address !== undefined) {
    await requestJson(address, 'PATCH', `/v1/jobs/${id}?mode=cancel`);
    return;
  }
  const job = readJob(home, id);
  if (job === undefined) throw new FlinkError('JOB_NOT_FOUND', `Job could not be found: ${id}.`);
  if (job.summary.state === 'CANCELED') return;
  if (!job.isAlive || job.socketPath === undefined) {
    throw new FlinkError(
      'ALREADY_TERMINAL',
      `Job cancellation failed because the job has already reached another terminal state (${job.summary.state}).`,
    );
  }
  await requestJson({ socketPath: job.socketPath }, 'PATCH', `/v1/jobs/${id}?mode=cancel`);
}

async function gatewayJobs(address: GatewayAddress): Promise<readonly JobSummary[]> {
  const answer = (await requestJson(address, 'GET', '/v1/jobs/overview')) as {
    readonly jobs: readonly Record<string, unknown>[];
  };
  return answer.jobs.map((job) => ({
    id: parseJobId(String(job.jid)),
    name: String(job.name),
    state: String(job.state) as JobStatus,
    startTime: Number(job['start-time']),
    endTime: Number(job['end-time']),
    log: '',
    directory: '',
    checkpoints: [],
  }));
}

/** The ids of all jobs of a home. @internal */
export function jobDirectories(home: HomeDirectory): readonly JobId[] {
  try {
    const names = readdirSync(home.jobsDirectory).filter((name) => /^[0-9a-f]{32}$/.test(name));
    return names.map((name) => parseJobId(name));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

/** What the journal of a job says; undefined when there is none. @internal */
export function readJob(home: HomeDirectory, id: JobId): KnownJob | undefined {
  const path = home.journalFile(id);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  const state = summarizeJournal(readJournal(path).records);
  const { submitted } = state;
  if (submitted === undefined) return undefined;
  const isAlive = !state.hasEnded && isProcessAlive(submitted.process);
  const summary: JobSummary = {
    id,
    name: submitted.name,
    state: shownState(state, isAlive),
    startTime: submitted.time,
    endTime: isAlive ? -1 : state.statusTime,
    log: submitted.logPath ?? home.logFile(id),
    ...(submitted.outputPath !== undefined && { output: submitted.outputPath }),
    directory: home.jobDirectory(id),
    checkpoints: state.retained.map((snapshot) => snapshot.path),
  };
  return { summary, socketPath: submitted.socketPath, isAlive };
}

/** A job that was left behind by its process is over, whatever its last record says. */
function shownState(state: JournalState, isAlive: boolean): JobStatus {
  if (isAlive) return state.status as JobStatus;
  return state.hasEnded && state.status !== 'SUSPENDED' ? (state.status as JobStatus) : 'FAILED';
}
