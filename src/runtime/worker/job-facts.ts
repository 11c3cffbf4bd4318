/** What the tasks of a worker need to know of the job's settings, read once. */

import { Configuration } from '../../common/config.js';
import { CheckpointingOptions, ExecutionOptions, PipelineOptions } from '../../common/options.js';
import type { JobFacts } from '../task-operator-context.js';
import type { TaskWorkerStart } from './messages.js';

/** Reads the facts from the job graph. @internal */
export function jobFactsOf(
  start: Pick<TaskWorkerStart, 'jobId' | 'jobGraph' | 'attempt' | 'restore'>,
): JobFacts & { readonly exactlyOnce: boolean } {
  const configuration = new Configuration(start.jobGraph.configuration);
  const isBatch = start.jobGraph.jobType === 'BATCH';
  const interval = configuration.get(CheckpointingOptions.INTERVAL) ?? 0;
  return {
    jobId: start.jobId,
    jobName: start.jobGraph.name,
    attempt: start.attempt,
    autoWatermarkInterval: configuration.get(PipelineOptions.AUTO_WATERMARK_INTERVAL),
    isBatch: isBatch || configuration.get(ExecutionOptions.RUNTIME_MODE) === 'BATCH',
    isCheckpointingEnabled: !isBatch && interval > 0,
    restoredCheckpointId: start.restore?.checkpointId,
    exactlyOnce: configuration.get(CheckpointingOptions.MODE) === 'EXACTLY_ONCE',
  };
}
