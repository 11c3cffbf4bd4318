/**
 * What a channel has no room for: encoded batches in order, in memory up to a budget that all channels of a worker share,
 * then in a file. So one element that emits millions of records loses nothing and needs bounded memory.
 *
 * The file is unlinked as soon as it is open: whatever happens to the process, nothing is left behind. Once a batch is in
 * the file, those behind it go there too, until all of it was read back.
 */

import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FlinkError } from '../../common/errors.js';

/** Bytes of overflow that a worker keeps in memory unless told otherwise. @internal */
export const OVERFLOW_MEMORY_DEFAULT = 8 << 20;

/** Batches are collected into writes of this size, and read back in blocks of it: a system call costs microseconds. */
const BLOCK_BYTES = 256 << 10;
/** Batch header in the file: its length. */
const LENGTH_BYTES = 4;

/** Memory that the overflows of a worker share. @internal */
export class OverflowBudget {
  readonly limitBytes: number;
  /** Directory for files; must exist. */
  readonly directory: string;
  usedBytes = 0;
  /** Bytes that ever went to files. */
  spilledBytes = 0;
  #files = 0;

  constructor(directory: string, limitBytes = OVERFLOW_MEMORY_DEFAULT) {
    this.directory = directory;
    this.limitBytes = limitBytes;
  }

  /** A file name that no other queue of this process has. */
  nextFile(): string {
    return join(this.directory, `overflow-${process.pid}-${uniqueInProcess()}-${this.#files++}`);
  }
}

/** A queue of byte batches; see the file comment. @internal */
export class OverflowQueue {
  readonly #budget: OverflowBudget;
  /** Batches in memory from `#head` on; older than those in the file. */
  readonly #memory: Uint8Array[] = [];
  #head = 0;
  #file: SpillFile | undefined;

  constructor(budget: OverflowBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#head === this.#memory.length && (this.#file === undefined || this.#file.isEmpty);
  }

  /** Appends a copy of `bytes[start, end)`. */
  push(bytes: Uint8Array, start: number, end: number): void {
    const isSpilling = this.#file !== undefined && !this.#file.isEmpty;
    if (!isSpilling && this.#budget.usedBytes + end - start <= this.#budget.limitBytes) {
      this.#memory.push(bytes.slice(start, end));
      this.#budget.usedBytes += end - start;
      return;
    }
    this.#file ??= new SpillFile(this.#budget.nextFile());
    this.#file.append(bytes, start, end);
    this.#budget.spilledBytes += end - start;
  }

  /** The oldest batch; it stays in the queue. Undefined when the queue is empty. */
  peek(): Uint8Array | undefined {
    if (this.#head < this.#memory.length) return this.#memory[this.#head];
    return this.#file?.peek();
  }

  /** Removes the oldest batch. */
  shift(): void {
    if (this.#head < this.#memory.length) {
      this.#budget.usedBytes -= this.#memory[this.#head]?.length ?? 0;
      this.#memory[this.#head++] = EMPTY;
      if (this.#head === this.#memory.length) {
        this.#memory.length = 0;
        this.#head = 0;
      }
      return;
    }
    this.#file?.shift();
  }

  /** Drops everything. */
  close(): void {
    while (this.#head < this.#memory.length) this.shift();
    this.#file?.close();
    this.#file = undefined;
  }
}

const EMPTY = new Uint8Array(0);

/** Batches in a file, first in, first out. */
class SpillFile {
  readonly #path: string;
  readonly #descriptor: number;
  /** Batches that are not in the file yet. */
  readonly #pending = new Uint8Array(BLOCK_BYTES);
  #pendingEnd = 0;
  #fileEnd = 0;
  /** A block of the file, of which [position, end) is unread. */
  #block = new Uint8Array(BLOCK_BYTES);
  #blockPosition = 0;
  #blockEnd = 0;
  #fileRead = 0;
  #batches = 0;
  #current: Uint8Array | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = this.#attempt(() => {
      const descriptor = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      return descriptor;
    });
  }

  get isEmpty(): boolean {
    return this.#batches === 0;
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#pendingEnd + LENGTH_BYTES + length > BLOCK_BYTES) this.#flush();
    new DataView(this.#pending.buffer).setUint32(this.#pendingEnd, length, true);
    this.#pendingEnd += LENGTH_BYTES;
    if (this.#pendingEnd + length > BLOCK_BYTES) {
      this.#flush();
      this.#write(bytes.subarray(start, end));
    } else {
      this.#pending.set(bytes.subarray(start, end), this.#pendingEnd);
      this.#pendingEnd += length;
    }
    this.#batches++;
  }

  peek(): Uint8Array | undefined {
    if (this.#batches === 0) return undefined;
    if (this.#current === undefined) {
      const length = new DataView(this.#take(LENGTH_BYTES).slice().buffer).getUint32(0, true);
      this.#current = this.#take(length);
    }
    return this.#current;
  }

  shift(): void {
    if (this.peek() === undefined) return;
    this.#current = undefined;
    this.#batches--;
    if (this.#batches === 0) this.#rewind();
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** The next bytes, in memory that holds until the next call. */
  #take(length: number): Uint8Array {
    if (this.#blockEnd - this.#blockPosition < length) this.#fill(length);
    const bytes = this.#block.subarray(this.#blockPosition, this.#blockPosition + length);
    this.#blockPosition += length;
    return bytes;
  }

  /** Reads on, so that the block holds at least `length` unread bytes. */
  #fill(length: number): void {
    if (this.#fileEnd - this.#fileRead + this.#blockEnd - this.#blockPosition < length) this.#flush();
    const unread = this.#block.subarray(this.#blockPosition, this.#blockEnd);
    if (length > this.#block.length) {
      const larger = new Uint8Array(length);
      larger.set(unread);
      this.#block = larger;
    } else {
      this.#block.copyWithin(0, this.#blockPosition, this.#blockEnd);
    }
    this.#blockEnd -= this.#blockPosition;
    this.#blockPosition = 0;
    while (this.#blockEnd < length) {
      const count = this.#attempt(() =>
        readSync(this.#descriptor, this.#block, this.#blockEnd, this.#block.length - this.#blockEnd, this.#fileRead),
      );
      if (count === 0) throw new FlinkError('CONNECTOR_FAILED', `The overflow file "${this.#path}" is cut short.`);
      this.#blockEnd += count;
      this.#fileRead += count;
    }
  }

  #flush(): void {
    this.#write(this.#pending.subarray(0, this.#pendingEnd));
    this.#pendingEnd = 0;
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      const count = this.#attempt(() =>
        writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#fileEnd),
      );
      written += count;
      this.#fileEnd += count;
    }
  }

  /** Everything was read: the space goes back to the disk. */
  #rewind(): void {
    if (this.#fileEnd > 0) this.#attempt(() => ftruncateSync(this.#descriptor, 0));
    this.#pendingEnd = this.#fileEnd = this.#fileRead = this.#blockPosition = this.#blockEnd = 0;
    if (this.#block.length > BLOCK_BYTES) this.#block = new Uint8Array(BLOCK_BYTES);
  }

  #attempt<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      const message = `Records that wait for a slow receiver cannot be spilled to "${this.#path}".`;
      throw new FlinkError('CONNECTOR_FAILED', message, { cause: error });
    }
  }
}

/** Workers of a process share its id; this tells them apart. */
function uniqueInProcess(): string {
  return Math.floor(Math.random() * 2 ** 48).toString(36);
}
