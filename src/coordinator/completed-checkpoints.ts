/**
 * The completed snapshots of a job, oldest first: which one a restart begins from, which ones a new one subsumes, and
 * which ones go when the job ends.
 */

import { FlinkError } from '../common/errors.js';
import type { SnapshotMetadata } from '../snapshot/snapshot-metadata.js';
import type { JobStatus } from './job-status.js';

/** A snapshot that is whole and on disk. @internal */
export interface CompletedCheckpoint {
  readonly checkpointId: number;
  readonly kind: 'checkpoint' | 'savepoint';
  /** True: the job stops with it, so nothing will build on earlier ones. */
  readonly isStop: boolean;
  /** When it was triggered. */
  readonly timestamp: number;
  /** Absolute directory that holds `_metadata`. */
  readonly directory: string;
  readonly metadata: SnapshotMetadata;
  /** Absolute paths in the shared directory that it refers to. */
  readonly sharedFiles: readonly string[];
  /** Whether the job may delete it; false for a savepoint and for a restored snapshot of somebody else. */
  readonly isOwned: boolean;
  /** Set for the snapshot that the job was restored from under CLAIM: the directory is not one of the job's own. */
  readonly claimed?: {
    /** Its own files, `_metadata` aside. */
    readonly files: readonly string[];
    readonly metadataFile: string;
    release(): Promise<void>;
  };
}

/** The setting `execution.checkpointing.externalized-checkpoint-retention`. @internal */
export type Retention = 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION' | 'NO_EXTERNALIZED_CHECKPOINTS';

/** In which events a snapshot is deleted. @internal */
export interface DiscardPolicy {
  readonly subsumed: boolean;
  readonly finished: boolean;
  readonly cancelled: boolean;
  readonly failed: boolean;
  readonly suspended: boolean;
}

const KEPT: DiscardPolicy = { subsumed: false, finished: false, cancelled: false, failed: false, suspended: false };

const POLICIES: Readonly<Record<Retention, DiscardPolicy>> = {
  NO_EXTERNALIZED_CHECKPOINTS: { subsumed: true, finished: true, cancelled: true, failed: true, suspended: true },
  DELETE_ON_CANCELLATION: { subsumed: true, finished: true, cancelled: true, failed: false, suspended: true },
  RETAIN_ON_CANCELLATION: { subsumed: true, finished: true, cancelled: false, failed: false, suspended: false },
};

/** The policy of a checkpoint under a retention, or of a savepoint: that is never deleted. @internal */
export function discardPolicy(of: Retention | 'savepoint'): DiscardPolicy {
  return of === 'savepoint' ? KEPT : POLICIES[of];
}

/** Completed snapshots in memory. @internal */
export class CompletedCheckpoints {
  readonly #numRetained: number;
  #entries: CompletedCheckpoint[] = [];

  constructor(numRetained: number) {
    if (numRetained < 1) {
      throw new FlinkError('CONFIG_INVALID', 'Must at least retain one checkpoint.');
    }
    this.#numRetained = numRetained;
  }

  /** Oldest first. */
  get all(): readonly CompletedCheckpoint[] {
    return this.#entries;
  }

  /** What a restart begins from. */
  get newest(): CompletedCheckpoint | undefined {
    return this.#entries.at(-1);
  }

  /** Adds the newest one; returns those that it subsumes, oldest first. */
  add(checkpoint: CompletedCheckpoint): readonly CompletedCheckpoint[] {
    this.#entries.push(checkpoint);
    this.#entries.sort((a, b) => a.checkpointId - b.checkpointId);
    return this.#subsume();
  }

  /** Forgets all; returns those that are deleted when the job ends this way. */
  shutdown(status: JobStatus, retention: Retention): readonly CompletedCheckpoint[] {
    const entries = this.#entries;
    this.#entries = [];
    const event = status === 'FINISHED' ? 'finished' : status === 'CANCELED' ? 'cancelled' : 'failed';
    return entries.filter((entry) => discardPolicy(entry.kind === 'savepoint' ? 'savepoint' : retention)[event]);
  }

  #subsume(): CompletedCheckpoint[] {
    const newest = this.#entries.at(-1);
    const newestCheckpoint = this.#entries.findLast((entry) => entry.kind === 'checkpoint');
    const subsumed: CompletedCheckpoint[] = [];
    for (const entry of this.#entries) {
      if (this.#entries.length - subsumed.length <= this.#numRetained || entry === newest) break;
      // Incremental successors may build on the newest checkpoint, unless the job stops.
      if (entry === newestCheckpoint && newest?.isStop !== true) continue;
      subsumed.push(entry);
    }
    this.#entries = this.#entries.filter((entry) => !subsumed.includes(entry));
    return subsumed;
  }
}
