/**
 * The state stores of one operator's subtask: made when the operator asks for them, filled from the snapshot that the job
 * was restored from, frozen when a barrier passes.
 */

import type { OperatorId } from '../common/ids.js';
import { HeapKeyedStateBackend } from '../state/heap-keyed-state-backend.js';
import { HeapOperatorState } from '../state/heap-operator-state.js';
import { rangeOf } from '../state/key-groups.js';
import type { KeyTypeCell } from '../state/key-type-cell.js';
import type { KeyedSnapshotRequest, KeyedStateBackend } from '../state/keyed-state-backend.js';
import { KeyedFileHistory } from './keyed-file-history.js';
import { restoreKeyedHandles, restoreOperatorHandles } from './state-restore.js';
import type { FrozenOperator } from './task-snapshot.js';
import type { RestoredOperator } from './worker/messages.js';

/** What the stores of an operator are made from. @internal */
export interface OperatorStateOptions {
  readonly operatorId: OperatorId;
  readonly subtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** The key type of the vertex; every keyed operator of a chain shares it. */
  readonly keyType: KeyTypeCell;
  readonly restored: RestoredOperator | undefined;
  /** What relative handles of the restored snapshot refer to. */
  readonly restoreDirectory: string;
  readonly ttlNow: () => number;
}

/** See the file comment. @internal */
export class OperatorStateHandler {
  readonly operatorState = new HeapOperatorState();
  readonly #options: OperatorStateOptions;
  readonly #files = new KeyedFileHistory();
  #backend: HeapKeyedStateBackend<unknown> | undefined;

  constructor(options: OperatorStateOptions) {
    this.#options = options;
    if (options.restored !== undefined) {
      restoreOperatorHandles(this.operatorState, options.restored.operator, options.restoreDirectory);
    }
  }

  /** The keyed backend; made and restored at the first call. */
  keyedBackend<K>(): KeyedStateBackend<K> {
    this.#backend ??= this.#createBackend();
    return this.#backend as unknown as KeyedStateBackend<K>;
  }

  /** The synchronous part of a snapshot. */
  freeze(request: KeyedSnapshotRequest): FrozenOperator {
    return {
      operatorId: this.#options.operatorId,
      operatorState: this.operatorState.snapshot(),
      keyed: this.#backend?.snapshot(request) ?? null,
      files: this.#files,
    };
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.#backend?.notifyCheckpointComplete(checkpointId);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#backend?.notifyCheckpointAborted(checkpointId);
  }

  #createBackend(): HeapKeyedStateBackend<unknown> {
    const { maxParallelism, parallelism, subtask, keyType, ttlNow, restored, restoreDirectory } = this.#options;
    const keyGroupRange = rangeOf(maxParallelism, parallelism, subtask);
    const backend = new HeapKeyedStateBackend<unknown>({ keyType, keyGroupRange, maxParallelism, ttlNow });
    if (restored !== undefined) restoreKeyedHandles(backend, restored.keyed, restoreDirectory);
    return backend;
  }
}
