/** How checkpoints are taken. Each setter stores Flink's option of the same meaning; what is not set is left to `-D`, config.yaml and the default. */

import { FlinkError } from '../common/errors.js';
import type { ProgramConfiguration } from './program-configuration.js';

/** What a checkpoint guarantees. */
export type CheckpointingMode = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';

/** What becomes of the last checkpoint when the job is cancelled or fails. */
export type ExternalizedCheckpointRetention =
  | 'RETAIN_ON_CANCELLATION'
  | 'DELETE_ON_CANCELLATION'
  | 'NO_EXTERNALIZED_CHECKPOINTS';

/** The settings of checkpoints; `env.getCheckpointConfig()`. Times are milliseconds. */
export class CheckpointConfig {
  readonly #configuration: ProgramConfiguration;

  /** Made by the environment. @internal */
  constructor(configuration: ProgramConfiguration) {
    this.#configuration = configuration;
  }

  /** Takes a checkpoint each so many milliseconds; at least 10, as in Flink. */
  setCheckpointInterval(intervalMs: number): this {
    if (!(intervalMs >= 10)) {
      throw new FlinkError(
        'CONFIG_INVALID',
        `Checkpoint interval must be larger than or equal to 10 ms; execution.checkpointing.interval is ${intervalMs}.`,
      );
    }
    return this.#duration('interval', intervalMs);
  }

  /** The interval while a source reports that it is behind; 0 = no checkpoints meanwhile. */
  setCheckpointIntervalDuringBacklog(intervalMs: number): this {
    return this.#duration('interval-during-backlog', intervalMs);
  }

  /** EXACTLY_ONCE aligns the barriers, AT_LEAST_ONCE does not. */
  setCheckpointingMode(mode: CheckpointingMode): this {
    return this.#choice('mode', mode, ['EXACTLY_ONCE', 'AT_LEAST_ONCE']);
  }

  /** A checkpoint that takes longer is given up. */
  setCheckpointTimeout(timeoutMs: number): this {
    if (!(timeoutMs >= 10)) {
      throw new FlinkError(
        'CONFIG_INVALID',
        `Checkpoint timeout must be larger than or equal to 10 ms; execution.checkpointing.timeout is ${timeoutMs}.`,
      );
    }
    return this.#duration('timeout', timeoutMs);
  }

  /** The least time between the end of a checkpoint and the start of the next one. */
  setMinPauseBetweenCheckpoints(pauseMs: number): this {
    return this.#duration('min-pause', pauseMs);
  }

  /** How many checkpoints may be under way at once. */
  setMaxConcurrentCheckpoints(count: number): this {
    return this.#count('max-concurrent-checkpoints', count, 1);
  }

  /** How many checkpoints in a row may fail before the job does. */
  setTolerableCheckpointFailureNumber(count: number): this {
    return this.#count('tolerable-failed-checkpoints', count, 0);
  }

  /** How many completed checkpoints are kept. */
  setNumRetainedCheckpoints(count: number): this {
    return this.#count('num-retained', count, 1);
  }

  /** Whether the last checkpoint outlives the job. */
  setExternalizedCheckpointRetention(retention: ExternalizedCheckpointRetention): this {
    return this.#choice('externalized-checkpoint-retention', retention, [
      'RETAIN_ON_CANCELLATION',
      'DELETE_ON_CANCELLATION',
      'NO_EXTERNALIZED_CHECKPOINTS',
    ]);
  }

  /** The directory in which checkpoints are written: a path or a `file:` URI. */
  setCheckpointStorage(directory: string): this {
    return this.#set('dir', String(directory));
  }

  /** Writes only what changed since the last checkpoint. */
  enableIncrementalCheckpoints(isEnabled = true): this {
    return this.#set('incremental', String(isEnabled));
  }

  /** Lets barriers overtake records under back pressure. */
  enableUnalignedCheckpoints(isEnabled = true): this {
    return this.#set('unaligned.enabled', String(isEnabled));
  }

  /** With unaligned checkpoints: start aligned, and turn unaligned after so many milliseconds. */
  setAlignedCheckpointTimeout(timeoutMs: number): this {
    return this.#duration('aligned-checkpoint-timeout', timeoutMs);
  }

  /** Whether checkpoints go on when some tasks have ended. */
  enableCheckpointsAfterTasksFinish(isEnabled = true): this {
    return this.#set('checkpoints-after-tasks-finish', String(isEnabled));
  }

  #set(option: string, value: string): this {
    this.#configuration.set(`execution.checkpointing.${option}`, value);
    return this;
  }

  #duration(option: string, milliseconds: number): this {
    if (!(milliseconds >= 0 && Number.isFinite(milliseconds))) {
      throw new FlinkError(
        'CONFIG_INVALID',
        `execution.checkpointing.${option} must be a number of milliseconds, not ${milliseconds}.`,
      );
    }
    return this.#set(option, `${milliseconds} ms`);
  }

  #count(option: string, count: number, least: number): this {
    if (!Number.isInteger(count) || count < least) {
      throw new FlinkError(
        'CONFIG_INVALID',
        `execution.checkpointing.${option} must be at least ${least}, not ${count}.`,
      );
    }
    return this.#set(option, String(count));
  }

  #choice<ValueT extends string>(option: string, value: ValueT, choices: readonly ValueT[]): this {
    if (!choices.includes(value)) {
      throw new FlinkError(
        'CONFIG_INVALID',
        `execution.checkpointing.${option} must be one of ${choices.join(', ')}, not "${value}".`,
      );
    }
    return this.#set(option, value);
  }
}
