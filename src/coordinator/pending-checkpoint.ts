/** A checkpoint under way: who still has to acknowledge it, and what was acknowledged so far. */

import type { OperatorId } from '../common/ids.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { CheckpointMetrics, CheckpointOptions, FromTaskWorker } from '../runtime/worker/messages.js';
import type { SnapshotLocation } from '../snapshot/snapshot-directory.js';
import type { OperatorState } from '../snapshot/snapshot-metadata.js';
import type { OperatorSubtaskState } from '../snapshot/state-handle.js';
import type { CheckpointFailureReason } from './checkpoint-failures.js';
import { type CheckpointPlan, checkUnionState } from './checkpoint-plan.js';
import { type TrackedTask, taskKey } from './task-tracker.js';

/** What a task answered. @internal */
export type CheckpointAck = Extract<FromTaskWorker, { type: 'checkpoint-ack' }>;

/** An acknowledgement, with the time at which it came. @internal */
export interface AcknowledgedTask {
  readonly vertex: string;
  readonly subtask: number;
  readonly time: number;
  readonly metrics: CheckpointMetrics;
}

/** A checkpoint that has not ended. @internal */
export class PendingCheckpoint {
  readonly options: CheckpointOptions;
  readonly location: SnapshotLocation;
  readonly plan: CheckpointPlan;
  /** The barrier was sent to the sources. */
  isTriggered = false;
  /** All have acknowledged: it is being published, and cannot be aborted any more. */
  isFinalizing = false;
  /** Why it was aborted. */
  failure: CheckpointFailureReason | undefined;
  /** The handle of its timeout. */
  timer: unknown;
  readonly acknowledged: AcknowledgedTask[] = [];
  readonly #waiting: Set<string>;
  readonly #states = new Map<OperatorId, Map<number, OperatorSubtaskState>>();
  readonly #coordinators = new Map<OperatorId, Uint8Array>();
  /** Tasks whose barrier passed after the end of their input. */
  readonly #endedInput = new Set<string>();
  /** Tasks that were restored as finished, and only wait for their end. */
  readonly #finished = new Set<string>();

  constructor(options: CheckpointOptions, location: SnapshotLocation, plan: CheckpointPlan) {
    this.options = options;
    this.location = location;
    this.plan = plan;
    this.#waiting = new Set(plan.toAcknowledge.map((task) => taskKey(task.vertex.id, task.subtask)));
  }

  get id(): number {
    return this.options.checkpointId;
  }

  get isFullyAcknowledged(): boolean {
    return this.isTriggered && this.#waiting.size === 0;
  }

  get subtasks(): number {
    return this.plan.toAcknowledge.length + this.plan.finished.length;
  }

  /** Whether this task's answer is still missing. */
  waitsFor(key: string): boolean {
    return this.#waiting.has(key);
  }

  setCoordinatorStates(states: readonly { readonly operatorId: OperatorId; readonly bytes: Uint8Array }[]): void {
    for (const { operatorId, bytes } of states) this.#coordinators.set(operatorId, bytes);
  }

  /** Takes an answer; false = it was not waited for. */
  acknowledge(ack: CheckpointAck, time: number): boolean {
    const key = taskKey(ack.vertex, ack.subtask);
    if (!this.#waiting.delete(key)) return false;
    for (const { operatorId, state } of ack.operators) {
      const subtasks = this.#states.get(operatorId) ?? new Map<number, OperatorSubtaskState>();
      subtasks.set(ack.subtask, state);
      this.#states.set(operatorId, subtasks);
    }
    if (ack.hasEnded) this.#endedInput.add(key);
    if (ack.isFinished) this.#finished.add(key);
    this.acknowledged.push({ vertex: ack.vertex, subtask: ack.subtask, time, metrics: ack.metrics });
    return true;
  }

  /** Whether every task had ended its input: no later checkpoint is needed. */
  get coversEnd(): boolean {
    return this.isFullyAcknowledged && this.#endedInput.size === this.plan.toAcknowledge.length;
  }

  /** What was acknowledged so far, to be removed when nothing comes of the checkpoint. */
  acknowledgedStates(): OperatorSubtaskState[] {
    return [...this.#states.values()].flatMap((subtasks) => [...subtasks.values()]);
  }

  /** Sum of a figure over the acknowledgements. */
  total(figure: 'stateSize' | 'checkpointedSize'): number {
    return this.acknowledged.reduce((sum, ack) => sum + ack.metrics[figure], 0);
  }

  /**
   * The state of every operator of the job, as `_metadata` lists it.
   *
   * @throws FlinkError `CHECKPOINT_FAILED` when union state is incomplete.
   */
  operatorStates(graph: JobGraph): OperatorState[] {
    return graph.vertices.flatMap((vertex) => {
      const own = (task: TrackedTask) => task.vertex.id === vertex.id;
      const done = [
        ...this.plan.finished.filter(own),
        ...this.plan.toAcknowledge.filter((task) => own(task) && this.#finished.has(taskKey(vertex.id, task.subtask))),
      ];
      const ended = this.plan.toAcknowledge.filter(
        (task) => task.vertex.id === vertex.id && this.#endedInput.has(taskKey(task.vertex.id, task.subtask)),
      );
      const finished = done.length === 0 ? 'none' : done.length === vertex.parallelism ? 'fully' : 'partly';
      return vertex.operators.map((operator): OperatorState => {
        const subtasks = this.#states.get(operator.operatorId) ?? new Map<number, OperatorSubtaskState>();
        checkUnionState(vertex, subtasks.values(), { tasks: done.length, operators: ended.length });
        const coordinatorState = finished === 'fully' ? undefined : this.#coordinators.get(operator.operatorId);
        return {
          operatorId: operator.operatorId,
          parallelism: vertex.parallelism,
          maxParallelism: vertex.maxParallelism,
          ...(coordinatorState !== undefined && { coordinatorState }),
          finished,
          ...(finished === 'partly' && { finishedSubtasks: new Set(done.map((task) => task.subtask)) }),
          subtasks,
        };
      });
    });
  }
}
