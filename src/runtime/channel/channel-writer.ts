/**
 * The sending end of a channel, whatever the transport: shared memory, a queue inside the worker, or a pipe later. A
 * writer always takes what it is given; what the receiver has no room for waits in its overflow, in order.
 */

import type { StreamEvent } from './stream-event.js';

/** Sends to one target subtask. @internal */
export interface ChannelWriter {
  /** Takes a record; `keyGroup` is -1 on edges that are not keyed. */
  writeRecord(value: unknown, timestamp: number, keyGroup: number): void;
  /** Takes a control element. All but watermarks and statuses are sent at once, with everything before them. */
  writeEvent(event: StreamEvent): void;
  /** Hands over what waits for a fuller batch. */
  flush(): void;
  /** As `flush`, but only when the receiver has nothing left: the end of a slice. */
  flushIfStarved(): void;
  /** True while something waits for room at the receiver. */
  readonly hasOverflow: boolean;
  /** True while records wait for a fuller batch: a buffer timeout is worth arming. */
  readonly hasUnflushed: boolean;
  /** Bytes that were handed over; 0 for a channel that does not serialise. */
  readonly bytesOut: number;
  /** Drops what was not sent and frees buffers and files. */
  close(): void;
}
