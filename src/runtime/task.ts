/**
 * One subtask of a vertex: its operators, its state and its part of each checkpoint. The pipeline that it belongs to moves
 * the elements; the task knows what has to be snapshotted, restored and reported.
 */

import type { OperatorId } from '../common/ids.js';
import type { OperatorSubtaskState } from '../snapshot/state-handle.js';
import type { PlannedTask } from './deployment-plan.js';
import type { OperatorStateHandler } from './operator-state-handler.js';
import type { RecordWriter } from './record-writer.js';
import type { TaskOperator } from './task-operator.js';
import type { FrozenOperator } from './task-snapshot.js';
import type { CheckpointOptions, TaskStatus } from './worker/messages.js';

/** Counters of a task that compiled code increments. @internal */
export interface TaskCounters {
  recordsIn: number;
  readonly named: Record<string, number>;
}

/** One subtask. @internal */
export class Task {
  readonly planned: PlannedTask;
  readonly counters: TaskCounters = { recordsIn: 0, named: Object.create(null) as Record<string, number> };
  /** Operators in the order of the chain. */
  readonly operators: TaskOperator[] = [];
  /** State of each operator, in the same order. */
  readonly states: OperatorStateHandler[] = [];
  /** Edges that leave the pipeline. */
  readonly writers: RecordWriter[] = [];
  status: TaskStatus = 'INITIALIZING';
  /** The restored snapshot was taken after this task had finished: its operators do not run again. */
  readonly isFinished: boolean;

  constructor(planned: PlannedTask, isFinished: boolean) {
    this.planned = planned;
    this.isFinished = isFinished;
  }

  /** The operator that takes the task's input. */
  get head(): TaskOperator {
    const head = this.operators[0];
    if (head === undefined) throw new Error('Broken invariant: a task has an operator.');
    return head;
  }

  get recordsOut(): number {
    return this.writers.reduce((sum, writer) => sum + writer.recordsOut, 0);
  }

  /** The synchronous part of a checkpoint: every operator's state as it is right now, ready to be written in slices. */
  freeze(options: CheckpointOptions): FrozenOperator[] {
    const { checkpointId, timestamp, format } = options;
    return this.operators.map(({ operator }, index) => {
      operator.snapshotState(checkpointId, timestamp);
      const state = this.states[index];
      if (state === undefined) throw new Error('Broken invariant: every operator of a task has a state handler.');
      return state.freeze({ checkpointId, format });
    });
  }
}

/** What a task acknowledges of one operator. @internal */
export interface OperatorAcknowledgement {
  readonly operatorId: OperatorId;
  readonly state: OperatorSubtaskState;
}
