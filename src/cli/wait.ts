/** `wait`: until a job of the home is in a status, or a savepoint that was triggered with `-detached` is done. */

import { setTimeout as delay } from 'node:timers/promises';
import { FlinkError } from '../common/errors.js';
import { HomeDirectory } from '../snapshot/home-directory.js';
import { type IndexedJob, SnapshotIndex } from '../snapshot/snapshot-index.js';
import { CliUsageError } from './cli-errors.js';
import type { Invocation, Verb } from './commands.js';
import { requestJson } from './rest-request.js';

const INTERVAL_MS = 100;
/** Exit codes beside 0: it came to another end; the time was over. */
const OTHERWISE = 10;
const TIMED_OUT = 11;
const STATUSES = new Set(
  'INITIALIZING CREATED RUNNING FAILING FAILED CANCELLING CANCELED FINISHED RESTARTING SUSPENDED RECONCILING'.split(
    ' ',
  ),
);
const TERMINAL = ['FINISHED', 'CANCELED', 'FAILED', 'SUSPENDED'];
const ID = /^[0-9a-f]{32}$/;

/** The verb. @internal */
export const waitVerb: Verb = {
  async run(invocation) {
    const [name, more] = invocation.line.args;
    if (name === undefined || more !== undefined) throw new CliUsageError('Syntax: flink-ts wait JOB [--for STATUS]');
    const wanted = readStatuses(invocation.line.value('for'));
    const deadline = readDeadline(invocation.line.value('timeout'));
    const index = SnapshotIndex.open(new HomeDirectory(invocation.environment));
    try {
      const job = findJob(index, name);
      if (job !== undefined) return await waitForJob({ invocation, index, deadline }, job, wanted);
      if (ID.test(name)) return await waitForTrigger({ invocation, index, deadline }, name);
      throw new FlinkError('JOB_NOT_FOUND', `No job of this home has the id or the name "${name}".`);
    } finally {
      index.close();
    }
  },
};

interface Waiting {
  readonly invocation: Invocation;
  readonly index: SnapshotIndex;
  readonly deadline: number;
}

function readStatuses(text: string | undefined): readonly string[] {
  if (text === undefined) return TERMINAL;
  const statuses = text.toUpperCase().split(',');
  const unknown = statuses.find((status) => !STATUSES.has(status));
  if (unknown === undefined) return statuses;
  throw new CliUsageError(`"${unknown}" is no status of a job.`, {
    remedy: `These are: ${[...STATUSES].join(', ').toLowerCase()}.`,
  });
}

function readDeadline(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0)) throw new CliUsageError(`"${text}" is no number of seconds.`);
  return Date.now() + seconds * 1000;
}

/** The newest job of that name, or the one with that id. */
function findJob(index: SnapshotIndex, name: string): IndexedJob | undefined {
  index.catchUp();
  return index.jobs().findLast((job) => job.jobId === name || job.name === name);
}

async function waitForJob(waiting: Waiting, job: IndexedJob, wanted: readonly string[]): Promise<number> {
  const { invocation, index, deadline } = waiting;
  for (;;) {
    index.catchUp();
    const { status, isTerminal } = index.job(job.jobId) ?? job;
    const isReached = wanted.includes(status);
    const isOver = Date.now() >= deadline;
    if (isReached || isTerminal || isOver) {
      print(invocation, { id: job.jobId, name: job.name, status, reached: isReached });
      if (isReached) return 0;
      return isTerminal ? OTHERWISE : TIMED_OUT;
    }
    await delay(INTERVAL_MS);
  }
}

interface TriggerAnswer {
  readonly status?: { readonly id?: string };
  readonly operation?: {
    readonly location?: string;
    readonly 'failure-cause'?: { readonly class?: string; readonly 'stack-trace'?: string };
  };
}

/** Which job was asked for the savepoint is not said by its id, so the running ones are asked in turn. */
async function waitForTrigger(waiting: Waiting, trigger: string): Promise<number> {
  const { invocation, index, deadline } = waiting;
  for (;;) {
    index.catchUp();
    const answer = await askJobs(index.jobs(), trigger);
    if (answer === undefined) {
      throw new FlinkError(
        'JOB_NOT_FOUND',
        `No job of this home has the id ${trigger}, and no running one triggered it.`,
      );
    }
    if (answer.status?.id === 'COMPLETED') {
      const { location, 'failure-cause': failure } = answer.operation ?? {};
      const reason = failure?.['stack-trace']?.split('\n')[0] ?? failure?.class;
      print(invocation, { trigger, status: failure === undefined ? 'COMPLETED' : 'FAILED', location, reason });
      return failure === undefined ? 0 : OTHERWISE;
    }
    if (Date.now() >= deadline) {
      print(invocation, { trigger, status: 'IN_PROGRESS' });
      return TIMED_OUT;
    }
    await delay(INTERVAL_MS);
  }
}

async function askJobs(jobs: readonly IndexedJob[], trigger: string): Promise<TriggerAnswer | undefined> {
  for (const { jobId, socketPath, isTerminal } of jobs) {
    if (isTerminal || socketPath === undefined) continue;
    for (const kind of ['savepoints', 'checkpoints']) {
      try {
        return (await requestJson({ socketPath }, 'GET', `/v1/jobs/${jobId}/${kind}/${trigger}`)) as TriggerAnswer;
      } catch (error) {
        if (!(error instanceof FlinkError)) throw error;
      }
    }
  }
  return undefined;
}

function print({ line, output }: Invocation, facts: Readonly<Record<string, unknown>>): void {
  if (line.has('json')) output.out(`${JSON.stringify(facts)}\n`);
  else
    output.out(`${['id', 'trigger', 'status', 'location', 'reason'].flatMap((name) => facts[name] ?? []).join(' ')}\n`);
}
