/** The options of checkpoints and restarts: Flink's keys and defaults (1.20). The other options: `options.ts`. */

import { BOOLEAN, DOUBLE, DURATION, enumOf, INTEGER, MEMORY_SIZE, option, optional, STRING } from './config.js';

const INT_MAX = 2_147_483_647;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Options of checkpoints. @internal */
export const CheckpointingOptions = {
  INTERVAL: optional(
    'execution.checkpointing.interval',
    DURATION,
    'Period of checkpoints; checkpoints are off when it is not set.',
  ),
  MODE: option(
    'execution.checkpointing.mode',
    enumOf('EXACTLY_ONCE', 'AT_LEAST_ONCE'),
    'EXACTLY_ONCE',
    'Whether barriers are aligned.',
  ),
  TIMEOUT: option(
    'execution.checkpointing.timeout',
    DURATION,
    10 * MINUTE,
    'A checkpoint that takes longer is given up.',
  ),
  MIN_PAUSE: option(
    'execution.checkpointing.min-pause',
    DURATION,
    0,
    'Least time between the end of a checkpoint and the start of the next.',
  ),
  MAX_CONCURRENT: option(
    'execution.checkpointing.max-concurrent-checkpoints',
    INTEGER,
    1,
    'How many checkpoints may be under way.',
  ),
  TOLERABLE_FAILURES: option(
    'execution.checkpointing.tolerable-failed-checkpoints',
    INTEGER,
    0,
    'How many checkpoints in a row may fail before the job fails.',
  ),
  RETENTION: option(
    'execution.checkpointing.externalized-checkpoint-retention',
    enumOf('DELETE_ON_CANCELLATION', 'RETAIN_ON_CANCELLATION', 'NO_EXTERNALIZED_CHECKPOINTS'),
    'NO_EXTERNALIZED_CHECKPOINTS',
    'What happens to checkpoints when the job ends.',
  ),
  NUM_RETAINED: option(
    'execution.checkpointing.num-retained',
    INTEGER,
    1,
    'How many completed checkpoints are kept.',
    'state.checkpoints.num-retained',
  ),
  DIRECTORY: optional(
    'execution.checkpointing.dir',
    STRING,
    'Directory of checkpoints; each job makes a directory of its own in it.',
    'state.checkpoints.dir',
    'state.backend.fs.checkpointdir',
  ),
  SAVEPOINT_DIRECTORY: optional(
    'execution.checkpointing.savepoint-dir',
    STRING,
    'Directory of savepoints that are taken without one.',
    'state.savepoints.dir',
    'savepoints.state.backend.fs.dir',
  ),
  CREATE_SUBDIRECTORY: option(
    'execution.checkpointing.create-subdir',
    BOOLEAN,
    true,
    'Whether the checkpoint directory gets a directory named after the job id.',
    'state.checkpoints.create-subdir',
  ),
  INCREMENTAL: option(
    'execution.checkpointing.incremental',
    BOOLEAN,
    false,
    'Whether a checkpoint holds only what changed since the last.',
    'state.backend.incremental',
  ),
  INLINE_THRESHOLD: option(
    'execution.checkpointing.data-inline-threshold',
    MEMORY_SIZE,
    20 * 1024,
    'State up to this size is put into _metadata itself.',
    'state.storage.fs.memory-threshold',
    'state.backend.fs.memory-threshold',
  ),
  COMPRESSION: option(
    'execution.checkpointing.snapshot-compression',
    BOOLEAN,
    false,
    'Whether key groups are compressed with Snappy.',
    'state.snapshot-compression',
  ),
  UNALIGNED: option(
    'execution.checkpointing.unaligned.enabled',
    BOOLEAN,
    false,
    'Whether barriers may overtake records.',
    'execution.checkpointing.unaligned',
  ),
  ALIGNED_TIMEOUT: option(
    'execution.checkpointing.aligned-checkpoint-timeout',
    DURATION,
    0,
    'With unaligned checkpoints: how long a checkpoint stays aligned.',
    'execution.checkpointing.alignment-timeout',
  ),
  AFTER_TASKS_FINISH: option(
    'execution.checkpointing.checkpoints-after-tasks-finish',
    BOOLEAN,
    true,
    'Whether checkpoints go on when a part of the tasks has finished.',
    'execution.checkpointing.checkpoints-after-tasks-finish.enabled',
  ),
  STATE_BACKEND: option('state.backend.type', STRING, 'hashmap', 'Where keyed state is kept.', 'state.backend'),
} as const;

/** Options of restarts. @internal */
export const RestartOptions = {
  STRATEGY: optional(
    'restart-strategy.type',
    STRING,
    'none, fixed-delay, failure-rate or exponential-delay.',
    'restart-strategy',
  ),
  FIXED_ATTEMPTS: option('restart-strategy.fixed-delay.attempts', INTEGER, 1, 'How often the job is restarted.'),
  FIXED_DELAY: option(
    'restart-strategy.fixed-delay.delay',
    DURATION,
    SECOND,
    'Time between a failure and the restart.',
  ),
  RATE_MAX_FAILURES: option(
    'restart-strategy.failure-rate.max-failures-per-interval',
    INTEGER,
    1,
    'More failures than this in an interval fail the job.',
  ),
  RATE_INTERVAL: option(
    'restart-strategy.failure-rate.failure-rate-interval',
    DURATION,
    MINUTE,
    'The interval of the rate.',
  ),
  RATE_DELAY: option(
    'restart-strategy.failure-rate.delay',
    DURATION,
    SECOND,
    'Time between a failure and the restart.',
  ),
  EXPONENTIAL_INITIAL: option(
    'restart-strategy.exponential-delay.initial-backoff',
    DURATION,
    SECOND,
    'The first delay.',
  ),
  EXPONENTIAL_MAX: option('restart-strategy.exponential-delay.max-backoff', DURATION, MINUTE, 'The longest delay.'),
  EXPONENTIAL_MULTIPLIER: option(
    'restart-strategy.exponential-delay.backoff-multiplier',
    DOUBLE,
    1.5,
    'What the delay is multiplied by after each failure.',
  ),
  EXPONENTIAL_RESET: option(
    'restart-strategy.exponential-delay.reset-backoff-threshold',
    DURATION,
    HOUR,
    'After so much undisturbed time the delay starts anew.',
  ),
  EXPONENTIAL_JITTER: option(
    'restart-strategy.exponential-delay.jitter-factor',
    DOUBLE,
    0.1,
    'Part of the delay that is random, up or down.',
  ),
  EXPONENTIAL_ATTEMPTS: option(
    'restart-strategy.exponential-delay.attempts-before-reset-backoff',
    INTEGER,
    INT_MAX,
    'How many failures may follow each other before the job fails.',
  ),
} as const;
