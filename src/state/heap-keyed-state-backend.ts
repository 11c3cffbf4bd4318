/**
 * Keyed state as objects on the heap: for each state a Map per key group. Nothing is serialised but by snapshots, which
 * are written in slices while the state goes on changing.
 */

import { FlinkError } from '../common/errors.js';
import { HeapContext, type MapKey } from './heap/heap-context.js';
import { createState, type StateHandle } from './heap/state-factory.js';
import { StateRegistry } from './heap/state-registry.js';
import type { KeyGroupRange } from './key-groups.js';
import type { KeyTypeCell } from './key-type-cell.js';
import type {
  AnyStateDescriptor,
  KeyedSnapshotRequest,
  KeyedStateBackend,
  NamespacedState,
  StateOf,
} from './keyed-state-backend.js';
import type { KeyedStateSnapshot } from './keyed-state-snapshot.js';
import { VOID_NAMESPACE } from './namespaces.js';
import type { TimerQueue } from './timer-queue.js';
import type { Type } from './type.js';
import { Types } from './types.js';

/** How a {@link HeapKeyedStateBackend} is made. @internal */
export interface HeapKeyedStateBackendOptions {
  readonly keyType: KeyTypeCell;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  /** The clock of times to live, in milliseconds. */
  readonly ttlNow: () => number;
}

/** Types whose values are their own identity in a Map. */
const OWN_IDENTITY: readonly unknown[] = [
  Types.STRING,
  Types.LONG,
  Types.INT,
  Types.SHORT,
  Types.BYTE,
  Types.BOOLEAN,
  Types.LONG_BIGINT,
];

/** See the file comment. @internal */
export class HeapKeyedStateBackend<K> implements KeyedStateBackend<K> {
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly #cell: KeyTypeCell;
  readonly #context: HeapContext;
  readonly #registry: StateRegistry;
  readonly #handles = new Map<string, StateHandle>();
  readonly #mapKeyOf: ((key: K) => MapKey) | undefined;

  constructor(options: HeapKeyedStateBackendOptions) {
    this.keyGroupRange = options.keyGroupRange;
    this.maxParallelism = options.maxParallelism;
    this.#cell = options.keyType;
    const { first, last } = options.keyGroupRange;
    this.#context = new HeapContext(first, Math.max(0, last - first + 1));
    this.#registry = new StateRegistry(this.#context);
    const declared = options.keyType.declared as unknown as Type<K> | undefined;
    this.#mapKeyOf = declared === undefined || OWN_IDENTITY.includes(declared) ? undefined : declared.mapKey;
  }

  get keyType(): Type<K> | undefined {
    return this.#cell.type as Type<K> | undefined;
  }

  setCurrentKey(key: K, keyGroup: number): void {
    const context = this.#context;
    const group = (keyGroup < 0 ? this.#cell.keyGroup(key) : keyGroup) - context.firstKeyGroup;
    if (group < 0 || group >= context.groupCount) this.#refuseGroup(group + context.firstKeyGroup);
    context.group = group;
    context.key = key;
    context.mapKey = this.#mapKeyOf === undefined ? (key as MapKey) : this.#mapKeyOf(key);
    context.sequence = (context.sequence + 1) | 0;
  }

  getCurrentKey(): K {
    return this.#context.key as K;
  }

  getCurrentKeyGroup(): number {
    return this.#context.group + this.#context.firstKeyGroup;
  }

  getState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D> {
    return this.#handle(descriptor, VOID_NAMESPACE as Type<unknown>) as unknown as StateOf<D>;
  }

  getNamespacedState<D extends AnyStateDescriptor, N>(
    descriptor: D,
    namespaceType: Type<N>,
  ): StateOf<D> & NamespacedState<N> {
    return this.#handle(descriptor, namespaceType as Type<unknown>) as unknown as StateOf<D> & NamespacedState<N>;
  }

  #handle(descriptor: AnyStateDescriptor, namespaceType: Type<unknown>): StateHandle {
    const state = this.#registry.register(descriptor, namespaceType);
    let handle = this.#handles.get(descriptor.name);
    if (handle === undefined) {
      handle = createState(this.#context, state.table, state.definition, descriptor);
      this.#handles.set(descriptor.name, handle);
    }
    return handle;
  }

  getTimerQueue<N>(name: string, namespaceType: Type<N>): TimerQueue<K, N> {
    return this.#registry.queue(name, namespaceType as Type<unknown>, true) as unknown as TimerQueue<K, N>;
  }

  getKeys(stateName: string): IterableIterator<K> {
    const state = this.#registry.states.get(stateName);
    const keys: K[] = [];
    if (state === undefined || state.definition.namespaceType !== (VOID_NAMESPACE as unknown)) return keys.values();
    for (let group = 0; group < this.#context.groupCount; group++) {
      const entries = state.table.entries(group);
      for (let step = entries.next(); !step.done; step = entries.next()) keys.push(step.value.key as K);
    }
    return keys.values();
  }

  numEntries(): number {
    let count = 0;
    for (const { table } of this.#registry.states.values()) {
      for (let group = 0; group < this.#context.groupCount; group++) count += table.size(group);
    }
    return count;
  }

  snapshot(_request: KeyedSnapshotRequest): KeyedStateSnapshot {
    throw new FlinkError('UNSUPPORTED', 'Keyed state cannot be snapshotted by this version.');
  }

  notifyCheckpointComplete(_checkpointId: number): void {
    // Nothing is relative to a checkpoint.
  }

  notifyCheckpointAborted(_checkpointId: number): void {
    // Nothing is relative to a checkpoint.
  }

  dispose(): void {
    for (const { table } of this.#registry.states.values()) table.clear();
    this.#registry.clear();
    this.#handles.clear();
  }

  #refuseGroup(keyGroup: number): never {
    const { first, last } = this.keyGroupRange;
    throw new Error(`Broken invariant: key group ${keyGroup} is in the range ${first} to ${last} of its subtask`);
  }
}
