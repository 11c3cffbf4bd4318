/** The states of a job, in Flink's words, and which may follow which. */

import { assert } from '../common/assert.js';
import type { Clock } from '../common/clock.js';

/** Where a job is in its life. @internal */
export type JobStatus =
  /** The coordinator reads the snapshot to restore; a failure here is reported by `run`. */
  | 'INITIALIZING'
  /** Ready to be deployed. */
  | 'CREATED'
  /** Workers were started; tasks restore, run or finish. */
  | 'RUNNING'
  /** A failure that no restart follows: workers are being stopped. */
  | 'FAILING'
  | 'FAILED'
  /** Somebody asked for the end: workers are being stopped. */
  | 'CANCELLING'
  | 'CANCELED'
  /** All tasks have finished. */
  | 'FINISHED'
  /** A failure: workers are being stopped, or the delay before the next attempt runs. */
  | 'RESTARTING'
  /** The coordinator went away, the job may be taken up again. */
  | 'SUSPENDED'
  /** Flink's, after a loss of its coordinator; never entered here, but part of REST answers. */
  | 'RECONCILING';

/** Every state, in the order of Flink's answers. @internal */
export const JOB_STATUSES: readonly JobStatus[] = [
  'INITIALIZING',
  'CANCELLING',
  'CANCELED',
  'RUNNING',
  'FINISHED',
  'RECONCILING',
  'FAILING',
  'FAILED',
  'CREATED',
  'RESTARTING',
  'SUSPENDED',
];

const MOVES: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  INITIALIZING: ['CREATED', 'FAILED', 'CANCELLING', 'SUSPENDED'],
  CREATED: ['RUNNING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
  RUNNING: ['FINISHED', 'FAILING', 'RESTARTING', 'CANCELLING', 'SUSPENDED'],
  RESTARTING: ['CREATED', 'RUNNING', 'FAILING', 'CANCELLING', 'SUSPENDED'],
  FAILING: ['FAILED', 'CANCELLING', 'SUSPENDED'],
  CANCELLING: ['CANCELED', 'SUSPENDED'],
  RECONCILING: ['RUNNING'],
  FAILED: [],
  CANCELED: [],
  FINISHED: [],
  SUSPENDED: [],
};

/** Whether a job in this state has ended for good. @internal */
export function isGloballyTerminal(status: JobStatus): boolean {
  return status === 'FINISHED' || status === 'CANCELED' || status === 'FAILED';
}

/** Whether a job in this state may move on to another one. @internal */
export function mayMove(from: JobStatus, to: JobStatus): boolean {
  return MOVES[from].includes(to);
}

/** The state of one job, with the time at which it entered each. @internal */
export class JobStatusTracker {
  readonly #clock: Clock;
  readonly #onChange: (from: JobStatus, to: JobStatus) => void;
  readonly #timestamps = new Map<JobStatus, number>();
  #status: JobStatus = 'INITIALIZING';

  constructor(clock: Clock, onChange: (from: JobStatus, to: JobStatus) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#timestamps.set('INITIALIZING', clock.now());
  }

  get status(): JobStatus {
    return this.#status;
  }

  get isTerminal(): boolean {
    return isGloballyTerminal(this.#status);
  }

  /** Milliseconds since the epoch; 0 = never entered. */
  timestampOf(status: JobStatus): number {
    return this.#timestamps.get(status) ?? 0;
  }

  /** When the job was submitted. */
  get startTime(): number {
    return this.timestampOf('INITIALIZING');
  }

  /** When the job ended; -1 = it has not. */
  get endTime(): number {
    return this.isTerminal ? this.timestampOf(this.#status) : -1;
  }

  moveTo(next: JobStatus): void {
    const from = this.#status;
    assert(mayMove(from, next), `a job moves from ${from} to ${next}`);
    this.#status = next;
    this.#timestamps.set(next, this.#clock.now());
    this.#onChange(from, next);
  }
}
