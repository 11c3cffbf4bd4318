/**
 * What users ask a running job for: checkpoints, savepoints, and stopping with one. A savepoint fails alone: the job goes
 * on, with its periodic checkpoints. A stop that fails after its savepoint is whole says so, with the path.
 */

import { FlinkError } from '../common/errors.js';
import type { JobGraph } from '../graph/job-graph.js';
import { fileUri, pathOfPointer } from '../snapshot/snapshot-pointer.js';
import type { CheckpointCoordinator } from './checkpoint-coordinator.js';
import { describeReason } from './checkpoint-failures.js';
import type { JobStatus } from './job-status.js';
import { type TaskTracker, taskName } from './task-tracker.js';

/** What a savepoint is to be. @internal */
export interface SavepointRequest {
  /** A path or `file:` URI; the savepoint gets a directory of its own in it. */
  readonly target: string;
  readonly format: 'canonical' | 'native';
}

/** What belongs to the job. @internal */
export interface SnapshottedJob {
  readonly jobId: string;
  readonly jobGraph: JobGraph;
  readonly tasks: TaskTracker;
  status(): JobStatus;
  coordinator(): CheckpointCoordinator | undefined;
  /** Whether all tasks of the attempt run, or have finished. */
  hasStarted(): boolean;
  cancel(): void;
}

interface Stopping {
  /** Set when the savepoint is whole. */
  path: string | undefined;
  resolve(path: string): void;
  reject(error: Error): void;
}

/** The snapshots that are asked for. @internal */
export class JobSnapshots {
  readonly #job: SnapshottedJob;
  #stopping: Stopping | undefined;
  /** What came while tasks were still being deployed. */
  #waiting: (() => void)[] = [];

  constructor(job: SnapshottedJob) {
    this.#job = job;
  }

  /** Takes a checkpoint; resolves with its id. */
  async checkpoint(type: 'CONFIGURED' | 'FULL'): Promise<number> {
    const { checkpointId } = await (await this.#coordinator()).trigger({
      kind: 'checkpoint',
      // biome-ignore lint/suspicious/noThenProperty: the name is that of the message; its value is no function.
      then: 'continue',
      isPeriodic: false,
      isForced: false,
      ...(type === 'FULL' && { format: 'native' }),
    });
    return checkpointId;
  }

  /** Takes a savepoint beside the stream; resolves with its URI. */
  async savepoint(request: SavepointRequest): Promise<string> {
    return await this.#trigger(await this.#coordinator(), request, 'continue');
  }

  /** Takes a savepoint, then cancels the job; no checkpoint comes between the two. */
  async cancelWithSavepoint(request: SavepointRequest): Promise<string> {
    const coordinator = await this.#coordinator();
    coordinator.suspendPeriodic();
    try {
      const path = await this.#trigger(coordinator, request, 'continue');
      this.#job.cancel();
      return path;
    } catch (error) {
      coordinator.resumePeriodic();
      throw error;
    }
  }

  /**
   * Ends the job with a savepoint; resolves with its URI when all tasks have finished.
   *
   * @throws FlinkError `STOP_FAILED` when the savepoint is whole but the job did not stop, others when there is none.
   */
  async stop(request: SavepointRequest, drain: boolean): Promise<string> {
    const coordinator = await this.#coordinator();
    const { jobId } = this.#job;
    if (this.#stopping !== undefined) {
      throw new FlinkError('CHECKPOINT_FAILED', `Job ${jobId} is being stopped with a savepoint already.`);
    }
    const stopping: Stopping = { path: undefined, resolve: () => {}, reject: () => {} };
    const stopped = new Promise<string>((resolve, reject) => Object.assign(stopping, { resolve, reject }));
    this.#stopping = stopping;
    // It is waited for below, or the savepoint has failed before.
    stopped.catch(() => {});
    coordinator.suspendPeriodic();
    try {
      const path = await this.#trigger(coordinator, request, drain ? 'drain' : 'suspend');
      stopping.path = path;
      this.onStatus(this.#job.status());
      return await stopped;
    } catch (error) {
      if (stopping.path === undefined) coordinator.resumePeriodic();
      throw error;
    } finally {
      this.#stopping = undefined;
    }
  }

  /** All tasks run: what waited for them goes on. */
  onStarted(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  /** The job has changed its status. */
  onStatus(status: JobStatus): void {
    if (status !== 'RUNNING') this.onStarted();
    const stopping = this.#stopping;
    if (stopping?.path === undefined || status === 'RUNNING') return;
    if (status === 'FINISHED') {
      stopping.resolve(stopping.path);
      return;
    }
    const states = [...new Set(this.#job.tasks.all.map((task) => task.state))].filter((state) => state !== 'FINISHED');
    stopping.reject(
      new FlinkError(
        'STOP_FAILED',
        `A savepoint has been created at: ${stopping.path}, but the corresponding job ${this.#job.jobId} failed during ` +
          `stopping: it is ${status}, with tasks in the states [${states.join(', ')}]. The savepoint is consistent, but ` +
          'might have uncommitted transactions. If you want to commit the transaction please restart a job from this savepoint.',
      ),
    );
  }

  async #trigger(
    coordinator: CheckpointCoordinator,
    { target, format }: SavepointRequest,
    then: 'continue' | 'suspend' | 'drain',
  ): Promise<string> {
    const { directory } = await coordinator.trigger({
      kind: 'savepoint',
      format,
      then,
      target: targetPath(target),
      isPeriodic: false,
      // It runs beside a checkpoint, and does not wait for its end.
      isForced: true,
    });
    return fileUri(directory);
  }

  /** The coordinator, once tasks run that are only just being deployed: a job that was started may be asked at once. */
  async #coordinator(): Promise<CheckpointCoordinator> {
    const coordinator = this.#checked();
    if (this.#job.hasStarted()) return coordinator;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
    return this.#checked();
  }

  /** Refuses what the job's state does not allow, in Flink's words. */
  #checked(): CheckpointCoordinator {
    const { jobId, jobGraph, tasks } = this.#job;
    const status = this.#job.status();
    if (jobGraph.jobType === 'BATCH') {
      throw new FlinkError('CHECKPOINT_FAILED', `Job ${jobId} is not a streaming job.`);
    }
    const coordinator = this.#job.coordinator();
    if (status === 'INITIALIZING' || coordinator === undefined) {
      throw new FlinkError(
        'CHECKPOINT_FAILED',
        'Unable to get JobMasterGateway for initializing job. The requested operation is not available while the JobManager is initializing.',
      );
    }
    if (status === 'FINISHED' || status === 'CANCELED' || status === 'FAILED') {
      throw new FlinkError('JOB_NOT_FOUND', `Could not find Flink job (${jobId})`);
    }
    const [first] = tasks.all;
    if (status !== 'RUNNING' && first !== undefined) {
      throw new FlinkError(
        'CHECKPOINT_FAILED',
        `Checkpoint triggering task ${taskName(first)} of job ${jobId} is not being executed at the moment. Aborting ` +
          `checkpoint. Failure reason: ${describeReason('NOT_ALL_REQUIRED_TASKS_RUNNING')}`,
      );
    }
    return coordinator;
  }
}

/** A folder that cannot be one fails as a disk would: the job goes on. */
function targetPath(target: string): string {
  try {
    return pathOfPointer(target);
  } catch (cause) {
    throw new FlinkError('CHECKPOINT_FAILED', describeReason('IO_EXCEPTION'), { cause });
  }
}
