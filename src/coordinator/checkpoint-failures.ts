/**
 * Why checkpoints fail, in Flink's words, and which failures count: more than the tolerable number of countable failures
 * in a row fails the job.
 */

/** Why a checkpoint did not come about. @internal */
export type CheckpointFailureReason =
  | 'CHECKPOINT_DECLINED'
  | 'CHECKPOINT_EXPIRED'
  | 'CHECKPOINT_ASYNC_EXCEPTION'
  | 'IO_EXCEPTION'
  | 'CHECKPOINT_SUBSUMED'
  | 'TOO_MANY_CHECKPOINT_REQUESTS'
  | 'MINIMUM_TIME_BETWEEN_CHECKPOINTS'
  | 'NOT_ALL_REQUIRED_TASKS_RUNNING'
  | 'JOB_FAILOVER_REGION'
  | 'CHECKPOINT_DECLINED_SUBSUMED'
  | 'CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER'
  | 'CHECKPOINT_DECLINED_INPUT_END_OF_STREAM'
  | 'CHECKPOINT_COORDINATOR_SUSPEND'
  | 'CHECKPOINT_COORDINATOR_SHUTDOWN'
  | 'TASK_FAILURE'
  | 'TRIGGER_CHECKPOINT_FAILURE'
  | 'FINALIZE_CHECKPOINT_FAILURE';

const COUNTABLE: ReadonlySet<CheckpointFailureReason> = new Set<CheckpointFailureReason>([
  'CHECKPOINT_DECLINED',
  'CHECKPOINT_EXPIRED',
  'CHECKPOINT_ASYNC_EXCEPTION',
  'IO_EXCEPTION',
]);

const TEXTS: Readonly<Record<CheckpointFailureReason, string>> = {
  CHECKPOINT_DECLINED: 'Checkpoint was declined (tasks not ready)',
  CHECKPOINT_EXPIRED: 'Checkpoint expired before completing.',
  CHECKPOINT_ASYNC_EXCEPTION: 'Asynchronous task checkpoint failed.',
  IO_EXCEPTION: 'An Exception occurred while triggering the checkpoint. IO-problem detected.',
  CHECKPOINT_SUBSUMED: 'Checkpoint has been subsumed.',
  TOO_MANY_CHECKPOINT_REQUESTS: 'The maximum number of queued checkpoint requests exceeded',
  MINIMUM_TIME_BETWEEN_CHECKPOINTS:
    'The minimum time between checkpoints is still pending. Checkpoint will be triggered after the minimum time.',
  NOT_ALL_REQUIRED_TASKS_RUNNING: 'Not all required tasks are currently running.',
  JOB_FAILOVER_REGION: 'FailoverRegion is restarting.',
  CHECKPOINT_DECLINED_SUBSUMED: 'Checkpoint was canceled because a barrier from newer checkpoint was received.',
  CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER: 'Task received cancellation from one of its inputs',
  CHECKPOINT_DECLINED_INPUT_END_OF_STREAM: 'Checkpoint was declined because one input stream is finished',
  CHECKPOINT_COORDINATOR_SUSPEND: 'Checkpoint Coordinator is suspending.',
  CHECKPOINT_COORDINATOR_SHUTDOWN: 'CheckpointCoordinator shutdown.',
  TASK_FAILURE: 'Task local checkpoint failure.',
  TRIGGER_CHECKPOINT_FAILURE: 'Failure to trigger the checkpoint.',
  FINALIZE_CHECKPOINT_FAILURE: 'Failure to finalize checkpoint.',
};

/** The sentence of a reason. @internal */
export function describeReason(reason: CheckpointFailureReason): string {
  return TEXTS[reason];
}

/** Counts the failures that count. @internal */
export class CheckpointFailures {
  readonly #tolerable: number;
  readonly #onExceeded: () => void;
  readonly #countedIds = new Set<number>();
  #lastSucceededId = -1;

  constructor(tolerable: number, onExceeded: () => void) {
    this.#tolerable = tolerable;
    this.#onExceeded = onExceeded;
  }

  /** A checkpoint failed; each id counts once. */
  onFailure(checkpointId: number, reason: CheckpointFailureReason): void {
    if (!COUNTABLE.has(reason) || checkpointId <= this.#lastSucceededId) return;
    this.#countedIds.add(checkpointId);
    if (this.#countedIds.size <= this.#tolerable) return;
    this.#countedIds.clear();
    this.#onExceeded();
  }

  /** A checkpoint completed: failures up to here are forgotten. */
  onSuccess(checkpointId: number): void {
    if (checkpointId <= this.#lastSucceededId) return;
    this.#lastSucceededId = checkpointId;
    this.#countedIds.clear();
  }
}
