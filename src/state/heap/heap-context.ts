/**
 * What all states and timer queues of one backend share: the current key, the generation, and the snapshots under way.
 *
 * The generation rises with every snapshot. An entry whose `touched` is not the current generation may be needed, as it
 * is, by a snapshot that has not come to it: it is shown to the snapshots before it changes (`touch`).
 */

import { NEVER_SAVED, type StateEntry } from './state-entry.js';
import type { StateTable } from './state-table.js';
import type { Timer } from './timer.js';

/** A snapshot under way, as the state tables see it. @internal */
export interface SnapshotObserver {
  /** The entry is about to change or to go. */
  beforeChange(table: StateTable, entry: StateEntry): void;
  /** The timer is about to go. */
  beforeTimerRemoved(queueId: number, timer: Timer): void;
}

/** Primitive identity of a key in a Map. @internal */
export type MapKey = string | number | boolean | bigint;

/** See the file comment. @internal */
export class HeapContext {
  key: unknown = undefined;
  mapKey: MapKey = 0;
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

  constructor(firstKeyGroup: number, groupCount: number) {
    this.firstKeyGroup = firstKeyGroup;
    this.groupCount = groupCount;
  }

  /** Whether a delta may have to say that this entry is gone: some snapshot may hold it. */
  isRememberedAfterRemoval(entry: StateEntry): boolean {
    return this.tracksRemovals && entry.saved !== NEVER_SAVED;
  }

  /** Shows the entry to the snapshots under way, and marks it as changed in this generation. */
  touch(table: StateTable, entry: StateEntry): void {
    const snapshots = this.snapshots;
    for (let i = 0; i < snapshots.length; i++) snapshots[i]!.beforeChange(table, entry);
    entry.touched = this.generation;
  }

  /** Shows a timer that is about to go to the snapshots under way. */
  touchTimer(queueId: number, timer: Timer): void {
    const snapshots = this.snapshots;
    for (let i = 0; i < snapshots.length; i++) snapshots[i]!.beforeTimerRemoved(queueId, timer);
  }
}
