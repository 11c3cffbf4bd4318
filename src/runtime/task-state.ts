/** The states of a pipeline, a sentence each: what is going on, and what ends it. */

/**
 * - `INITIALIZING`: operators restore and open; ends when all have.
 * - `OPENED`: everything is ready; ends when the worker starts its pipelines.
 * - `RUNNING`: elements flow; ends when every input has ended.
 * - `FINISHING`: operators emit what is left; ends when the last one has finished.
 * - `DRAINED`: all was emitted; with checkpointing on, ends when a checkpoint that began in this state is complete.
 * - `FINISHED`: closed in good order.
 * - `FAILED`: something threw; the attempt is over.
 * - `CANCELED`: closed from outside.
 *
 * @internal
 */
export type PipelineState =
  | 'INITIALIZING'
  | 'OPENED'
  | 'RUNNING'
  | 'FINISHING'
  | 'DRAINED'
  | 'FINISHED'
  | 'FAILED'
  | 'CANCELED';
