/**
 * Control elements: what travels in a channel between the records and never overtakes them. Every transport carries them
 * in band, through overflow too, so that their place among the records is the same at both ends.
 */

import type { CheckpointOptions } from '../worker/messages.js';

/** A control element of a channel. @internal */
export type StreamEvent =
  /** No record with a timestamp up to this one follows. */
  | { readonly kind: 'watermark'; readonly timestamp: number }
  /** The sender has nothing to say about time for now, or has again. */
  | { readonly kind: 'status'; readonly isIdle: boolean }
  /** Everything before it belongs to the checkpoint, nothing behind it does. */
  | { readonly kind: 'barrier'; readonly checkpointId: number; readonly options: CheckpointOptions }
  /** The barrier of this checkpoint will not come. */
  | { readonly kind: 'cancel-barrier'; readonly checkpointId: number }
  /** All records were sent: `endInput` follows. `isDrain`: the job stops, and the barrier of its savepoint comes behind. */
  | { readonly kind: 'end-of-data'; readonly isDrain?: boolean }
  /** Nothing follows at all. */
  | { readonly kind: 'end-of-partition' };
