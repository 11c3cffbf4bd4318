/**
 * The bytes of a file, plain or compressed, as the line reader takes them: as many as there are, without waiting.
 *
 * A plain file is read in place with one system call a buffer: 256 KiB come from the page cache in some 50 µs, less than it
 * takes to wake a thread of the pool twice. A compressed one is unpacked in the pool and asks to be looked at again.
 */

import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { FlinkError, messageOf } from '../../common/errors.js';

/** No bytes for now: the source says when there are. @internal */
export const NOT_YET = 0;
/** All bytes were read. @internal */
export const AT_END = -1;

/** Unpacked bytes that may wait before unpacking pauses. */
const MAX_WAITING_BYTES = 1 << 20;

/** The bytes of one file. @internal */
export interface ByteSource {
  /** Fills `target` from `start` on; returns the number of bytes, {@link NOT_YET} or {@link AT_END}. */
  readInto(target: Buffer, start: number): number;
  close(): void;
}

/** Opens a file at an offset of its uncompressed bytes. @internal */
export function openByteSource(path: string, offset: number, notifyAvailable: () => void): ByteSource {
  return path.endsWith('.gz') ? new GzipFile(path, offset, notifyAvailable) : new PlainFile(path, offset);
}

class PlainFile implements ByteSource {
  readonly #path: string;
  readonly #fd: number;
  #position: number;

  constructor(path: string, offset: number) {
    this.#path = path;
    this.#position = offset;
    try {
      this.#fd = openSync(path, 'r');
    } catch (cause) {
      throw readFailed(path, cause);
    }
  }

  readInto(target: Buffer, start: number): number {
    try {
      const count = readSync(this.#fd, target, start, target.length - start, this.#position);
      this.#position += count;
      return count === 0 ? AT_END : count;
    } catch (cause) {
      throw readFailed(this.#path, cause);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

class GzipFile implements ByteSource {
  readonly #path: string;
  readonly #unpacked: Gunzip;
  readonly #notify: () => void;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  /** Bytes before the offset, which are unpacked and dropped. */
  #toSkip: number;
  #hasEnded = false;
  #error: unknown;

  constructor(path: string, offset: number, notifyAvailable: () => void) {
    this.#path = path;
    this.#toSkip = offset;
    this.#notify = notifyAvailable;
    const file = createReadStream(path, { highWaterMark: 1 << 18 });
    this.#unpacked = createGunzip({ chunkSize: 1 << 18 });
    file.on('error', (error) => this.#unpacked.destroy(error));
    this.#unpacked.on('close', () => file.destroy());
    this.#unpacked.on('data', (chunk: Buffer) => this.#onData(chunk));
    this.#unpacked.on('end', () => {
      this.#hasEnded = true;
      this.#notify();
    });
    this.#unpacked.on('error', (error) => {
      this.#error = error;
      this.#notify();
    });
    file.pipe(this.#unpacked);
  }

  readInto(target: Buffer, start: number): number {
    const chunk = this.#chunks[0];
    if (chunk === undefined) {
      if (this.#error !== undefined) throw readFailed(this.#path, this.#error);
      return this.#hasEnded ? AT_END : NOT_YET;
    }
    const count = chunk.copy(target, start);
    if (count === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(count);
    this.#waitingBytes -= count;
    if (this.#waitingBytes < MAX_WAITING_BYTES) this.#unpacked.resume();
    return count;
  }

  close(): void {
    this.#unpacked.destroy();
  }

  #onData(chunk: Buffer): void {
    const skipped = Math.min(this.#toSkip, chunk.length);
    this.#toSkip -= skipped;
    if (skipped === chunk.length) return;
    this.#chunks.push(skipped === 0 ? chunk : chunk.subarray(skipped));
    this.#waitingBytes += chunk.length - skipped;
    if (this.#waitingBytes >= MAX_WAITING_BYTES) this.#unpacked.pause();
    this.#notify();
  }
}

function readFailed(path: string, cause: unknown): FlinkError {
  return new FlinkError('CONNECTOR_FAILED', `Reading "${path}" failed: ${messageOf(cause)}`, { cause });
}
