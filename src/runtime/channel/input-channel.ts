/**
 * The receiving end of a channel, as the input gate sees it: a queue that is read element by element. The fields describe
 * the element that `next` returned last; they are plain fields because a record must not cost an allocation.
 */

import type { StreamEvent } from './stream-event.js';

/** What `next` of a channel found. @internal */
export const ELEMENT = {
  EMPTY: 0,
  RECORD: 1,
  EVENT: 2,
} as const;

/** Receives from one sender. @internal */
export interface InputChannel {
  /** Moves to the next element and says what it is (`ELEMENT`). */
  next(): number;
  readonly value: unknown;
  readonly timestamp: number;
  readonly keyGroup: number;
  readonly event: StreamEvent | undefined;
  /** True when `next` would return EMPTY. */
  readonly isEmpty: boolean;
  /** Called when an element arrives in an empty channel, possibly from inside `next` of another. Set by the gate. */
  onAvailable: () => void;
  /** Gives back credits and buffers; further elements are dropped. */
  close(): void;
}
