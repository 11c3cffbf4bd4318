/** The settings of a job's checkpoints, read once. */

import type { Configuration } from '../common/config.js';
import { CheckpointingOptions } from '../common/options.js';
import type { Retention } from './completed-checkpoints.js';

/** How a job takes checkpoints; times in milliseconds. @internal */
export interface CheckpointSettings {
  /** Undefined: checkpoints are taken on request only. */
  readonly intervalMs: number | undefined;
  readonly minPauseMs: number;
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
  readonly tolerableFailures: number;
  readonly numRetained: number;
  readonly retention: Retention;
  readonly exactlyOnce: boolean;
  readonly incremental: boolean;
  readonly inlineThreshold: number;
  readonly compress: boolean;
  readonly afterTasksFinish: boolean;
}

/** Reads the settings. A pause allows one checkpoint at a time; a batch job takes none. @internal */
export function checkpointSettings(configuration: Configuration, isBatch = false): CheckpointSettings {
  const minPauseMs = configuration.get(CheckpointingOptions.MIN_PAUSE);
  return {
    intervalMs: isBatch ? undefined : configuration.get(CheckpointingOptions.INTERVAL),
    minPauseMs,
    timeoutMs: configuration.get(CheckpointingOptions.TIMEOUT),
    maxConcurrent: minPauseMs > 0 ? 1 : configuration.get(CheckpointingOptions.MAX_CONCURRENT),
    tolerableFailures: configuration.get(CheckpointingOptions.TOLERABLE_FAILURES),
    numRetained: configuration.get(CheckpointingOptions.NUM_RETAINED),
    retention: configuration.get(CheckpointingOptions.RETENTION),
    exactlyOnce: configuration.get(CheckpointingOptions.MODE) === 'EXACTLY_ONCE',
    incremental: configuration.get(CheckpointingOptions.INCREMENTAL),
    inlineThreshold: configuration.get(CheckpointingOptions.INLINE_THRESHOLD),
    compress: configuration.get(CheckpointingOptions.COMPRESSION),
    afterTasksFinish: configuration.get(CheckpointingOptions.AFTER_TASKS_FINISH),
  };
}
