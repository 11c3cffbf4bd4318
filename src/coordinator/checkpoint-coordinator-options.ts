/** What a checkpoint coordinator works with, and what it may be asked for. */

import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import type { CheckpointOptions } from '../runtime/worker/messages.js';
import type { CheckpointPublisher, CheckpointStorage } from './checkpoint-publisher.js';
import type { CheckpointSettings } from './checkpoint-settings.js';
import type { CheckpointStatistics } from './checkpoint-statistics.js';
import type { TaskTracker } from './task-tracker.js';

/** The workers of the attempt that checkpoints are taken of. @internal */
export interface CheckpointTarget {
  /** Asks the enumerators for their state; false = there are none. */
  snapshotEnumerators(checkpointId: number): boolean;
  trigger(options: CheckpointOptions): void;
  notifyComplete(checkpointId: number): void;
  notifyAborted(checkpointId: number): void;
}

/** What is asked for. @internal */
export interface TriggerRequest {
  readonly kind: CheckpointOptions['kind'];
  /** Undefined: as configured. */
  readonly format?: CheckpointOptions['format'];
  readonly then: CheckpointOptions['then'];
  /** Directory for a savepoint. */
  readonly target?: string;
  readonly isPeriodic: boolean;
  readonly isForced: boolean;
}

/** What a coordinator works with. @internal */
export interface CheckpointCoordinatorOptions {
  readonly jobId: string;
  readonly settings: CheckpointSettings;
  readonly storage: CheckpointStorage;
  readonly publisher: CheckpointPublisher;
  readonly statistics: CheckpointStatistics;
  readonly tasks: TaskTracker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random?: () => number;
  /** Too many checkpoints failed: the job has to. */
  readonly onTooManyFailures: (error: Error) => void;
  /** Number of the first checkpoint: 1, or the one after the restored. */
  readonly firstId: number;
  /** The first checkpoint holds everything, since the job must not depend on a restored snapshot. */
  readonly forceFull: boolean;
}
