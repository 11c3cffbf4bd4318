/**
 * The sending end of a channel to another worker. Records are encoded into a batch; a full batch goes into the ring as far
 * as the channel's credit and the ring allow, the rest into the overflow, in order, control elements too.
 *
 * Credit: `sent` counts here, `consumed` in shared memory; at most the credit lies between them. The shared word is
 * `consumed * 2 + waits`: a writer that lacks credit sets the low bit in the same step in which it looks at the count, and
 * a receiver that finds it rings the bell. So neither a credit nor a wish for one is missed.
 */

import { ByteWriter } from './byte-writer.js';
import type { ChannelWriter } from './channel-writer.js';
import { type OverflowBudget, OverflowQueue } from './overflow-queue.js';
import type { Pressure } from './pressure.js';
import { ChannelEncoder, type EdgeShapes } from './record-codec.js';
import type { RingWriter } from './ring.js';
import type { StreamEvent } from './stream-event.js';

/** Counts of credit are modulo 2^31: the low bit of the shared word is taken. @internal */
export const CREDIT_MASK = 0x7fff_ffff;

/** What a writer is made of. @internal */
export interface RemoteChannelOptions {
  readonly channel: number;
  readonly shapes: EdgeShapes;
  readonly pressure: Pressure;
  readonly budget: OverflowBudget;
  readonly ring: RingWriter;
  readonly credits: Int32Array;
  readonly creditBytes: number;
  readonly batchBytes: number;
  /** Something was sent; `isUrgent`: so much that the receiver shall be rung at once, not at the end of the slice. */
  readonly onSent: (isUrgent: boolean) => void;
  /** The writer has overflow: `drainOverflow` shall be called until it has not. */
  readonly onOverflow: (writer: RemoteChannelWriter) => void;
}

/** Room in a batch beyond its size, for the record that fills it. */
const BATCH_SLACK = 4096;

/** Writes a channel to another worker. @internal */
export class RemoteChannelWriter implements ChannelWriter {
  bytesOut = 0;
  hasOverflow = false;
  readonly #options: RemoteChannelOptions;
  readonly #batchBytes: number;
  readonly #writer: ByteWriter;
  readonly #encoder: ChannelEncoder;
  readonly #overflow: OverflowQueue;
  /** Smaller pieces than this wait until more fits. */
  readonly #fragmentMin: number;
  #sent = 0;
  /** Bytes of the oldest batch of the overflow that were sent already. */
  #overflowOffset = 0;
  #waitsFor: 'credit' | 'ring' = 'credit';
  #isClosed = false;

  constructor(options: RemoteChannelOptions) {
    this.#options = options;
    this.#batchBytes = Math.min(options.batchBytes, options.creditBytes);
    this.#writer = new ByteWriter(this.#batchBytes + BATCH_SLACK);
    this.#encoder = new ChannelEncoder(options.shapes, this.#writer);
    this.#overflow = new OverflowQueue(options.budget);
    this.#fragmentMin = Math.ceil(options.creditBytes / 4);
    this.#sent = (Atomics.load(options.credits, options.channel) >>> 1) & CREDIT_MASK;
  }

  get hasUnflushed(): boolean {
    return this.#writer.position > 0;
  }

  writeRecord(value: unknown, timestamp: number, keyGroup: number): void {
    this.#encoder.writeRecord(value, timestamp, keyGroup);
    if (this.#writer.position >= this.#batchBytes) this.flush();
  }

  writeEvent(event: StreamEvent): void {
    this.#encoder.writeEvent(event);
    // A watermark may wait as a record may: a stream with one behind every record still travels in batches.
    const mayWait = event.kind === 'watermark' || event.kind === 'status';
    if (mayWait && this.#writer.position < this.#batchBytes) return;
    this.flush();
    if (!mayWait) this.#options.onSent(true);
  }

  flush(): void {
    const end = this.#writer.position;
    if (end === 0 || this.#isClosed) return;
    this.bytesOut += end;
    const { bytes } = this.#writer;
    const start = this.hasOverflow ? 0 : this.#send(bytes, 0, end);
    if (start < end) {
      this.#overflow.push(bytes, start, end);
      if (!this.hasOverflow) this.#beginOverflow();
    }
    this.#writer.reset();
  }

  flushIfStarved(): void {
    if (this.#writer.position > 0 && !this.hasOverflow && this.#onTheWay() === 0) this.flush();
  }

  /** Whether what the overflow waits for has come. */
  get canDrain(): boolean {
    if (this.#waitsFor === 'ring') return !this.#options.ring.isWaiting;
    return (Atomics.load(this.#options.credits, this.#options.channel) & 1) === 0;
  }

  /** Sends what credit and ring allow of the overflow; true when something was sent. */
  drainOverflow(): boolean {
    let hasSent = false;
    for (let batch = this.#overflow.peek(); batch !== undefined; batch = this.#overflow.peek()) {
      const end = this.#send(batch, this.#overflowOffset, batch.length);
      if (end > this.#overflowOffset) hasSent = true;
      if (end < batch.length) {
        this.#overflowOffset = end;
        return hasSent;
      }
      this.#overflowOffset = 0;
      this.#overflow.shift();
    }
    this.#endOverflow();
    return hasSent;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.reset();
    this.#overflow.close();
    this.#endOverflow();
  }

  #beginOverflow(): void {
    this.hasOverflow = true;
    this.#options.pressure.add();
    this.#options.onOverflow(this);
  }

  #endOverflow(): void {
    if (!this.hasOverflow) return;
    this.hasOverflow = false;
    this.#options.pressure.remove();
  }

  #onTheWay(): number {
    const consumed = Atomics.load(this.#options.credits, this.#options.channel) >>> 1;
    return (this.#sent - consumed) & CREDIT_MASK;
  }

  /** Sends from `start` on, as far as possible, and returns where it had to stop; then a bell will ring. */
  #send(bytes: Uint8Array, start: number, end: number): number {
    const { credits, channel, creditBytes, ring } = this.#options;
    let position = start;
    while (position < end) {
      const word = Atomics.load(credits, channel);
      const room = creditBytes - ((this.#sent - (word >>> 1)) & CREDIT_MASK);
      if (room < Math.min(end - position, this.#fragmentMin)) {
        // `or` answers with the word as it was: an equal count means that the receiver will see the bit.
        if (Atomics.or(credits, channel, 1) >>> 1 !== word >>> 1) continue;
        this.#waitsFor = 'credit';
        break;
      }
      const stop = Math.min(end, position + room);
      const length = ring.write(channel, bytes, position, stop, stop === end);
      if (length === 0) {
        if (!ring.awaitRoom()) continue;
        this.#waitsFor = 'ring';
        break;
      }
      position += length;
      this.#sent = (this.#sent + length) & CREDIT_MASK;
    }
    if (position > start) this.#options.onSent(position < end || this.#onTheWay() * 2 >= creditBytes);
    return position;
  }
}
