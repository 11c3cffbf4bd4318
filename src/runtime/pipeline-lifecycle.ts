/**
 * The slow paths of a pipeline, written as generators: each `yield`s the promises that it has to wait for, and the pipeline
 * takes nothing else meanwhile. Tasks are visited from the head of the pipeline to its ends, operators in the order of their
 * chain, so that what one emits is processed by the next before its own turn comes.
 */

import type { Task } from './task.js';
import type { CheckpointOptions } from './worker/messages.js';

/** Something to wait for; undefined = go on at once. @internal */
export type Waiting = Generator<Promise<unknown>, void, void>;

/** Opens all operators, last first: an operator may rely on those behind it. @internal */
export function* openTasks(tasks: readonly Task[]): Waiting {
  for (const task of [...tasks].reverse()) {
    for (const { operator } of [...task.operators].reverse()) {
      operator.initializeState();
      yield* waitFor(operator.open());
    }
  }
}

/** Lets operators emit before the barrier, sends the barrier, and snapshots, task by task. @internal */
export function* passBarrier(
  tasks: readonly Task[],
  options: CheckpointOptions,
  snapshot: (task: Task) => void,
): Waiting {
  for (const task of tasks) {
    for (const { operator } of task.operators) yield* waitFor(operator.prepareSnapshotPreBarrier(options.checkpointId));
    for (const writer of task.writers) {
      writer.broadcastEvent({ kind: 'barrier', checkpointId: options.checkpointId, options });
      writer.flush();
    }
    snapshot(task);
  }
}

/** Tells the end of all inputs to every operator and lets it emit what is left. @internal */
export function* finishTasks(tasks: readonly Task[], isDrain: boolean, onEndOfData: (task: Task) => void): Waiting {
  for (const [position, task] of tasks.entries()) {
    for (const taskOperator of task.operators) {
      const { operator } = taskOperator;
      const hasToldEnd = position === 0 && taskOperator === task.head;
      if (!hasToldEnd) operator.endInput(0);
      yield* waitFor(operator.finish());
      taskOperator.clock.quiesce();
    }
    for (const writer of task.writers) {
      writer.broadcastEvent(isDrain ? { kind: 'end-of-data', isDrain } : { kind: 'end-of-data' });
      writer.flush();
    }
    onEndOfData(task);
  }
}

/** Closes all operators; the first error is thrown when all were given the chance. @internal */
export function* closeTasks(tasks: readonly Task[]): Waiting {
  const errors: unknown[] = [];
  for (const task of tasks) {
    for (const { operator } of task.operators) {
      try {
        const closing = operator.close();
        if (closing !== undefined) yield closing.catch((error: unknown) => errors.push(error));
      } catch (error) {
        errors.push(error);
      }
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Tells all operators that a checkpoint is complete. @internal */
export function* notifyComplete(tasks: readonly Task[], checkpointId: number): Waiting {
  for (const task of tasks) {
    for (const [index, { operator }] of task.operators.entries()) {
      task.states[index]?.notifyCheckpointComplete(checkpointId);
      yield* waitFor(operator.notifyCheckpointComplete(checkpointId));
    }
  }
}

/** Tells all operators that a checkpoint was given up. @internal */
export function notifyAborted(tasks: readonly Task[], checkpointId: number): void {
  for (const task of tasks) {
    for (const [index, { operator }] of task.operators.entries()) {
      task.states[index]?.notifyCheckpointAborted(checkpointId);
      operator.notifyCheckpointAborted(checkpointId);
    }
  }
}

function* waitFor(result: void | Promise<void>): Waiting {
  if (result !== undefined) yield result;
}
