/** What a job is run with, and what comes of it. */

import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/logger.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { JobProgram } from '../runtime/worker/messages.js';
import type { MetadataTrailer } from '../snapshot/metadata-trailer.js';
import type { MergedAccumulator } from './accumulators.js';
import type { CheckpointStorage, EventJournal } from './checkpoint-publisher.js';
import type { JobStatus } from './job-status.js';
import type { InitialRestore } from './restore-point.js';
import type { WorkerHost } from './worker-host.js';

/** Wins the claim of a snapshot for a job, or throws `SNAPSHOT_CLAIMED`. @internal */
export interface ClaimTaker {
  /** `files`: what belongs to the snapshot, `_metadata` aside. */
  claim(directory: string, files: readonly string[]): Promise<{ release(): Promise<void> }>;
}

/** What a job is run with. @internal */
export interface JobMasterOptions {
  readonly jobId: string;
  readonly jobGraph: JobGraph;
  readonly program: JobProgram;
  readonly host: WorkerHost;
  /** Begun by whoever hosts the job, with its "submitted" record. */
  readonly journal: EventJournal;
  readonly storage: CheckpointStorage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly origin: Pick<MetadataTrailer, 'writtenBy' | 'jobFileHash' | 'arguments'>;
  readonly restore?: InitialRestore;
  /** Claims snapshots for this job; needed for the mode CLAIM. */
  readonly claims?: ClaimTaker;
  readonly random?: () => number;
  /** Output of print sinks, in order. */
  readonly onPrint?: (stream: 'stdout' | 'stderr', text: string) => void;
  /** Records of collect sinks. */
  readonly onCollected?: (collectId: string, records: readonly unknown[]) => void;
  readonly onStatus?: (status: JobStatus) => void;
}

/** How a job ended. @internal */
export interface JobOutcome {
  readonly status: 'FINISHED' | 'CANCELED' | 'FAILED';
  /** Milliseconds from submission to end. */
  readonly netRuntime: number;
  readonly accumulators: readonly MergedAccumulator[];
  readonly error?: Error;
}
