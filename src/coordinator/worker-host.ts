/**
 * What the job master needs of threads: start the workers of an attempt, post to them, hear them out, end them. The
 * process of a job implements it with worker threads; tests with fakes that speak the same messages.
 */

import type { VertexId } from '../common/ids.js';
import type { JobGraph } from '../graph/job-graph.js';
import type {
  EnumeratorWorkerStart,
  FromEnumeratorWorker,
  FromTaskWorker,
  JobProgram,
  RestoredTasks,
  ToEnumeratorWorker,
  ToTaskWorker,
} from '../runtime/worker/messages.js';

/** Starts workers. @internal */
export interface WorkerHost {
  /**
   * Starts the task workers of an attempt and, when there are sources, the enumerator worker. Messages come after this
   * has returned. `restore` holds the state of all tasks: the host gives each worker its own.
   */
  start(attempt: AttemptStart, listener: WorkerListener): WorkerAttempt;
}

/** What an attempt is started with. @internal */
export interface AttemptStart {
  readonly jobId: string;
  readonly attempt: number;
  readonly jobGraph: JobGraph;
  readonly program: JobProgram;
  readonly restore?: RestoredTasks;
  /** Empty: no enumerator worker is needed. */
  readonly sources: EnumeratorWorkerStart['sources'];
}

/** The workers of one attempt. @internal */
export interface WorkerAttempt {
  /** Number of task workers: their indices count from 0. */
  readonly taskWorkers: number;
  /** The worker that runs a subtask. */
  workerOf(vertex: VertexId, subtask: number): number;
  /** Posting to a worker that has ended does nothing. */
  post(worker: number, message: ToTaskWorker): void;
  postToEnumerators(message: ToEnumeratorWorker): void;
  /** Ends all threads, whatever they do, and removes what the attempt left (spill files). May be called twice. */
  terminate(): Promise<void>;
}

/** Hears the workers of one attempt. @internal */
export interface WorkerListener {
  onTaskMessage(worker: number, message: FromTaskWorker): void;
  onEnumeratorMessage(message: FromEnumeratorWorker): void;
  /**
   * A thread has ended. `error`: why, unless it was told to stop: `WORKER_OUT_OF_MEMORY` when it reached its limit,
   * else `WORKER_DIED`.
   */
  onExit(worker: number | 'enumerators', error: Error | undefined): void;
}
