/**
 * What all states and timer queues of one backend share: the current key, the generation, and the snapshots under way.
 *
 * The generation rises with every snapshot. An entry whose `touched` is not the current generation may be needed, as it
 * is, by a snapshot that has not come to it: it is shown to the snapshots before it changes (`touch`).
 */

import { hashBoolean, hashDouble, hashLong, hashSafeLong, hashString } from '../java-hash.js';
import { murmur } from '../key-groups.js';
import { NEVER_SAVED, type StateEntry } from './state-entry.js';
import type { StateTable } from './state-table.js';
import type { Timer } from './timer.js';

/** A snapshot under way, as the state tables see it. @internal */
export interface SnapshotObserver {
  /** It holds the state as it was in this generation. */
  readonly generation: number;
  /** Removals after this generation are still wanted. */
  readonly baseGeneration: number;
  /** The entry is about to change or to go. */
  beforeChange(table: StateTable, entry: StateEntry, group: number): void;
  /** The timer is about to go. */
  beforeTimerRemoved(queueId: number, timer: Timer): void;
}

/** Primitive identity of a key in a Map. @internal */
export type MapKey = string | number | boolean | bigint;

/** Hash of an identity, never negative; of strings and longs the one that chooses their key group. @internal */
export function hashOf(mapKey: MapKey): number {
  if (typeof mapKey === 'string') return murmur(hashString(mapKey));
  if (typeof mapKey === 'number')
    return murmur(Number.isSafeInteger(mapKey) ? hashSafeLong(mapKey) : hashDouble(mapKey));
  if (typeof mapKey === 'bigint') return murmur(hashLong(mapKey));
  return murmur(hashBoolean(mapKey));
}

/** See the file comment. @internal */
export class HeapContext {
  key: unknown = undefined;
  mapKey: MapKey = 0;
  /** See `currentHash`; -1 until somebody asks. */
  hash = -1;
  /** The key group of the current key, counted from the first of the range; -1 before the first key. */
  group = -1;
  /** Another number for each call of `setCurrentKey`. */
  sequence = 0;
  generation = 1;
  readonly firstKeyGroup: number;
  readonly groupCount: number;
  readonly snapshots: SnapshotObserver[] = [];
  /** True once deltas may be asked for: removals are remembered from then on. */
  tracksRemovals: boolean = false;

  /** False when the identity of a key is made of it: of tuples, bytes, doubles. */
  readonly keysAreIdentities: boolean;
  /** Identity of a key in a Map. */
  readonly identify: (key: unknown) => MapKey;
  /** Called for each element: states with a time to live that clean up then. */
  readonly cleaners: (() => void)[] = [];

  /** Without `identify` each key is its own identity. */
  constructor(firstKeyGroup: number, groupCount: number, identify?: (key: unknown) => MapKey) {
    this.firstKeyGroup = firstKeyGroup;
    this.groupCount = groupCount;
    this.keysAreIdentities = identify === undefined;
    this.identify = identify ?? ((key) => key as MapKey);
  }

  /** Hash of the current identity, never negative. */
  currentHash(): number {
    if (this.hash < 0) this.hash = hashOf(this.mapKey);
    return this.hash;
  }

  /** Whether a delta may have to say that this entry is gone: some snapshot may hold it. */
  isRememberedAfterRemoval(entry: StateEntry): boolean {
    return this.tracksRemovals && entry.saved !== NEVER_SAVED;
  }

  /** Shows the entry to the snapshots under way, oldest first, and marks it as changed in this generation. */
  touch(table: StateTable, entry: StateEntry, group: number = this.group): void {
    const snapshots = this.snapshots;
    // Backwards would be wrong: what a newer snapshot saves counts as saved for the older ones.
    for (let i = 0; i < snapshots.length; i++) snapshots[i]!.beforeChange(table, entry, group);
    entry.touched = this.generation;
  }

  /** Shows an entry to the snapshots up to a generation: a newer one is about to write it. */
  showUntil(generation: number, table: StateTable, entry: StateEntry, group: number): void {
    for (const snapshot of this.snapshots) {
      if (snapshot.generation > generation) return;
      snapshot.beforeChange(table, entry, group);
    }
  }

  /** Shows a timer to the snapshots under way, oldest first, up to a generation. */
  showTimer(queueId: number, timer: Timer, generation: number = this.generation): void {
    for (const snapshot of this.snapshots) {
      if (snapshot.generation > generation) return;
      snapshot.beforeTimerRemoved(queueId, timer);
    }
  }
}
