/**
 * A channel between two tasks of one worker: a queue of references, nothing is serialised. It is bounded by a number of
 * records; beyond it the sender is under pressure as with any channel. What a single element emits beyond a larger number
 * is encoded into the worker's overflow, which spills to a file, so that memory stays bounded here too. A record that
 * cannot be encoded is the exception: it waits in memory.
 */

import { FlinkError } from '../../common/errors.js';
import { ByteReader, READ_SLACK } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ChannelWriter } from './channel-writer.js';
import { ELEMENT, type InputChannel } from './input-channel.js';
import { type OverflowBudget, OverflowQueue } from './overflow-queue.js';
import type { Pressure } from './pressure.js';
import { ChannelDecoder, ChannelEncoder, EdgeShapes, isReference } from './record-codec.js';
import type { StreamEvent } from './stream-event.js';
import type { StringCache } from './string-cache.js';

/** Records in the queue from which on the sender pauses, unless told otherwise: about one credit of small records. */
const CAPACITY_DEFAULT = 1024;
/** Records that one element may add to a full queue before they are encoded. */
const BURST_DEFAULT = 32_768;
/** Size of encoded batches. */
const BATCH_BYTES = 16 << 10;
/** Key group that marks a control element. */
const EVENT_MARK = -2;

/** What a local channel is made of. @internal */
export interface LocalChannelOptions {
  /** The sender's. */
  readonly pressure: Pressure;
  readonly budget: OverflowBudget;
  readonly strings: StringCache;
  readonly capacity?: number;
  readonly burst?: number;
}

/** Both ends of a channel inside a worker. @internal */
export class LocalChannel implements InputChannel {
  /** The sending end. */
  readonly writer: ChannelWriter;
  onAvailable: () => void = () => {};
  value: unknown;
  timestamp = Number.NEGATIVE_INFINITY;
  keyGroup = -1;
  event: StreamEvent | undefined;
  readonly #pressure: Pressure;
  readonly #capacity: number;
  readonly #burst: number;
  readonly #spill: Spill;
  /** A circular queue in three arrays; the size is a power of two. */
  #values: unknown[] = new Array<unknown>(16).fill(undefined);
  #timestamps = new Float64Array(16);
  #keyGroups = new Int32Array(16);
  #head = 0;
  #count = 0;
  #hasOverflow = false;
  #isClosed = false;

  constructor({ pressure, budget, strings, capacity = CAPACITY_DEFAULT, burst = BURST_DEFAULT }: LocalChannelOptions) {
    this.#pressure = pressure;
    this.#capacity = capacity;
    this.#burst = burst;
    this.#spill = new Spill(budget, strings);
    this.writer = new LocalChannelWriter(this);
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#spill.isEmpty;
  }

  get hasOverflow(): boolean {
    return this.#hasOverflow;
  }

  /** Appends an element; an event when `keyGroup` is the mark. */
  put(value: unknown, timestamp: number, keyGroup: number): void {
    if (this.#isClosed) return;
    if (!this.#spill.isEmpty || this.#count >= this.#capacity + this.#burst) {
      this.#spill.push(value, timestamp, keyGroup);
      return;
    }
    this.#append(value, timestamp, keyGroup);
    if (this.#count >= this.#capacity && !this.#hasOverflow) {
      this.#hasOverflow = true;
      this.#pressure.add();
    }
    if (this.#count === 1) this.onAvailable();
  }

  putEvent(event: StreamEvent): void {
    this.put(event, Number.NEGATIVE_INFINITY, EVENT_MARK);
  }

  next(): number {
    if (this.#count === 0 && !this.#refill()) return ELEMENT.EMPTY;
    const index = this.#head;
    const value = this.#values[index];
    const keyGroup = this.#keyGroups[index] as number;
    this.#values[index] = undefined;
    this.#head = (index + 1) & (this.#values.length - 1);
    this.#count--;
    if (this.#hasOverflow && this.#count <= this.#capacity >> 1 && this.#spill.isEmpty) this.#relieve();
    if (keyGroup === EVENT_MARK) {
      this.event = value as StreamEvent;
      return ELEMENT.EVENT;
    }
    this.value = value;
    this.timestamp = this.#timestamps[index] as number;
    this.keyGroup = keyGroup;
    return ELEMENT.RECORD;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#values = [undefined];
    this.#head = this.#count = 0;
    this.#spill.close();
    if (this.#hasOverflow) this.#relieve();
  }

  #relieve(): void {
    this.#hasOverflow = false;
    this.#pressure.remove();
  }

  #append(value: unknown, timestamp: number, keyGroup: number): void {
    if (this.#count === this.#values.length) this.#grow();
    const index = (this.#head + this.#count) & (this.#values.length - 1);
    this.#values[index] = value;
    this.#timestamps[index] = timestamp;
    this.#keyGroups[index] = keyGroup;
    this.#count++;
  }

  #refill(): boolean {
    return this.#spill.read((value, timestamp, keyGroup) => this.#append(value, timestamp, keyGroup));
  }

  #grow(): void {
    const size = this.#values.length;
    const values = new Array<unknown>(size * 2).fill(undefined);
    const timestamps = new Float64Array(size * 2);
    const keyGroups = new Int32Array(size * 2);
    for (let offset = 0; offset < this.#count; offset++) {
      const index = (this.#head + offset) & (size - 1);
      values[offset] = this.#values[index];
      timestamps[offset] = this.#timestamps[index] as number;
      keyGroups[offset] = this.#keyGroups[index] as number;
    }
    this.#values = values;
    this.#timestamps = timestamps;
    this.#keyGroups = keyGroups;
    this.#head = 0;
  }
}

class LocalChannelWriter implements ChannelWriter {
  readonly bytesOut = 0;
  readonly hasUnflushed = false;
  readonly #channel: LocalChannel;

  constructor(channel: LocalChannel) {
    this.#channel = channel;
  }

  get hasOverflow(): boolean {
    return this.#channel.hasOverflow;
  }

  writeRecord(value: unknown, timestamp: number, keyGroup: number): void {
    this.#channel.put(value, timestamp, keyGroup);
  }

  writeEvent(event: StreamEvent): void {
    this.#channel.putEvent(event);
  }

  flush(): void {}
  flushIfStarved(): void {}

  close(): void {
    this.#channel.close();
  }
}

/** The part of a burst that was encoded. */
class Spill {
  readonly #queue: OverflowQueue;
  readonly #strings: StringCache;
  #writer: ByteWriter | undefined;
  #encoder: ChannelEncoder | undefined;
  #reader: ByteReader | undefined;
  #decoder: ChannelDecoder | undefined;
  /** Records that cannot be encoded, in order. */
  readonly #references: unknown[] = [];

  constructor(budget: OverflowBudget, strings: StringCache) {
    this.#queue = new OverflowQueue(budget);
    this.#strings = strings;
  }

  get isEmpty(): boolean {
    return (this.#writer === undefined || this.#writer.position === 0) && this.#queue.isEmpty;
  }

  push(value: unknown, timestamp: number, keyGroup: number): void {
    this.#writer ??= new ByteWriter(BATCH_BYTES * 2);
    this.#encoder ??= new ChannelEncoder(new EdgeShapes(), this.#writer);
    if (keyGroup === EVENT_MARK) this.#encoder.writeEvent(value as StreamEvent);
    else this.#pushRecord(this.#encoder, value, timestamp, keyGroup);
    if (this.#writer.position >= BATCH_BYTES) this.#flush(this.#writer);
  }

  /** Hands over the elements of the oldest batch; false when there is none. */
  read(onElement: (value: unknown, timestamp: number, keyGroup: number) => void): boolean {
    if (this.#writer === undefined) return false;
    if (this.#queue.isEmpty) this.#flush(this.#writer);
    const batch = this.#queue.peek();
    if (batch === undefined) return false;
    const bytes = new Uint8Array(batch.length + READ_SLACK);
    bytes.set(batch);
    this.#queue.shift();
    this.#reader ??= new ByteReader(this.#strings);
    this.#decoder ??= new ChannelDecoder(this.#reader);
    this.#reader.open(bytes, new DataView(bytes.buffer), 0);
    while (this.#reader.position < batch.length) {
      const element = this.#decoder.read();
      if (element === ELEMENT.EVENT) onElement(this.#decoder.event, Number.NEGATIVE_INFINITY, EVENT_MARK);
      if (element !== ELEMENT.RECORD) continue;
      const { value, timestamp, keyGroup } = this.#decoder;
      onElement(isReference(value) ? this.#references.shift() : value, timestamp, keyGroup);
    }
    return true;
  }

  close(): void {
    this.#queue.close();
    this.#writer?.reset();
    this.#references.length = 0;
  }

  #pushRecord(encoder: ChannelEncoder, value: unknown, timestamp: number, keyGroup: number): void {
    try {
      encoder.writeRecord(value, timestamp, keyGroup);
    } catch (error) {
      if (!(error instanceof FlinkError) || error.code !== 'RECORD_NOT_TRANSFERABLE') throw error;
      this.#references.push(value);
      encoder.writeReference(timestamp, keyGroup);
    }
  }

  #flush(writer: ByteWriter): void {
    if (writer.position > 0) this.#queue.push(writer.bytes, 0, writer.position);
    writer.reset();
  }
}
