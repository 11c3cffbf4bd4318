/** The contract between a pipeline and the worker that runs it: what the worker is told. */

import type { Task } from './task.js';
import type { TaskPipeline } from './task-pipeline.js';
import type { CheckpointOptions } from './worker/messages.js';

/** What a pipeline tells the worker that hosts it. @internal */
export interface PipelineHost {
  onOpened(pipeline: TaskPipeline): void;
  /** The synchronous part of a task's snapshot is due: take it. */
  onBarrier(task: Task, options: CheckpointOptions, alignmentMs: number): void;
  onBarrierCancelled(pipeline: TaskPipeline, checkpointId: number): void;
  onEndOfData(task: Task): void;
  onClosed(pipeline: TaskPipeline): void;
  onFailed(pipeline: TaskPipeline, error: unknown): void;
  /** Something changed outside of `run`: have it called soon. */
  wake(): void;
}
