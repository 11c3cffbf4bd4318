/**
 * The contract of a keyed state backend: state by (state name, key, namespace), cut into key groups.
 *
 * One backend belongs to one subtask of one operator, and is used by one thread. The caller sets the current key before
 * it touches a state; states are handles that look at the current key and namespace. A backend does no I/O: its snapshots
 * are read out in slices by whoever writes them.
 */

import type { KeyGroupRange } from './key-groups.js';
import type { KeyedStateSnapshot } from './keyed-state-snapshot.js';
import type {
  AggregatingState,
  AggregatingStateDescriptor,
  ListState,
  ListStateDescriptor,
  MapState,
  MapStateDescriptor,
  ReducingState,
  ReducingStateDescriptor,
  ValueState,
  ValueStateDescriptor,
} from './state-descriptor.js';
import type { TimerQueue } from './timer-queue.js';
import type { Type } from './type.js';

/** Any descriptor of keyed state. @internal */
export type AnyStateDescriptor =
  | ValueStateDescriptor<unknown>
  | ListStateDescriptor<unknown>
  | MapStateDescriptor<unknown, unknown>
  | ReducingStateDescriptor<unknown>
  | AggregatingStateDescriptor<unknown, unknown, unknown>;

/** The state handle that belongs to a descriptor. @internal */
export type StateOf<D> =
  D extends ValueStateDescriptor<infer T>
    ? ValueState<T>
    : D extends ListStateDescriptor<infer T>
      ? ListState<T>
      : D extends MapStateDescriptor<infer K, infer V>
        ? MapState<K, V>
        : D extends ReducingStateDescriptor<infer T>
          ? ReducingState<T>
          : D extends AggregatingStateDescriptor<infer IN, infer _ACC, infer OUT>
            ? AggregatingState<IN, OUT>
            : never;

/** A state handle whose namespace can be set: windows keep one value a window under one key. @internal */
export interface NamespacedState<N> {
  /** Every later access is to this namespace, until the next call. */
  setCurrentNamespace(namespace: N): void;
  /** Folds the state of `sources` into that of `target`, for the current key (merging windows); the sources are cleared. */
  mergeNamespaces(target: N, sources: readonly N[]): void;
}

/** What reducing, aggregating and list state without a time to live can do besides. @internal */
export interface FoldingState<IN> {
  /**
   * Like `add`, and says what became of the entry. Whoever keeps timers beside an entry registers them unless it was
   * `FOLDED`, and need not look for them at every element.
   */
  fold(value: IN): FoldStep;
}

/**
 * `CREATED`: there was no entry. `RESTORED`: it was folded, for the first time since it was restored. `CLEARED`: there is no
 * entry, because the value or the result is null.
 *
 * @internal
 */
export type FoldStep = 'CREATED' | 'FOLDED' | 'RESTORED' | 'CLEARED';

/** State of one subtask by key. See the file comment for who calls what. @internal */
export interface KeyedStateBackend<K> {
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;

  /** The type of the keys; undefined until the first key fixed it (or a restore did). */
  readonly keyType: Type<K> | undefined;

  /**
   * Sets the key that states refer to. `keyGroup` is the key's group when the caller knows it, else -1 (the backend then
   * hashes the key). Called once an element: it allocates nothing.
   *
   * @throws FlinkError `KEY_INVALID` for a key that is not of the key type.
   */
  setCurrentKey(key: K, keyGroup: number): void;
  /** The key that was set last. */
  getCurrentKey(): K;
  /** The key group of the current key. */
  getCurrentKeyGroup(): number;

  /**
   * The state of a descriptor in the void namespace; the same handle each time. Called in `open`, or lazily: the first
   * call for a name registers it, and checks it against what was restored.
   *
   * @throws FlinkError `STATE_TYPE_MISMATCH` when restored or registered otherwise.
   */
  getState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D>;
  /** The state of a descriptor with namespaces of a type (`TimeWindow`, …). */
  getNamespacedState<D extends AnyStateDescriptor, N>(
    descriptor: D,
    namespaceType: Type<N>,
  ): StateOf<D> & NamespacedState<N>;

  /** The timers of a name (`_timer_state/event_user-timers`), in key groups, a part of every snapshot. */
  getTimerQueue<N>(name: string, namespaceType: Type<N>): TimerQueue<K, N>;

  /** Keys that have an entry in a state's void namespace; a snapshot of them, safe while state changes. */
  getKeys(stateName: string): IterableIterator<K>;

  /** Number of entries of all states: one a state name, key and namespace. */
  numEntries(): number;

  /**
   * The synchronous part of a snapshot: raises the generation and returns at once. Entries are serialised by the returned
   * snapshot's slices, or just before they are first touched; what it holds is the state at the time of this call.
   * Called between elements. Several snapshots may be under way.
   */
  snapshot(request: KeyedSnapshotRequest): KeyedStateSnapshot;

  /** The newest checkpoint that is complete: deltas may be relative to it, and tombstones before it are dropped. */
  notifyCheckpointComplete(checkpointId: number): void;
  /** The checkpoint was given up: nothing may be relative to it. */
  notifyCheckpointAborted(checkpointId: number): void;

  /** Drops all state. */
  dispose(): void;
}

/** Which kind of snapshot is asked for. @internal */
export interface KeyedSnapshotRequest {
  readonly checkpointId: number;
  /** `canonical`: Flink's savepoint format; `native`: Flink's heap layout, whole; `incremental`: what changed, if there is a base. */
  readonly format: 'canonical' | 'native' | 'incremental';
}
