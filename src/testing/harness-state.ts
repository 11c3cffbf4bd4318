/** The state of one subtask of an operator under test. */

import { HeapKeyedStateBackend } from '../state/heap-keyed-state-backend.js';
import { HeapOperatorState } from '../state/heap-operator-state.js';
import { rangeOf } from '../state/key-groups.js';
import type { KeyTypeCell } from '../state/key-type-cell.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import { VOID_NAMESPACE } from '../state/namespaces.js';
import type { OperatorStateStore } from '../state/operator-state.js';
import type { Type } from '../state/type.js';

/** What one subtask stored. @internal */
export interface StoredSubtaskState {
  readonly keyed: unknown;
}

/** How a {@link HarnessState} is made. @internal */
export interface HarnessStateOptions {
  readonly subtask: number;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly keyType: KeyTypeCell;
  readonly ttlNow: () => number;
  /** What all subtasks of the snapshot stored. */
  readonly restored: readonly StoredSubtaskState[] | undefined;
}

/** See the file comment. @internal */
export class HarnessState {
  readonly operatorState: OperatorStateStore = new HeapOperatorState();
  readonly #options: HarnessStateOptions;
  #backend: HeapKeyedStateBackend<unknown> | undefined;

  constructor(options: HarnessStateOptions) {
    this.#options = options;
  }

  backend<K>(_keyType: Type<K> | undefined): KeyedStateBackend<K> {
    const { keyType, maxParallelism, parallelism, subtask, ttlNow } = this.#options;
    this.#backend ??= new HeapKeyedStateBackend<unknown>({
      keyType,
      keyGroupRange: rangeOf(maxParallelism, parallelism, subtask),
      maxParallelism,
      ttlNow,
    });
    return this.#backend as unknown as KeyedStateBackend<K>;
  }

  snapshot(_checkpointId: number): StoredSubtaskState {
    throw new Error('no snapshots');
  }

  numEntries(): number {
    return this.#backend?.numEntries() ?? 0;
  }

  numTimers(queueName: string): number {
    return this.#backend?.getTimerQueue(queueName, VOID_NAMESPACE).size ?? 0;
  }
}
