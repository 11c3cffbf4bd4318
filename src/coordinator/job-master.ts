/**
 * Runs one job: reads the snapshot to begin from, deploys attempts, restarts them when they fail, and ends. It only
 * decides; threads stand behind `WorkerHost`, files behind `CheckpointStorage`, time behind `Clock`.
 *
 * Invariant: at most one attempt lives at a time, and the next one chooses its restore point only after the last one has
 * stopped and no checkpoint is being published any more.
 */

import { Configuration } from '../common/config.js';
import { errorFromWire, FlinkError, isRestartable, messageOf } from '../common/errors.js';
import { RestOptions, WorkerOptions } from '../common/options.js';
import type { JobGraph } from '../graph/job-graph.js';
import { JobAccumulators, type MergedAccumulator } from './accumulators.js';
import { Attempt, type AttemptEvents } from './attempt.js';
import type { CheckpointCoordinator } from './checkpoint-coordinator.js';
import { type CheckpointSettings, checkpointSettings } from './checkpoint-settings.js';
import { CheckpointStatistics } from './checkpoint-statistics.js';
import { createCheckpointing } from './checkpointing.js';
import { CompletedCheckpoints } from './completed-checkpoints.js';
import { ExceptionHistory } from './exception-history.js';
import { type InitialSnapshot, readInitialSnapshot } from './initial-snapshot.js';
import type { JobMasterOptions, JobOutcome } from './job-master-options.js';
import { JobSnapshots } from './job-snapshots.js';
import { type JobStatus, JobStatusTracker } from './job-status.js';
import { type RestartStrategy, restartStrategyFrom } from './restart-strategy.js';
import { restorePoint, snapshotOf } from './restore-point.js';
import { TaskTracker, type TrackedTask, taskKey, taskName } from './task-tracker.js';

export type { JobMasterOptions, JobOutcome };

/** Longest time that workers get to close what they hold when an attempt ends; milliseconds. */
const CLOSE_GRACE_MS = 10_000;

/** One job, from its submission to its end. @internal */
export class JobMaster {
  readonly jobId: string;
  readonly jobGraph: JobGraph;
  readonly configuration: Configuration;
  readonly settings: CheckpointSettings;
  readonly tasks: TaskTracker;
  readonly statistics: CheckpointStatistics;
  readonly exceptions: ExceptionHistory;
  readonly strategy: RestartStrategy;
  /** What users ask for: checkpoints, savepoints, stopping. */
  readonly snapshots: JobSnapshots;
  /** Settles when the job has reached its end and everything that goes with it is deleted and recorded. */
  readonly ended: Promise<JobOutcome>;
  readonly #options: JobMasterOptions;
  readonly #status: JobStatusTracker;
  readonly #accumulators = new JobAccumulators();
  readonly #completed: CompletedCheckpoints;
  readonly #graceMs: number;
  #resolveEnded: (outcome: JobOutcome) => void = () => {};
  #coordinator: CheckpointCoordinator | undefined;
  #initial: InitialSnapshot | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #restartTimer: unknown;
  #areCheckpointsStarted = false;
  /** Some attempt restored all its state and ran. */
  #hasRun = false;
  #metricsRequests = 0;
  /** Why the job failed. */
  #failure: Error | undefined;

  constructor(options: JobMasterOptions) {
    const { jobGraph, clock } = options;
    this.#options = options;
    this.jobId = options.jobId;
    this.jobGraph = jobGraph;
    this.configuration = new Configuration(jobGraph.configuration);
    this.settings = checkpointSettings(this.configuration, jobGraph.jobType === 'BATCH');
    this.strategy = restartStrategyFrom(this.configuration, clock, options.random);
    this.tasks = new TaskTracker(jobGraph, clock);
    this.statistics = new CheckpointStatistics(this.configuration.get(RestOptions.CHECKPOINT_HISTORY));
    this.exceptions = new ExceptionHistory(this.configuration.get(RestOptions.EXCEPTION_HISTORY));
    this.#completed = new CompletedCheckpoints(this.settings.numRetained);
    this.snapshots = new JobSnapshots({
      jobId: this.jobId,
      jobGraph,
      tasks: this.tasks,
      status: () => this.status,
      coordinator: () => this.#coordinator,
      hasStarted: () => this.#areCheckpointsStarted,
      cancel: () => this.cancel(),
    });
    this.#graceMs = Math.min(CLOSE_GRACE_MS, this.configuration.get(WorkerOptions.CANCELLATION_TIMEOUT));
    this.#status = new JobStatusTracker(clock, (from, to) => this.#onStatus(from, to));
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get status(): JobStatus {
    return this.#status.status;
  }

  get statusTracker(): Pick<JobStatusTracker, 'timestampOf' | 'startTime' | 'endTime' | 'isTerminal'> {
    return this.#status;
  }

  get accumulators(): readonly MergedAccumulator[] {
    return this.#accumulators.merged();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  get now(): number {
    return this.#options.clock.now();
  }

  get restarts(): number {
    return Math.max(0, this.#attempts - 1);
  }

  /** Reads the snapshot to restore and deploys. Resolves when the job has left INITIALIZING; failures end the job. */
  async start(): Promise<void> {
    try {
      await this.#initialize();
    } catch (error) {
      if (this.status === 'INITIALIZING') await this.#endAtOnce(asError(error));
      return;
    }
    if (this.status !== 'INITIALIZING') return;
    this.#status.moveTo('CREATED');
    this.#status.moveTo('RUNNING');
    this.#deploy();
  }

  /**
   * Ends the job; resolves when it has begun to end.
   *
   * @throws FlinkError `ALREADY_TERMINAL` when the job has ended otherwise.
   */
  cancel(): void {
    const { status } = this;
    if (status === 'CANCELED' || status === 'CANCELLING') return;
    if (this.#status.isTerminal) {
      throw new FlinkError(
        'ALREADY_TERMINAL',
        `Job cancellation failed because the job has already reached another terminal state (${status}).`,
      );
    }
    this.#status.moveTo('CANCELLING');
    this.#background(this.#shutDown('CANCELED', undefined, false));
  }

  /** Ends the job as a failure would, and keeps every snapshot: its process was told to stop. */
  abandon(reason: string): void {
    if (this.#status.isTerminal || this.status === 'CANCELLING' || this.status === 'FAILING') return;
    const error = new FlinkError('JOB_FAILED', reason);
    if (this.status === 'INITIALIZING') {
      this.#background(this.#endAtOnce(error));
      return;
    }
    this.#status.moveTo('FAILING');
    this.#background(this.#shutDown('FAILED', error, true));
  }

  /** Asks the workers for fresh figures; they arrive on the tasks a little later. */
  refreshMetrics(): void {
    this.#attempt?.requestMetrics(this.#metricsRequests++);
  }

  async #initialize(): Promise<void> {
    this.#initial = await readInitialSnapshot(this.#options);
    if (this.settings.intervalMs !== undefined) await this.#options.storage.prepareJob();
    this.#coordinator = createCheckpointing(this.#options, {
      settings: this.settings,
      statistics: this.statistics,
      tasks: this.tasks,
      completed: this.#completed,
      initial: this.#initial,
      onTooManyFailures: (error) => this.#onFailure(error, undefined),
    });
  }

  #deploy(): void {
    const { host, program, clock, restore } = this.#options;
    const newest = this.#completed.newest;
    try {
      const isInitial = newest === undefined || newest === this.#initial?.adopted;
      const point = restorePoint(this.jobGraph, isInitial ? this.#initial?.loaded : snapshotOf(newest), {
        allowNonRestoredState: isInitial && restore?.allowNonRestoredState === true,
      });
      if (point.restore !== undefined && point.path !== undefined) {
        const { checkpointId } = point.restore;
        const restored = {
          id: checkpointId,
          restoreTime: clock.now(),
          isSavepoint: point.isSavepoint,
          path: point.path,
        };
        this.statistics.onRestored(restored);
        this.#options.logger.info(`Restoring job ${this.jobId} from checkpoint ${checkpointId} at ${point.path}.`);
      }
      this.tasks.deploy();
      this.#accumulators.clear();
      this.#areCheckpointsStarted = false;
      const start = {
        jobId: this.jobId,
        attempt: this.#attempts++,
        jobGraph: point.jobGraph,
        program,
        sources: point.sources,
      };
      this.#attempt = new Attempt(
        host,
        { ...start, ...(point.restore !== undefined && { restore: point.restore }) },
        this.#events(),
        clock,
      );
    } catch (error) {
      this.#onFailure(asError(error), undefined);
    }
  }

  #events(): AttemptEvents {
    const { logger, onPrint, onCollected } = this.#options;
    return {
      onTaskStatus: (message) => {
        const task = this.tasks.find(message.vertex, message.subtask);
        if (task !== undefined) this.#onTaskStatus(task, message);
      },
      onEndOfData: ({ vertex, subtask }) => {
        const task = this.tasks.find(vertex, subtask);
        if (task !== undefined) task.hasEndedInput = true;
        if (this.#areCheckpointsStarted) this.#coordinator?.onInputEnded();
      },
      onCheckpointAck: (message) => this.#coordinator?.onAcknowledged(message),
      onCheckpointDecline: ({ checkpointId, vertex, subtask, error }) =>
        this.#coordinator?.onDeclined(checkpointId, vertex, subtask, error),
      onCoordinatorsSnapshot: ({ checkpointId, states }) =>
        this.#coordinator?.onCoordinatorsSnapshot(checkpointId, states),
      onFailure: (error) => this.#onFailure(error, undefined),
      onAccumulators: ({ vertex, subtask, values }) => this.#accumulators.report(taskKey(vertex, subtask), values),
      onMetrics: ({ tasks }) => {
        for (const metrics of tasks) {
          const task = this.tasks.find(metrics.vertex, metrics.subtask);
          if (task !== undefined) task.metrics = metrics;
        }
      },
      onPrint: ({ stream, text }) => onPrint?.(stream, text),
      onCollected: ({ collectId, records }) => onCollected?.(collectId, records),
      onLog: (level, message) => logger.log(level, message),
    };
  }

  #onTaskStatus(task: TrackedTask, message: Parameters<AttemptEvents['onTaskStatus']>[0]): void {
    const { status, error } = message;
    const from = task.state;
    this.tasks.moveTo(task, status);
    if (task.state !== from) this.#options.logger.info(`${taskName(task)} switched from ${from} to ${status}.`);
    if (status === 'FAILED') {
      const wire = error ?? { name: 'Error', message: `Task ${taskName(task)} failed.` };
      this.#onFailure(errorFromWire(wire), task);
      return;
    }
    if (status === 'FINISHED') this.#coordinator?.onTaskFinished(task);
    if (this.tasks.allFinished) this.#onAllFinished();
    else this.#startCheckpoints();
  }

  #startCheckpoints(): void {
    const attempt = this.#attempt;
    if (this.#areCheckpointsStarted || attempt === undefined) return;
    if (!this.tasks.all.every((task) => task.state === 'RUNNING' || task.state === 'FINISHED')) return;
    this.#areCheckpointsStarted = true;
    this.#hasRun = true;
    this.#coordinator?.start(attempt);
    this.snapshots.onStarted();
  }

  #onAllFinished(): void {
    if (this.status === 'RUNNING') this.#background(this.#shutDown('FINISHED', undefined, false));
  }

  /** A task, a worker or too many checkpoints failed. */
  #onFailure(error: Error, task: TrackedTask | undefined): void {
    const attempt = this.#attempts - 1;
    const name = task === undefined ? undefined : `${taskName(task)} - execution #${attempt}`;
    if (this.#status.isTerminal || this.status === 'CANCELLING') return;
    this.exceptions.add({ time: this.now, error, taskName: name, attempt });
    if (this.status !== 'RUNNING' || this.#isFinishing) return;
    this.#options.logger.warn(`${name ?? `Job ${this.jobId}`} failed: ${error.message}`, error);
    this.strategy.notifyFailure();
    if (isRestartable(error) && this.strategy.canRestart()) {
      this.#status.moveTo('RESTARTING');
      this.#background(this.#restart(this.strategy.backoffMs()));
      return;
    }
    const cause = isRestartable(error)
      ? new FlinkError('JOB_FAILED', `Recovery is suppressed by ${this.strategy.description}`, { cause: error })
      : error;
    this.#status.moveTo('FAILING');
    this.#background(this.#shutDown('FAILED', cause, false));
  }

  async #restart(backoffMs: number): Promise<void> {
    this.#coordinator?.stop('JOB_FAILOVER_REGION');
    const delay = new Promise<void>((resolve) => {
      this.#restartTimer = this.#options.clock.setTimeout(resolve, backoffMs);
    });
    await this.#stopAttempt();
    await delay;
    await this.#coordinator?.settled();
    if (this.status !== 'RESTARTING') return;
    this.#status.moveTo('RUNNING');
    this.#deploy();
  }

  async #stopAttempt(): Promise<void> {
    this.tasks.cancelAll();
    await this.#attempt?.stop(this.#graceMs);
    this.tasks.endAll();
  }

  get #isFinishing(): boolean {
    return this.tasks.allFinished;
  }

  async #shutDown(status: JobOutcome['status'], error: Error | undefined, keepSnapshots: boolean): Promise<void> {
    this.#options.clock.clearTimeout(this.#restartTimer);
    this.#coordinator?.stop('CHECKPOINT_COORDINATOR_SHUTDOWN');
    await this.#stopAttempt();
    await this.#coordinator?.settled();
    // A cancellation that came meanwhile has its own way to the end.
    if (status !== 'CANCELED' && this.status === 'CANCELLING') return;
    // First the end is recorded, then checkpoints go: a crash in between leaves files too many, not a job that seems to
    // have died without a checkpoint and would be started from nothing.
    await this.#recordEnd(status, error);
    if (!keepSnapshots) {
      const gone = this.#completed.shutdown(status, this.settings.retention);
      // A claimed snapshot that could not be restored stays as it was.
      await this.#coordinator?.removeAll(gone.filter((each) => each.claimed === undefined || this.#hasRun));
    }
    await this.#initial?.release();
    this.#end(status, error);
  }

  async #recordEnd(status: JobOutcome['status'], error: Error | undefined): Promise<void> {
    try {
      await this.#options.journal.append({
        kind: 'ended',
        status,
        ...(error !== undefined && { error: error.message }),
      });
    } catch (cause) {
      this.#options.logger.error(`The end of job ${this.jobId} could not be recorded: ${messageOf(cause)}`, cause);
    }
  }

  /** Fails the job without touching its snapshots. */
  async #endAtOnce(error: Error): Promise<void> {
    await this.#recordEnd('FAILED', error);
    await this.#initial?.release();
    this.#end('FAILED', error);
  }

  #end(status: JobOutcome['status'], error: Error | undefined): void {
    if (this.#status.isTerminal) return;
    this.#failure = error;
    this.#status.moveTo(status);
    if (error !== undefined) this.#options.logger.error(`Job ${this.jobId} failed.`, error);
    this.#options.logger.info(`Job ${this.jobId} reached globally terminal state ${status}.`);
    const netRuntime = this.#status.endTime - this.#status.startTime;
    this.#resolveEnded({ status, netRuntime, accumulators: this.accumulators, ...(error !== undefined && { error }) });
  }

  #onStatus(from: JobStatus, to: JobStatus): void {
    const { logger, journal, onStatus } = this.#options;
    logger.info(`Job ${this.jobGraph.name} (${this.jobId}) switched from state ${from} to ${to}.`);
    onStatus?.(to);
    this.snapshots.onStatus(to);
    if (this.#status.isTerminal) return;
    journal.append({ kind: 'status', status: to }).catch((error: unknown) => {
      logger.error(`Status ${to} of job ${this.jobId} could not be recorded: ${messageOf(error)}`);
    });
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#options.logger.error(`Job ${this.jobId} could not be ended in order.`, error);
      if (!this.#status.isTerminal) this.#background(this.#endAtOnce(asError(error)));
    });
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
