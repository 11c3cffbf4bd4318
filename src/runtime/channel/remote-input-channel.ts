/**
 * The receiving end of a channel from another worker: a queue of encoded chunks that the transport fills, whatever the
 * task does, and that is decoded element by element when the task reads. It holds no more than the channel's credit, and
 * the one batch that is longer than that.
 */

import { ByteReader, READ_SLACK } from './byte-reader.js';
import { ELEMENT, type InputChannel } from './input-channel.js';
import { ChannelDecoder } from './record-codec.js';
import { CREDIT_MASK } from './remote-channel-writer.js';
import type { StreamEvent } from './stream-event.js';
import type { StringCache } from './string-cache.js';

/** Room for one batch and what its last record adds. */
const CHUNK_BYTES = 20 << 10;
/** Chunks that a worker keeps for reuse: fresh buffers cost a garbage collection now and then. */
const POOL_MAX = 256;

/** Encoded elements in one piece of memory. @internal */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  length: number;
  /** Bytes that count against the sender's credit until the chunk is read. */
  credit: number;
}

/** Chunks that were read, for reuse. @internal */
export class ChunkPool {
  readonly #free: Chunk[] = [];

  /** A chunk for at least `length` bytes. */
  take(length: number): Chunk {
    if (length + READ_SLACK <= CHUNK_BYTES) {
      const chunk = this.#free.pop();
      if (chunk !== undefined) return chunk;
    }
    return createChunk(new Uint8Array(Math.max(CHUNK_BYTES, length + READ_SLACK)));
  }

  give(chunk: Chunk): void {
    if (chunk.bytes.length !== CHUNK_BYTES || this.#free.length >= POOL_MAX) return;
    chunk.length = 0;
    chunk.credit = 0;
    this.#free.push(chunk);
  }
}

/** Where a channel gives its credits back. @internal */
export interface CreditReturn {
  readonly credits: Int32Array;
  readonly pool: ChunkPool;
  readonly strings: StringCache;
  /** Rings the sender's bell: it waits for credit. */
  readonly ringSender: () => void;
}

/** Reads a channel from another worker. @internal */
export class RemoteInputChannel implements InputChannel {
  onAvailable: () => void = () => {};
  readonly #channel: number;
  readonly #shared: CreditReturn;
  readonly #reader: ByteReader;
  readonly #decoder: ChannelDecoder;
  /** Chunks from `#head` on; the first of them is being read. */
  #chunks: Chunk[] = [];
  #head = 0;
  /** Where the chunk that is being read ends, so far. */
  #end = 0;
  #consumed: number;
  /** The fragments so far of a batch that was cut. */
  #partial: Uint8Array | undefined;
  #partialLength = 0;
  #isClosed = false;

  constructor(channel: number, shared: CreditReturn) {
    this.#channel = channel;
    this.#shared = shared;
    this.#reader = new ByteReader(shared.strings);
    this.#decoder = new ChannelDecoder(this.#reader);
    this.#consumed = (Atomics.load(shared.credits, channel) >>> 1) & CREDIT_MASK;
  }

  get value(): unknown {
    return this.#decoder.value;
  }
  get timestamp(): number {
    return this.#decoder.timestamp;
  }
  get keyGroup(): number {
    return this.#decoder.keyGroup;
  }
  get event(): StreamEvent | undefined {
    return this.#decoder.event;
  }
  get isEmpty(): boolean {
    return this.#reader.position === this.#end && this.#head + 1 >= this.#chunks.length;
  }

  next(): number {
    for (;;) {
      if (this.#reader.position === this.#end && !this.#advance()) return ELEMENT.EMPTY;
      const element = this.#decoder.read();
      if (element !== ELEMENT.EMPTY) return element;
    }
  }

  /** Takes a frame from the ring; its bytes are copied. */
  push(bytes: Uint8Array, start: number, end: number, isWhole: boolean): void {
    const length = end - start;
    if (this.#isClosed) {
      this.#returnCredit(length);
      return;
    }
    if (!isWhole || this.#partial !== undefined) {
      this.#pushFragment(bytes.subarray(start, end), isWhole);
      return;
    }
    const wasEmpty = this.isEmpty;
    const tail = this.#chunks[this.#chunks.length - 1];
    let chunk = tail;
    if (chunk === undefined || chunk.length + length + READ_SLACK > chunk.bytes.length) {
      chunk = this.#shared.pool.take(length);
      this.#chunks.push(chunk);
    }
    chunk.bytes.set(bytes.subarray(start, end), chunk.length);
    chunk.length += length;
    chunk.credit += length;
    this.#extended(chunk, wasEmpty);
  }

  close(): void {
    this.#isClosed = true;
    for (const chunk of this.#chunks.splice(this.#head)) this.#returnCredit(chunk.credit);
    this.#chunks = [];
    this.#head = 0;
    this.#reader.position = this.#end = 0;
    this.#partial = undefined;
  }

  /**
   * Fragments before the last are credited at once: a batch that is longer than the credit could not arrive otherwise.
   */
  #pushFragment(fragment: Uint8Array, isLast: boolean): void {
    const length = this.#partialLength + fragment.length;
    let partial = this.#partial ?? new Uint8Array(Math.max(CHUNK_BYTES, length + READ_SLACK));
    if (length + READ_SLACK > partial.length) {
      const larger = new Uint8Array(Math.max(partial.length * 2, length + READ_SLACK));
      larger.set(partial.subarray(0, this.#partialLength));
      partial = larger;
    }
    partial.set(fragment, this.#partialLength);
    this.#partial = partial;
    this.#partialLength = length;
    if (!isLast) {
      this.#returnCredit(fragment.length);
      return;
    }
    const wasEmpty = this.isEmpty;
    const chunk = createChunk(partial);
    chunk.length = length;
    chunk.credit = fragment.length;
    this.#chunks.push(chunk);
    this.#partial = undefined;
    this.#partialLength = 0;
    this.#extended(chunk, wasEmpty);
  }

  #extended(chunk: Chunk, wasEmpty: boolean): void {
    if (this.#chunks[this.#head] === chunk) {
      if (this.#end === 0) this.#reader.open(chunk.bytes, chunk.view, 0);
      this.#end = chunk.length;
    }
    if (wasEmpty) this.onAvailable();
  }

  /** The chunk was read to its end so far: returns its credit, and goes to the next one. False: there is none. */
  #advance(): boolean {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return false;
    this.#returnCredit(chunk.credit);
    chunk.credit = 0;
    if (this.#head + 1 === this.#chunks.length) {
      // The last chunk is filled anew from its beginning, unless a huge batch made it large.
      chunk.length = 0;
      this.#end = this.#reader.position = 0;
      this.#chunks = chunk.bytes.length > CHUNK_BYTES ? [] : [chunk];
      this.#head = 0;
      return false;
    }
    this.#shared.pool.give(chunk);
    this.#head++;
    if (this.#head === 64) {
      this.#chunks.splice(0, 64);
      this.#head = 0;
    }
    const next = this.#chunks[this.#head] as Chunk;
    this.#reader.open(next.bytes, next.view, 0);
    this.#end = next.length;
    return true;
  }

  #returnCredit(bytes: number): void {
    if (bytes === 0) return;
    this.#consumed = (this.#consumed + bytes) & CREDIT_MASK;
    const before = Atomics.exchange(this.#shared.credits, this.#channel, this.#consumed << 1);
    if ((before & 1) === 1) this.#shared.ringSender();
  }
}

function createChunk(bytes: Uint8Array): Chunk {
  return { bytes, view: new DataView(bytes.buffer), length: 0, credit: 0 };
}
