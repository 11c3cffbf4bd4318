/**
 * Which file an incremental checkpoint is relative to: the newest complete one, or none, and then it is a base. A chain is
 * a base and its deltas; it ends when the deltas outweigh the base.
 */

import type { KeyedSnapshotResult } from '../keyed-state-snapshot.js';

/** More deltas than this are not stacked: each is a file to open and to read over at a restore. */
const LONGEST_CHAIN = 100;

interface ChainedCheckpoint {
  readonly generation: number;
  /** This checkpoint and those that it builds on, oldest first. */
  readonly files: readonly number[];
  readonly baseBytes: number;
  readonly deltaBytes: number;
}

/** What a new checkpoint builds on. @internal */
export interface ChainBase {
  /** -1 for a checkpoint that builds on none. */
  readonly generation: number;
  readonly basedOn: readonly number[];
}

/** @internal What a whole snapshot builds on. */
export const NO_BASE: ChainBase = { generation: -1, basedOn: [] };

/** See the file comment. @internal */
export class CheckpointChain {
  #completed: ChainedCheckpoint | undefined = undefined;
  /** What each checkpoint under way builds on. */
  readonly #begun = new Map<number, ChainedCheckpoint | undefined>();
  readonly #written = new Map<number, ChainedCheckpoint>();

  /** An incremental checkpoint begins; says what it builds on. */
  begin(checkpointId: number): ChainBase {
    const completed = this.#completed;
    const isUsable =
      completed !== undefined && completed.deltaBytes <= completed.baseBytes && completed.files.length <= LONGEST_CHAIN;
    this.#begun.set(checkpointId, isUsable ? completed : undefined);
    return isUsable ? { generation: completed.generation, basedOn: completed.files } : NO_BASE;
  }

  /** An incremental checkpoint was written; it counts once it is complete. */
  onWritten(checkpointId: number, generation: number, result: KeyedSnapshotResult): void {
    if (!this.#begun.has(checkpointId)) return;
    const before = this.#begun.get(checkpointId);
    this.#begun.delete(checkpointId);
    this.#written.set(checkpointId, {
      generation,
      files: [...result.basedOn, checkpointId],
      baseBytes: before?.baseBytes ?? result.bytes,
      deltaBytes: before === undefined ? 0 : before.deltaBytes + result.bytes,
    });
  }

  /** The generation up to which removals are covered from now on; undefined when nothing changes. */
  onComplete(checkpointId: number): number | undefined {
    const checkpoint = this.#written.get(checkpointId);
    if (checkpoint === undefined) return undefined;
    this.#completed = checkpoint;
    for (const id of this.#written.keys()) if (id <= checkpointId) this.#written.delete(id);
    for (const id of this.#begun.keys()) if (id <= checkpointId) this.#begun.delete(id);
    return checkpoint.generation;
  }

  onAborted(checkpointId: number): void {
    this.#begun.delete(checkpointId);
    this.#written.delete(checkpointId);
  }
}
