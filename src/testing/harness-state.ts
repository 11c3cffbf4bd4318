/**
 * The state of one subtask of an operator under test. Snapshots go through the bytes that a job would write, so that a
 * value which cannot be stored, or comes back as another one, shows in a test.
 */

import { assignOperatorState } from '../snapshot/operator-state-assignment.js';
import type { OperatorStateHandle } from '../snapshot/state-handle.js';
import { HeapKeyedStateBackend } from '../state/heap-keyed-state-backend.js';
import { HeapOperatorState } from '../state/heap-operator-state.js';
import { rangeOf } from '../state/key-groups.js';
import type { KeyTypeCell } from '../state/key-type-cell.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { KeyedSnapshotResult } from '../state/keyed-state-snapshot.js';
import type { OperatorStateStore } from '../state/operator-state.js';
import { type KeyedStateFile, restoreKeyed } from '../state/restore-keyed.js';
import type { Type } from '../state/type.js';

/** What one subtask stored. */
export interface StoredSubtaskState {
  /** Absent when the subtask never saw a key. */
  readonly keyed?: { readonly result: KeyedSnapshotResult; readonly bytes: Uint8Array };
  /** Absent when the operator has no operator state. */
  readonly operator?: OperatorStateHandle;
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
  readonly #operatorState = new HeapOperatorState();
  readonly #options: HarnessStateOptions;
  #backend: HeapKeyedStateBackend<unknown> | undefined;

  constructor(options: HarnessStateOptions) {
    this.#options = options;
    const stored = options.restored?.map(({ operator }) => operator) ?? [];
    for (const handle of assignOperatorState(stored, options.parallelism)[options.subtask] ?? []) {
      if (handle.stream.kind === 'inline') this.#operatorState.restore(handle.stream.bytes, handle.states);
    }
  }

  get operatorState(): OperatorStateStore {
    return this.#operatorState;
  }

  /** The keyed state, restored at the first call. */
  backend<K>(_keyType: Type<K> | undefined): KeyedStateBackend<K> {
    this.#backend ??= this.#createBackend();
    return this.#backend as unknown as KeyedStateBackend<K>;
  }

  snapshot(checkpointId: number): StoredSubtaskState {
    const operator = this.#operatorSnapshot();
    const keyed = this.#keyedSnapshot(checkpointId);
    return { ...(operator !== undefined && { operator }), ...(keyed !== undefined && { keyed }) };
  }

  #operatorSnapshot(): OperatorStateHandle | undefined {
    const snapshot = this.#operatorState.snapshot();
    if (snapshot === null) return undefined;
    return { states: snapshot.states, stream: { kind: 'inline', name: 'operator state', bytes: snapshot.bytes } };
  }

  #keyedSnapshot(checkpointId: number): StoredSubtaskState['keyed'] {
    // The two formats take turns.
    const format = checkpointId % 2 === 0 ? 'native' : 'canonical';
    const snapshot = this.#backend?.snapshot({ checkpointId, format });
    if (snapshot === undefined) return undefined;
    const chunks: Uint8Array[] = [];
    const sink = { write: (chunk: Uint8Array) => void chunks.push(chunk.slice()) };
    while (!snapshot.writeSlice(sink, 0));
    const result = snapshot.result();
    return result === null ? undefined : { result, bytes: Buffer.concat(chunks) };
  }

  numEntries(): number {
    return this.#backend?.numEntries() ?? 0;
  }

  numTimers(queueName: string): number {
    return this.#backend?.restoreTarget.registry.queues.get(queueName)?.queue.size ?? 0;
  }

  #createBackend(): HeapKeyedStateBackend<unknown> {
    const { keyType, maxParallelism, parallelism, restored, subtask, ttlNow } = this.#options;
    const keyGroupRange = rangeOf(maxParallelism, parallelism, subtask);
    const backend = new HeapKeyedStateBackend<unknown>({ keyType, keyGroupRange, maxParallelism, ttlNow });
    const files = (restored ?? []).flatMap(({ keyed }) => (keyed === undefined ? [] : [fileOf(keyed)]));
    if (files.length > 0) restoreKeyed(backend, files);
    return backend;
  }
}

function fileOf({ result, bytes }: NonNullable<StoredSubtaskState['keyed']>): KeyedStateFile {
  return {
    format: result.format,
    firstKeyGroup: result.keyGroupRange.first,
    offsets: result.offsets,
    size: bytes.length,
    read: (start, end) => bytes.subarray(start, end),
  };
}
