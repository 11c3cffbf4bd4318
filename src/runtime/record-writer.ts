/**
 * One output edge of a task: the partitioner chooses a channel for each record, control elements go to all. Emission
 * always succeeds; backpressure is the task's `Pressure`, which the channels drive.
 */

import type { ChannelWriter } from './channel/channel-writer.js';
import type { StreamEvent } from './channel/stream-event.js';
import type { ChannelPartitioner } from './partitioner.js';

/** What a record writer is made of. @internal */
export interface RecordWriterOptions {
  readonly partitioner: ChannelPartitioner;
  /** By target, in the order that the partitioner counts in. */
  readonly channels: readonly ChannelWriter[];
  /** Milliseconds that a record may wait for a fuller batch; 0 = none, -1 = as long as it takes. */
  readonly bufferTimeoutMs?: number;
}

/** Writes one edge. @internal */
export class RecordWriter {
  /** Records that were emitted; a broadcast one counts once. */
  recordsOut = 0;
  /** As given; the task calls `flush` this long after `hasUnflushed` turned true. */
  readonly bufferTimeoutMs: number;
  readonly #partitioner: ChannelPartitioner;
  readonly #channels: readonly ChannelWriter[];
  readonly #isBroadcast: boolean;

  constructor({ partitioner, channels, bufferTimeoutMs = 100 }: RecordWriterOptions) {
    this.#partitioner = partitioner;
    this.#channels = channels;
    this.#isBroadcast = partitioner.isBroadcast;
    this.bufferTimeoutMs = bufferTimeoutMs;
  }

  /** Bytes that were handed to other workers. */
  get bytesOut(): number {
    return this.#channels.reduce((sum, channel) => sum + channel.bytesOut, 0);
  }

  /** True while anything waits for a fuller batch. */
  get hasUnflushed(): boolean {
    return this.#channels.some((channel) => channel.hasUnflushed);
  }

  emit(value: unknown, timestamp: number): void {
    this.recordsOut++;
    if (this.#isBroadcast) {
      for (const channel of this.#channels) channel.writeRecord(value, timestamp, -1);
    } else {
      const partitioner = this.#partitioner;
      const channel = this.#channels[partitioner.select(value)] as ChannelWriter;
      channel.writeRecord(value, timestamp, partitioner.keyGroup);
    }
    if (this.bufferTimeoutMs === 0) this.flush();
  }

  broadcastEvent(event: StreamEvent): void {
    for (const channel of this.#channels) channel.writeEvent(event);
    if (this.bufferTimeoutMs === 0) this.flush();
  }

  /** Sends what waits for a fuller batch. */
  flush(): void {
    for (const channel of this.#channels) channel.flush();
  }

  /** At the end of a slice: sends to those receivers that have nothing left. */
  flushIfStarved(): void {
    for (const channel of this.#channels) channel.flushIfStarved();
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }
}
