/**
 * Stop with savepoint, as one pipeline sees it: behind the barrier it takes nothing more until the savepoint is complete,
 * and then closes. A savepoint that was given up lets it go on, also when its barrier is still on the way here.
 */

import { FlinkError } from '../common/errors.js';
import type { CheckpointOptions } from './worker/messages.js';

/** Whether a pipeline waits behind the barrier of a savepoint that it stops with. @internal */
export class SavepointStop {
  /** The savepoint that ends this source: its barrier goes out behind the end of the data. */
  drain: CheckpointOptions | undefined;
  /** The savepoint that this pipeline waits for. */
  #checkpointId: number | undefined;
  /** Savepoints that were given up before their barrier came. */
  readonly #aborted = new Set<number>();

  /** True: no element and no timer may be taken. */
  get isWaiting(): boolean {
    return this.#checkpointId !== undefined;
  }

  /** A barrier passes. */
  onBarrier({ checkpointId, then }: CheckpointOptions): void {
    if (then !== 'continue' && !this.#aborted.has(checkpointId)) this.#checkpointId = checkpointId;
    for (const id of this.#aborted) if (id <= checkpointId) this.#aborted.delete(id);
  }

  /** Whether the completion of a checkpoint is what the pipeline waits for. */
  endsWith(checkpointId: number): boolean {
    return this.#checkpointId !== undefined && checkpointId >= this.#checkpointId;
  }

  /**
   * A checkpoint was given up: goes on if this pipeline waited for it.
   *
   * @throws FlinkError `CHECKPOINT_FAILED` when windows have fired early: only a restart undoes that.
   */
  onAborted(checkpointId: number, isDraining: boolean): void {
    if (this.#checkpointId !== checkpointId) this.#aborted.add(checkpointId);
    else if (isDraining) throw stopFailed();
    else this.#checkpointId = undefined;
    if (this.drain?.checkpointId === checkpointId) throw stopFailed();
  }
}

function stopFailed(): FlinkError {
  return new FlinkError('CHECKPOINT_FAILED', 'Stop-with-savepoint failed.');
}
