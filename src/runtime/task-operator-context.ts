/** What an operator is told about itself, and what it may use: `OperatorContext` bound to a task and its pipeline. */

import type { Accumulator } from '../api/functions.js';
import { FlinkError } from '../common/errors.js';
import type { OperatorNode } from '../graph/job-graph.js';
import type { OperatorContext, OperatorEvent, ProcessingTimeService } from '../operators/stream-operator.js';
import { attributeError } from './error-attribution.js';
import type { OperatorStateHandler } from './operator-state-handler.js';
import type { Task } from './task.js';
import type { TaskPipeline } from './task-pipeline.js';

/** Facts about the job that every operator may ask for. @internal */
export interface JobFacts {
  readonly jobId: string;
  readonly jobName: string;
  readonly attempt: number;
  readonly autoWatermarkInterval: number;
  readonly isBatch: boolean;
  readonly isCheckpointingEnabled: boolean;
  /** The id of the snapshot that the job was restored from. */
  readonly restoredCheckpointId: number | undefined;
}

/** Accumulators of a task by name. @internal */
export type TaskAccumulators = Map<string, Accumulator>;

/** Makes the context of one operator. @internal */
export function createOperatorContext(fields: {
  readonly facts: JobFacts;
  readonly task: Task;
  readonly node: OperatorNode;
  readonly state: OperatorStateHandler;
  readonly pipeline: TaskPipeline;
  /** Position of the operator in the pipeline. */
  readonly index: number;
  readonly clock: ProcessingTimeService;
  readonly accumulators: TaskAccumulators;
  readonly sendToCoordinator: (event: OperatorEvent) => void;
}): OperatorContext {
  const { facts, task, node, state, pipeline, index, accumulators } = fields;
  const { vertex, subtask } = task.planned;
  return {
    jobId: facts.jobId,
    jobName: facts.jobName,
    operatorName: node.name,
    subtask,
    parallelism: vertex.parallelism,
    maxParallelism: vertex.maxParallelism,
    attempt: facts.attempt,
    autoWatermarkInterval: facts.autoWatermarkInterval,
    isBatch: facts.isBatch,
    isCheckpointingEnabled: facts.isCheckpointingEnabled,
    isRestored: facts.restoredCheckpointId !== undefined,
    restoredCheckpointId: facts.restoredCheckpointId,
    clock: fields.clock,
    operatorState: state.operatorState,
    keyedStateBackend: () => state.keyedBackend(),
    suspendUntil: (promise) => pipeline.suspendUntil(promise),
    runInTask: (action) => pipeline.actions.add(action),
    holdInput: (isHeld) => pipeline.actions.hold(isHeld),
    fail: (error) => pipeline.fail(attributeError(error, index)),
    addAccumulator: (name, accumulator) => {
      if (accumulators.has(name)) {
        throw new FlinkError('GRAPH_INVALID', `Operator "${node.name}" adds an accumulator "${name}" twice.`);
      }
      accumulators.set(name, accumulator);
    },
    counter: (name) => counterOf(task.counters.named, name),
    sendToCoordinator: fields.sendToCoordinator,
    notifyAvailable: () => pipeline.notifySourceAvailable(),
  };
}

function counterOf(counters: Record<string, number>, name: string) {
  counters[name] ??= 0;
  return {
    inc: (by = 1) => {
      counters[name] = (counters[name] ?? 0) + by;
    },
    get value() {
      return counters[name] ?? 0;
    },
  };
}
