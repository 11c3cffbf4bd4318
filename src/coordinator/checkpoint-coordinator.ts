/**
 * Takes the checkpoints of a job: when to trigger, who has to acknowledge, when one is complete, and what becomes of one
 * that is not. The flow of one checkpoint: directory → enumerators → sources → acknowledgements → publish → notify →
 * subsume → delete.
 *
 * Invariant: a checkpoint that is being published is never aborted; `settled` waits for it, so that a restart sees it.
 */

import { assert } from '../common/assert.js';
import { type ErrorWire, errorFromWire, FlinkError, messageOf } from '../common/errors.js';
import type { OperatorId, VertexId } from '../common/ids.js';
import type { CheckpointOptions } from '../runtime/worker/messages.js';
import type { SnapshotLocation } from '../snapshot/snapshot-directory.js';
import type {
  CheckpointCoordinatorOptions,
  CheckpointTarget,
  TriggerRequest,
} from './checkpoint-coordinator-options.js';
import { type CheckpointFailureReason, CheckpointFailures, describeReason } from './checkpoint-failures.js';
import { type CheckpointPlan, planCheckpoint } from './checkpoint-plan.js';
import { type CheckpointRequest, CheckpointRequests } from './checkpoint-requests.js';
import { CheckpointTimer } from './checkpoint-timer.js';
import type { CompletedCheckpoint } from './completed-checkpoints.js';
import { type CheckpointAck, PendingCheckpoint } from './pending-checkpoint.js';
import { type TrackedTask, taskKey, taskName } from './task-tracker.js';

export type { CheckpointCoordinatorOptions, CheckpointTarget, TriggerRequest };

interface Waiting extends CheckpointRequest, TriggerRequest {
  resolve(checkpoint: CompletedCheckpoint): void;
  rejectWith(error: Error): void;
}

/** The checkpoints of one job, over all its attempts. @internal */
export class CheckpointCoordinator {
  readonly #options: CheckpointCoordinatorOptions;
  readonly #requests: CheckpointRequests<Waiting>;
  readonly #failures: CheckpointFailures;
  readonly #timer: CheckpointTimer;
  readonly #pending = new Map<number, { readonly checkpoint: PendingCheckpoint; readonly request: Waiting }>();
  #nextId: number;
  #forceFull: boolean;
  #target: CheckpointTarget | undefined;
  /** A checkpoint is between its request and the barriers. */
  #isTriggering = false;
  #hasPeriodWaiting = false;
  /** The job is being stopped with a savepoint: nothing else may come between. */
  #isSuspended = false;
  #lastCompletion = Number.NEGATIVE_INFINITY;
  /** A checkpoint that covers the end of all input is complete: nothing is left to be saved. */
  #isEndCovered = false;
  /** Publications and clean-ups, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: CheckpointCoordinatorOptions) {
    const { settings, clock, publisher } = options;
    this.#options = options;
    this.#nextId = options.firstId;
    this.#forceFull = options.forceFull;
    this.#timer = new CheckpointTimer(settings, clock, options.random ?? Math.random, () => this.#onPeriod());
    this.#requests = new CheckpointRequests({
      maxConcurrent: settings.maxConcurrent,
      minPauseMs: settings.minPauseMs,
      clock,
      pending: () => this.#pending.size,
      cleaning: () => publisher.cleaning,
      onTooEarly: (delayMs) => this.#timer.restart(delayMs),
    });
    this.#failures = new CheckpointFailures(settings.tolerableFailures, () =>
      options.onTooManyFailures(
        new FlinkError('CHECKPOINT_FAILED', 'Exceeded checkpoint tolerable failure threshold.'),
      ),
    );
  }

  /** All tasks of an attempt run: begins with periodic checkpoints. */
  start(target: CheckpointTarget): void {
    this.#target = target;
    this.#isEndCovered = false;
    this.#isSuspended = false;
    this.#timer.start();
    this.onInputEnded();
  }

  /** The attempt is over: what is not being published is given up. */
  stop(reason: CheckpointFailureReason): void {
    this.#timer.stop();
    this.#requests.abort(reason);
    for (const { checkpoint } of [...this.#pending.values()]) this.#abort(checkpoint, reason);
    this.#target = undefined;
    this.#isTriggering = false;
  }

  /** Takes no checkpoint on its own until `resumePeriodic`, or until the next attempt starts. */
  suspendPeriodic(): void {
    this.#isSuspended = true;
    this.#timer.stop();
  }

  /** The stop came to nothing: goes on with periodic checkpoints. */
  resumePeriodic(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (this.#target === undefined) return;
    this.#timer.start();
    this.onInputEnded();
  }

  /** Settles when nothing is being published or deleted any more. */
  async settled(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.#work;
      await seen;
    } while (seen !== this.#work);
  }

  /** Takes a snapshot as soon as that may be. */
  trigger(request: TriggerRequest): Promise<CompletedCheckpoint> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        ...request,
        resolve,
        rejectWith: reject,
        reject: (reason) => reject(new FlinkError('CHECKPOINT_FAILED', describeReason(reason))),
      };
      if (this.#target === undefined) waiting.reject('NOT_ALL_REQUIRED_TASKS_RUNNING');
      else this.#begin(this.#requests.submit(waiting, this.#isTriggering, this.#lastCompletion));
    });
  }

  /** A task has ended its input: once all have, the last checkpoint is taken at once. */
  onInputEnded(): void {
    const { settings, tasks } = this.#options;
    if (this.#target === undefined || this.#isEndCovered || this.#isSuspended) return;
    if (settings.intervalMs === undefined || !tasks.allEndedInput) return;
    this.#triggerOwn(false).catch((error: unknown) => {
      if (this.#target === undefined || this.#isEndCovered) return;
      this.#options.logger.debug(`The last checkpoint did not come about: ${messageOf(error)}`);
      this.#timer.retry(() => this.onInputEnded());
    });
  }

  /** A task has finished: a checkpoint that waits for it cannot complete. */
  onTaskFinished(task: TrackedTask): void {
    const key = taskKey(task.vertex.id, task.subtask);
    for (const { checkpoint } of [...this.#pending.values()]) {
      if (checkpoint.waitsFor(key)) this.#abort(checkpoint, 'CHECKPOINT_DECLINED_INPUT_END_OF_STREAM');
    }
  }

  onCoordinatorsSnapshot(
    id: number,
    states: readonly { readonly operatorId: OperatorId; readonly bytes: Uint8Array }[],
  ): void {
    const pending = this.#pending.get(id)?.checkpoint;
    if (pending === undefined || pending.isTriggered) return;
    pending.setCoordinatorStates(states);
    this.#inject(pending);
  }

  onAcknowledged(ack: CheckpointAck): void {
    const { clock, statistics, publisher } = this.#options;
    const pending = this.#pending.get(ack.checkpointId)?.checkpoint;
    if (pending === undefined || !pending.acknowledge(ack, clock.now())) {
      this.#enqueue(() => publisher.discardStates(ack.operators.map((operator) => operator.state)));
      return;
    }
    statistics.onAcknowledged(pending.id, clock.now());
    if (pending.isFullyAcknowledged) this.#complete(pending);
  }

  onDeclined(id: number, vertex: VertexId, subtask: number, error: ErrorWire): void {
    const pending = this.#pending.get(id)?.checkpoint;
    if (pending === undefined) return;
    const task = this.#options.tasks.find(vertex, subtask);
    const who = task === undefined ? vertex : taskName(task);
    this.#options.logger.info(
      `Decline checkpoint ${id} by task ${who} of job ${this.#options.jobId}.`,
      errorFromWire(error),
    );
    const reason = error.code === 'CHECKPOINT_FAILED' ? 'CHECKPOINT_ASYNC_EXCEPTION' : 'CHECKPOINT_DECLINED';
    this.#abort(pending, reason, errorFromWire(error));
  }

  #onPeriod(): void {
    // One periodic request may wait: a queue of them would make a burst of checkpoints after a slow one.
    if (this.#isEndCovered || this.#hasPeriodWaiting || this.#isSuspended) return;
    this.#hasPeriodWaiting = true;
    this.#triggerOwn(true).catch((error: unknown) => {
      this.#hasPeriodWaiting = false;
      this.#options.logger.debug(`A periodic checkpoint did not come about: ${messageOf(error)}`);
    });
  }

  #triggerOwn(isPeriodic: boolean): Promise<CompletedCheckpoint> {
    // biome-ignore lint/suspicious/noThenProperty: the name is that of the message; its value is no function.
    return this.trigger({ kind: 'checkpoint', then: 'continue', isPeriodic, isForced: false });
  }

  #next(): void {
    this.#begin(this.#requests.poll(this.#isTriggering, this.#lastCompletion));
  }

  #begin(request: Waiting | undefined): void {
    if (request === undefined) return;
    if (request.isPeriodic) this.#hasPeriodWaiting = false;
    const plan = this.#plan();
    if (typeof plan === 'string') {
      this.#options.logger.log(
        this.#isEndCovered ? 'debug' : 'info',
        `Failed to trigger checkpoint for job ${this.#options.jobId} since ${describeReason(plan)}`,
      );
      request.reject(plan);
      this.#next();
      return;
    }
    this.#isTriggering = true;
    const id = this.#nextId++;
    const target = this.#target;
    this.#locate(request, id).then(
      (location) => this.#onLocated(request, id, location, target),
      (error: unknown) => {
        if (this.#target === target) this.#isTriggering = false;
        if (request.kind === 'checkpoint') this.#failures.onFailure(id, 'IO_EXCEPTION');
        request.rejectWith(new FlinkError('CHECKPOINT_FAILED', describeReason('IO_EXCEPTION'), { cause: error }));
        this.#options.logger.warn(`Failed to trigger checkpoint ${id} for job ${this.#options.jobId}.`, error);
        this.#next();
      },
    );
  }

  #plan(): CheckpointPlan | CheckpointFailureReason {
    const { tasks, settings } = this.#options;
    return this.#isEndCovered ? 'NOT_ALL_REQUIRED_TASKS_RUNNING' : planCheckpoint(tasks.all, settings.afterTasksFinish);
  }

  async #locate(request: Waiting, id: number): Promise<SnapshotLocation> {
    const { storage, settings } = this.#options;
    if (request.kind === 'savepoint') {
      assert(request.target !== undefined, 'a savepoint has a directory');
      return await storage.prepareSavepoint(request.target);
    }
    // Without periodic checkpoints the directories of the job are made by the first that somebody asks for.
    if (settings.intervalMs === undefined) await storage.prepareJob();
    return await storage.prepareCheckpoint(id);
  }

  #onLocated(request: Waiting, id: number, location: SnapshotLocation, target: CheckpointTarget | undefined): void {
    const { clock, settings, statistics, publisher, jobId, logger } = this.#options;
    const plan = this.#target === target ? this.#plan() : 'JOB_FAILOVER_REGION';
    if (typeof plan === 'string' || target === undefined) {
      if (this.#target === target) this.#isTriggering = false;
      this.#enqueue(() => publisher.discard(location, []));
      request.reject(typeof plan === 'string' ? plan : 'JOB_FAILOVER_REGION');
      this.#next();
      return;
    }
    const pending = new PendingCheckpoint(this.#checkpointOptions(request, id, location), location, plan);
    this.#pending.set(id, { checkpoint: pending, request });
    statistics.onTriggered(pending.options, pending.subtasks, pending.acknowledged);
    pending.timer = clock.setTimeout(() => this.#abort(pending, 'CHECKPOINT_EXPIRED'), settings.timeoutMs);
    logger.info(`Triggering checkpoint ${id} (type=${request.kind}) @ ${pending.options.timestamp} for job ${jobId}.`);
    if (!target.snapshotEnumerators(id)) this.#inject(pending);
  }

  #checkpointOptions(request: Waiting, checkpointId: number, location: SnapshotLocation): CheckpointOptions {
    const { settings, clock } = this.#options;
    const usual =
      request.kind === 'savepoint' ? 'canonical' : settings.incremental && !this.#forceFull ? 'incremental' : 'native';
    return {
      checkpointId,
      timestamp: clock.now(),
      kind: request.kind,
      format: request.format ?? usual,
      exactlyOnce: settings.exactlyOnce,
      // biome-ignore lint/suspicious/noThenProperty: the name is that of the message; its value is no function.
      then: request.then,
      exclusiveDirectory: location.directory,
      sharedDirectory: location.sharedDirectory,
      inlineThreshold: settings.inlineThreshold,
      compress: settings.compress,
    };
  }

  /** Sends the barriers, in the same turn in which the enumerators answered: later events of theirs come behind them. */
  #inject(pending: PendingCheckpoint): void {
    pending.isTriggered = true;
    this.#isTriggering = false;
    this.#target?.trigger(pending.options);
    this.#next();
  }

  #complete(pending: PendingCheckpoint): void {
    const { clock } = this.#options;
    clock.clearTimeout(pending.timer);
    pending.isFinalizing = true;
    const target = this.#target;
    this.#enqueue(async () => {
      try {
        await this.#publish(pending, target);
      } catch (error) {
        pending.isFinalizing = false;
        this.#abort(pending, error instanceof FlinkError ? 'IO_EXCEPTION' : 'FINALIZE_CHECKPOINT_FAILURE', error);
      }
    });
  }

  async #publish(pending: PendingCheckpoint, target: CheckpointTarget | undefined): Promise<void> {
    const { publisher, statistics, clock, logger, jobId } = this.#options;
    const acknowledgedAt = clock.now();
    const { checkpoint, subsumed } = await publisher.publish(pending, () => clock.now());
    const { id } = pending;
    const request = this.#pending.get(id)?.request;
    this.#pending.delete(id);
    this.#lastCompletion = clock.now();
    if (checkpoint.kind === 'checkpoint') this.#forceFull = false;
    if (pending.coversEnd && this.#target === target) this.#isEndCovered = true;
    this.#failures.onSuccess(id);
    statistics.onCompleted(id, clock.now(), checkpoint.directory);
    const duration = acknowledgedAt - pending.options.timestamp;
    logger.info(
      `Completed checkpoint ${id} for job ${jobId} (${pending.total('stateSize')} bytes, checkpointDuration=${duration} ms, finalizationTime=${clock.now() - acknowledgedAt} ms).`,
    );
    if (checkpoint.kind === 'checkpoint') this.#subsumePending(id);
    // A savepoint that the job goes on after commits nothing: it may never be restored from.
    if (this.#target === target && (checkpoint.kind === 'checkpoint' || checkpoint.isStop)) target?.notifyComplete(id);
    request?.resolve(checkpoint);
    this.#next();
    await this.removeAll(subsumed);
    this.#next();
  }

  /** Deletes checkpoints that are not retained, the files that they alone needed, and says so in the statistics. */
  async removeAll(checkpoints: readonly CompletedCheckpoint[]): Promise<void> {
    const { publisher, statistics } = this.#options;
    await publisher.remove(checkpoints, this.#nextId - 1);
    for (const each of checkpoints) if (each.isOwned) statistics.onDiscarded(each.checkpointId);
    await publisher.collect(Math.min(this.#nextId, ...this.#pending.keys()));
  }

  #subsumePending(id: number): void {
    for (const { checkpoint } of [...this.#pending.values()]) {
      if (checkpoint.id < id && checkpoint.options.kind === 'checkpoint')
        this.#abort(checkpoint, 'CHECKPOINT_SUBSUMED');
    }
  }

  #abort(pending: PendingCheckpoint, reason: CheckpointFailureReason, cause?: unknown): void {
    if (pending.isFinalizing || !this.#pending.has(pending.id)) return;
    const { clock, statistics, publisher, logger, jobId } = this.#options;
    const request = this.#pending.get(pending.id)?.request;
    this.#pending.delete(pending.id);
    clock.clearTimeout(pending.timer);
    if (!pending.isTriggered) this.#isTriggering = false;
    const text = cause === undefined ? describeReason(reason) : `${describeReason(reason)} ${messageOf(cause)}`;
    logger.warn(`Failed to complete checkpoint ${pending.id} for job ${jobId}: ${text}`, cause);
    statistics.onFailed(pending.id, clock.now(), text);
    this.#target?.notifyAborted(pending.id);
    this.#enqueue(async () => {
      await publisher.discard(pending.location, pending.acknowledgedStates());
      await publisher.collect(Math.min(this.#nextId, ...this.#pending.keys()));
    });
    const code =
      reason === 'CHECKPOINT_EXPIRED' ? reason : reason === 'CHECKPOINT_DECLINED' ? reason : 'CHECKPOINT_FAILED';
    request?.rejectWith(new FlinkError(code, text, { cause }));
    if (pending.options.kind === 'checkpoint') this.#failures.onFailure(pending.id, reason);
    this.#next();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch((error: unknown) => {
      this.#options.logger.error('Checkpoint clean-up failed.', error);
    });
  }
}
