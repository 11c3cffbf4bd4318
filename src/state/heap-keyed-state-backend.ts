/**
 * Keyed state as objects on the heap: for each state a Map per key group. Nothing is serialised but by snapshots, which
 * are written in slices while the state goes on changing.
 */

import { CheckpointChain, NO_BASE } from './files/checkpoint-chain.js';
import { ChunkPool } from './files/early-records.js';
import { EMPTY_SNAPSHOT } from './files/empty-snapshot.js';
import { HeapKeyedSnapshot, type SnapshotOwner } from './files/keyed-snapshot.js';
import { planSnapshot } from './files/snapshot-plan.js';
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
import type { RestoreTarget } from './restore-keyed.js';
import type { TypeSerializer } from './serializer.js';
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
  /** The clock of slices, in milliseconds with fractions; by default that of the machine. */
  readonly sliceNow?: () => number;
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
  readonly #ttlNow: () => number;
  readonly #sliceNow: () => number;
  readonly #chain = new CheckpointChain();
  readonly #pool = new ChunkPool();

  constructor(options: HeapKeyedStateBackendOptions) {
    this.keyGroupRange = options.keyGroupRange;
    this.maxParallelism = options.maxParallelism;
    this.#cell = options.keyType;
    this.#ttlNow = options.ttlNow;
    this.#sliceNow = options.sliceNow ?? (() => performance.now());
    const declared = options.keyType.declared as Type<K> | undefined;
    const isOwnIdentity = declared?.mapKey === undefined || OWN_IDENTITY.includes(declared);
    this.#mapKeyOf = isOwnIdentity ? undefined : (key) => declared.mapKey!(key);
    const { first, last } = options.keyGroupRange;
    const identify = this.#mapKeyOf as ((key: unknown) => MapKey) | undefined;
    this.#context = new HeapContext(first, Math.max(0, last - first + 1), identify);
    this.#registry = new StateRegistry(this.#context);
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
    if (this.#mapKeyOf === undefined) {
      context.mapKey = key as MapKey;
      context.hash = keyGroup < 0 ? this.#cell.lastHash : -1;
    } else {
      context.mapKey = this.#mapKeyOf(key);
      context.hash = -1;
    }
    context.sequence = (context.sequence + 1) | 0;
    if (context.cleaners.length > 0) for (const clean of context.cleaners) clean();
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
      const { table, definition } = state;
      handle = createState({ context: this.#context, table, definition, ttlNow: this.#ttlNow }, descriptor);
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

  snapshot(request: KeyedSnapshotRequest): KeyedStateSnapshot {
    const keyType = this.keyType;
    if (keyType === undefined || this.#registry.isEmpty || this.#context.groupCount === 0) return EMPTY_SNAPSHOT;
    const isIncremental = request.format === 'incremental';
    const base = isIncremental ? this.#chain.begin(request.checkpointId) : NO_BASE;
    if (isIncremental) this.#context.tracksRemovals = true;
    const plan = planSnapshot({
      checkpointId: request.checkpointId,
      format: request.format === 'canonical' ? 'canonical' : base.basedOn.length > 0 ? 'delta' : 'native',
      generation: this.#context.generation,
      baseGeneration: base.generation,
      basedOn: base.basedOn,
      keyGroupRange: this.keyGroupRange,
      maxParallelism: this.maxParallelism,
      keySerializer: keyType.serializer as TypeSerializer<unknown>,
      registry: this.#registry,
      ttlNow: this.#ttlNow(),
    });
    const how = { owner: this.#snapshotOwner, pool: this.#pool, now: this.#sliceNow };
    const snapshot = new HeapKeyedSnapshot(this.#context, plan, how);
    this.#context.snapshots.push(snapshot);
    this.#context.generation++;
    return snapshot;
  }

  readonly #snapshotOwner: SnapshotOwner = {
    onWritten: ({ plan }, result) => this.#chain.onWritten(plan.checkpointId, plan.generation, result),
  };

  notifyCheckpointComplete(checkpointId: number): void {
    const covered = this.#chain.onComplete(checkpointId);
    if (covered === undefined) return;
    const wanted = this.#context.snapshots.map((snapshot) => snapshot.baseGeneration).filter((base) => base >= 0);
    const until = Math.min(covered, ...wanted);
    for (const { table } of this.#registry.states.values()) table.removals.dropUntil(until);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#chain.onAborted(checkpointId);
  }

  /** What a restore fills; for `restoreKeyed` only. */
  get restoreTarget(): RestoreTarget {
    return { context: this.#context, registry: this.#registry, cell: this.#cell, maxParallelism: this.maxParallelism };
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
