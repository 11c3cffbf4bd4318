/**
 * A ring in shared memory between two workers: one writes frames, the other reads them, neither ever waits. A frame lies
 * in one piece, so that it is copied in and out by one call; what is too long for the room that there is goes in
 * fragments. The ring is transport only: the reader always empties it.
 *
 * Layout: three words (written, read, "writer waits"), each in a cache line of its own, then the data. Positions count
 * bytes modulo 2^32 and are multiples of 8. A frame: length, or PADDING up to the end of the data; channel and flags; the
 * bytes; filled up to a multiple of 8.
 */

import { assert } from '../../common/assert.js';

/** Words of the header, at a distance of 128 bytes: neighbouring lines are fetched in pairs. */
const WRITTEN = 0;
const READ = 32;
const WRITER_WAITS = 64;
const HEADER_BYTES = 384;

const FRAME_HEADER_BYTES = 8;
const PADDING = -1;

/** Flag of a frame: the rest of its batch comes in the next frame of the channel. */
const MORE_FOLLOWS = 1;
const CHANNEL_SHIFT = 1;

/** The smallest ring: two frames of a few bytes. */
const CAPACITY_MIN = 64;

/** Bytes of data in a ring unless told otherwise: 16 full credits. @internal */
export const RING_CAPACITY_DEFAULT = 1 << 20;

/** Makes the memory of a ring; the capacity is rounded up to a power of two. @internal */
export function createRingMemory(capacityBytes = RING_CAPACITY_DEFAULT): SharedArrayBuffer {
  let capacity = CAPACITY_MIN;
  while (capacity < capacityBytes) capacity *= 2;
  return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

/** The writing end. @internal */
export class RingWriter {
  readonly #ring: MappedRing;
  #written: number;
  /** The reader's position when the last write looked. */
  #seenRead = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = mapRing(memory);
    this.#written = Atomics.load(this.#ring.control, WRITTEN);
  }

  /**
   * Writes as much of `bytes[start, end)` as there is room for as one frame, and returns how much that was; 0 when there
   * is too little room to be worth a frame. `isWhole` says that `end` ends the batch. An empty ring always takes something.
   */
  write(channel: number, bytes: Uint8Array, start: number, end: number, isWhole: boolean): number {
    const { capacity, control } = this.#ring;
    const wanted = end - start;
    const offset = this.#written & (capacity - 1);
    this.#seenRead = Atomics.load(control, READ);
    const free = capacity - ((this.#written - this.#seenRead) >>> 0);
    const toEnd = capacity - offset;
    const here = Math.min(free, toEnd) - FRAME_HEADER_BYTES;
    const inFront = free - toEnd - FRAME_HEADER_BYTES;
    if (align(wanted) <= here) return this.#put(channel, bytes.subarray(start, end), isWhole);
    const room = Math.max(here, inFront);
    if (align(wanted) > room && room < capacity / 4) return 0;
    if (inFront > here) this.#skip(toEnd);
    if (align(wanted) <= room) return this.#put(channel, bytes.subarray(start, end), isWhole);
    return this.#put(channel, bytes.subarray(start, start + room), false);
  }

  /** Asks to be rung when the reader makes room. False: it made some since the last write, which is worth repeating. */
  awaitRoom(): boolean {
    Atomics.store(this.#ring.control, WRITER_WAITS, 1);
    return Atomics.load(this.#ring.control, READ) === this.#seenRead;
  }

  /** Whether room was asked for and none was made since. */
  get isWaiting(): boolean {
    return Atomics.load(this.#ring.control, WRITER_WAITS) === 1;
  }

  #put(channel: number, bytes: Uint8Array, isWhole: boolean): number {
    const { words, data, capacity, control } = this.#ring;
    const offset = this.#written & (capacity - 1);
    words[offset >> 2] = bytes.length;
    words[(offset >> 2) + 1] = (channel << CHANNEL_SHIFT) | (isWhole ? 0 : MORE_FOLLOWS);
    data.set(bytes, offset + FRAME_HEADER_BYTES);
    this.#written = (this.#written + FRAME_HEADER_BYTES + align(bytes.length)) | 0;
    Atomics.store(control, WRITTEN, this.#written);
    return bytes.length;
  }

  #skip(toEnd: number): void {
    const { words, capacity } = this.#ring;
    words[(this.#written & (capacity - 1)) >> 2] = PADDING;
    this.#written = (this.#written + toEnd) | 0;
  }
}

/** Takes the bytes of a frame, which are gone when it returns. @internal */
export type FrameHandler = (channel: number, bytes: Uint8Array, start: number, end: number, isWhole: boolean) => void;

/** The reading end. @internal */
export class RingReader {
  readonly #ring: MappedRing;
  #read: number;

  constructor(memory: SharedArrayBuffer) {
    this.#ring = mapRing(memory);
    this.#read = Atomics.load(this.#ring.control, READ);
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#ring.control, WRITTEN) === this.#read;
  }

  /** Hands over every frame that is in the ring when the call begins. */
  drain(onFrame: FrameHandler): void {
    const { words, data, capacity, control } = this.#ring;
    const end = Atomics.load(control, WRITTEN);
    while (this.#read !== end) {
      const offset = this.#read & (capacity - 1);
      const length = words[offset >> 2] as number;
      if (length === PADDING) {
        this.#read = (this.#read + capacity - offset) | 0;
        continue;
      }
      const meta = words[(offset >> 2) + 1] as number;
      const start = offset + FRAME_HEADER_BYTES;
      onFrame(meta >>> CHANNEL_SHIFT, data, start, start + length, (meta & MORE_FOLLOWS) === 0);
      this.#read = (this.#read + FRAME_HEADER_BYTES + align(length)) | 0;
      Atomics.store(control, READ, this.#read);
    }
  }

  /** Whether the writer waits for room and must be rung; asking takes its wish back. */
  takeWriterWaits(): boolean {
    const { control } = this.#ring;
    return Atomics.load(control, WRITER_WAITS) === 1 && Atomics.exchange(control, WRITER_WAITS, 0) === 1;
  }
}

interface MappedRing {
  readonly control: Int32Array;
  readonly words: Int32Array;
  readonly data: Uint8Array;
  readonly capacity: number;
}

function mapRing(memory: SharedArrayBuffer): MappedRing {
  const capacity = memory.byteLength - HEADER_BYTES;
  assert(capacity >= CAPACITY_MIN && (capacity & (capacity - 1)) === 0, 'the capacity of a ring is a power of two');
  return {
    control: new Int32Array(memory, 0, HEADER_BYTES / 4),
    words: new Int32Array(memory, HEADER_BYTES),
    data: new Uint8Array(memory, HEADER_BYTES),
    capacity,
  };
}

/** Frames begin at multiples of 8. */
function align(length: number): number {
  return (length + 7) & ~7;
}
