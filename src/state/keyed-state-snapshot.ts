/** What a keyed backend hands out when it is snapshotted: bytes, in slices, and where each key group begins. */

import type { KeyGroupRange } from './key-groups.js';
import type { StateDescription } from './serializers/type-names.js';

/** Takes the bytes of a state file in order; a chunk may be reused after the call returns. @internal */
export interface ByteSink {
  write(chunk: Uint8Array): void;
}

/**
 * A snapshot under way. Its owner calls `writeSlice` between batches of records until it returns true, then reads
 * `result`; or `discard`s it.
 *
 * @internal
 */
export interface KeyedStateSnapshot {
  /** Writes for about `budgetMs` milliseconds, 0 = as little as possible; true when everything was written. */
  writeSlice(sink: ByteSink, budgetMs: number): boolean;
  /** What was written; only after `writeSlice` returned true. Null when the backend never saw a key nor registered a state. */
  result(): KeyedSnapshotResult | null;
  /** Gives the snapshot up: entries are not kept for it any longer. */
  discard(): void;
}

/** Where the parts of a keyed state file lie. @internal */
export interface KeyedSnapshotResult {
  readonly format: 'canonical' | 'native' | 'delta';
  readonly keyGroupRange: KeyGroupRange;
  /** A byte offset for each key group of the range; 0 = empty, in canonical files. */
  readonly offsets: readonly number[];
  readonly bytes: number;
  /** Files of earlier checkpoints that this delta builds on, oldest first; empty unless `format` is `delta` . */
  readonly basedOn: readonly number[];
  /** What the keys and the states are, for the trailer of the snapshot. */
  readonly keyType?: string;
  readonly states?: readonly StateDescription[];
}
