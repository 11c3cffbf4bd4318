/** Which tasks take part in a checkpoint, given that some have finished. */

import { FlinkError } from '../common/errors.js';
import type { JobVertex } from '../graph/job-graph.js';
import type { OperatorSubtaskState } from '../snapshot/state-handle.js';
import type { CheckpointFailureReason } from './checkpoint-failures.js';
import type { TrackedTask } from './task-tracker.js';

/** Who acknowledges, and who has finished. @internal */
export interface CheckpointPlan {
  readonly toAcknowledge: readonly TrackedTask[];
  readonly finished: readonly TrackedTask[];
}

/** The plan for the tasks as they are now, or why there is none. @internal */
export function planCheckpoint(
  tasks: readonly TrackedTask[],
  afterTasksFinish: boolean,
): CheckpointPlan | CheckpointFailureReason {
  const toAcknowledge: TrackedTask[] = [];
  const finished: TrackedTask[] = [];
  for (const task of tasks) {
    if (task.state === 'RUNNING') toAcknowledge.push(task);
    else if (task.state === 'FINISHED' && afterTasksFinish) finished.push(task);
    else return 'NOT_ALL_REQUIRED_TASKS_RUNNING';
  }
  return toAcknowledge.length === 0 ? 'NOT_ALL_REQUIRED_TASKS_RUNNING' : { toAcknowledge, finished };
}

/**
 * Refuses a checkpoint that could not be restored: union list state is given to every subtask, so it must come from all
 * of them or from none.
 *
 * @throws FlinkError `CHECKPOINT_FAILED` with Flink's text.
 * @internal
 */
export function checkUnionState(
  vertex: JobVertex,
  states: Iterable<OperatorSubtaskState>,
  finished: { readonly tasks: number; readonly operators: number },
): void {
  const partlyFinished = finished.tasks > 0 && finished.tasks < vertex.parallelism;
  const ended = finished.tasks + finished.operators;
  const partlyEnded = finished.operators > 0 && ended < vertex.parallelism;
  if (!partlyFinished && !partlyEnded) return;
  for (const state of states) {
    if (state.managedOperator?.states.some((each) => each.mode === 'UNION') !== true) continue;
    const what = partlyFinished
      ? 'part of its tasks are FINISHED'
      : "part of its tasks has called operators' finish method";
    throw new FlinkError(
      'CHECKPOINT_FAILED',
      `The vertex ${vertex.name} (id = ${vertex.id}) has used UnionListState, but ${what}.`,
    );
  }
}
