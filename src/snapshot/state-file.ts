/**
 * State files: written by tasks while they process records, read when a job is restored.
 *
 * The writer never waits for the disk: `write` copies into pooled buffers, which go to the file in the background.
 * Whoever produces bytes asks `isAvailable` between slices and pauses while it is false; a write is taken all the same,
 * so no slice has to be cut. State that stays small never becomes a file: it is put into `_metadata` itself.
 */

import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import type { ByteSink } from '../state/keyed-state-snapshot.js';
import { BUFFER_BYTES, type BufferPool, threadPool } from './buffer-pool.js';
import { crc32 } from './checksum.js';
import { fileUri } from './snapshot-pointer.js';
import type { StreamHandle } from './state-handle.js';

/** Flink's hard limit for state inside `_metadata`: 1 MiB. @internal */
export const MAX_INLINE_BYTES = 1024 * 1024;

/** Full buffers that may wait for the disk before the producer is asked to pause: 2 MiB. */
const MAX_WAITING = 32;

/** Buffers that go to the system in one call. */
const BUFFERS_A_WRITE = 16;

/** Where a state file goes, and when it is one. @internal */
export interface StateFileOptions {
  /** Absolute path of the directory. */
  readonly directory: string;
  /** Exclusive files are referred to by name, so that the snapshot can be moved; shared ones by absolute path. */
  readonly scope: 'exclusive' | 'shared';
  /** State up to this many bytes is returned inline; -1 = never. */
  readonly inlineThreshold: number;
  readonly pool?: BufferPool;
}

/** Writes one state file. Not for use after `close` or `discard`. @internal */
export class StateFileWriter implements ByteSink {
  readonly #options: StateFileOptions;
  readonly #pool: BufferPool;
  readonly #inlineThreshold: number;
  readonly #name = randomUUID();
  /** Full buffers, oldest first, that are not on their way to the file yet. */
  #waiting: Uint8Array[] = [];
  #current: Uint8Array | null = null;
  #used = 0;
  #position = 0;
  #crc = 0;
  #file: FileHandle | null = null;
  #flushing: Promise<void> | null = null;
  #failure: unknown;
  #state: 'open' | 'closing' | 'closed' | 'discarded' = 'open';

  constructor(options: StateFileOptions) {
    this.#options = options;
    this.#pool = options.pool ?? threadPool;
    this.#inlineThreshold = Math.min(options.inlineThreshold, MAX_INLINE_BYTES);
  }

  /** Bytes written so far: the offset of the next one. */
  get position(): number {
    return this.#position;
  }

  /** False while the disk is behind: the producer should wait for `whenDrained`. */
  get isAvailable(): boolean {
    return this.#flushing === null || this.#waiting.length < MAX_WAITING;
  }

  /** Appends a copy of the chunk. */
  write(chunk: Uint8Array): void {
    if (this.#state !== 'open') throw new Error('Broken invariant: a state file is written to after its end');
    let from = 0;
    while (from < chunk.length) {
      this.#current ??= this.#pool.take();
      const count = Math.min(BUFFER_BYTES - this.#used, chunk.length - from);
      this.#current.set(count === chunk.length ? chunk : chunk.subarray(from, from + count), this.#used);
      this.#used += count;
      from += count;
      if (this.#used === BUFFER_BYTES) this.#endBuffer(this.#current);
    }
    this.#position += chunk.length;
    if (this.#position > this.#inlineThreshold && this.#waiting.length > 0) this.#startFlush();
  }

  /** Resolves when `isAvailable` holds again, also after a failure: `close` reports that. */
  async whenDrained(): Promise<void> {
    while (!this.isAvailable) await this.#flushing;
  }

  /**
   * Ends the file; its bytes are durable when this resolves. Null when nothing was written.
   *
   * @throws FlinkError `CHECKPOINT_FAILED` when the file could not be written; nothing of it is left.
   */
  async close(): Promise<StreamHandle | null> {
    if (this.#state !== 'open') throw new Error('Broken invariant: a state file is closed twice');
    if (this.#position === 0) {
      this.#state = 'closed';
      return null;
    }
    if (this.#position <= this.#inlineThreshold) return this.#closeInline();
    this.#state = 'closing';
    if (this.#current !== null && this.#used > 0) this.#endBuffer(this.#current);
    this.#startFlush();
    while (this.#flushing !== null) await this.#flushing;
    await this.#finish();
    return this.#handle();
  }

  /** Gives the file up and removes it. May be called at any time, also while `close` is under way; never throws. */
  async discard(): Promise<void> {
    if (this.#state === 'discarded') return;
    this.#state = 'discarded';
    while (this.#flushing !== null) await this.#flushing;
    this.#release();
    await this.#remove();
  }

  get #path(): string {
    return join(this.#options.directory, this.#name);
  }

  #endBuffer(buffer: Uint8Array): void {
    const full = this.#used === BUFFER_BYTES ? buffer : buffer.subarray(0, this.#used);
    this.#crc = crc32(full, this.#crc);
    this.#waiting.push(full);
    this.#current = null;
    this.#used = 0;
  }

  #closeInline(): StreamHandle {
    this.#state = 'closed';
    const bytes = new Uint8Array(this.#position);
    let at = 0;
    for (const buffer of this.#waiting) {
      bytes.set(buffer, at);
      at += buffer.length;
    }
    if (this.#current !== null) bytes.set(this.#current.subarray(0, this.#used), at);
    this.#release();
    return { kind: 'inline', name: this.#name, bytes };
  }

  #handle(): StreamHandle {
    const file = { size: this.#position, crc32: this.#crc };
    return this.#options.scope === 'exclusive'
      ? { kind: 'relative', fileName: this.#name, ...file }
      : { kind: 'absolute', path: fileUri(this.#path), ...file };
  }

  #startFlush(): void {
    if (this.#flushing !== null || this.#waiting.length === 0) return;
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = null;
    });
  }

  /** Writes until nothing waits; a failure is kept, and what comes later is dropped. */
  async #flush(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const buffers = this.#waiting.splice(0, BUFFERS_A_WRITE);
        try {
          if (this.#failure === undefined && this.#state !== 'discarded') await this.#writeAll(buffers);
        } finally {
          for (const buffer of buffers) this.#giveBack(buffer);
        }
      }
    } catch (error) {
      this.#failure = error;
      this.#release();
    }
  }

  async #writeAll(buffers: readonly Uint8Array[]): Promise<void> {
    this.#file ??= await open(this.#path, 'wx', 0o644);
    let remaining = buffers;
    while (remaining.length > 0) {
      const { bytesWritten } = await this.#file.writev(remaining);
      remaining = skipBytes(remaining, bytesWritten);
    }
  }

  async #finish(): Promise<void> {
    try {
      if (this.#state === 'discarded') throw new Error('the snapshot was given up');
      if (this.#failure !== undefined) throw this.#failure;
      await this.#file?.sync();
      await this.#file?.close();
      this.#file = null;
      this.#state = 'closed';
    } catch (error) {
      await this.#remove();
      const message = `Could not write the state file ${this.#path}: ${messageOf(error)}`;
      throw new FlinkError('CHECKPOINT_FAILED', message, { cause: error });
    }
  }

  async #remove(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => {});
    await unlink(this.#path).catch(() => {});
  }

  #release(): void {
    for (const buffer of this.#waiting) this.#giveBack(buffer);
    if (this.#current !== null) this.#pool.give(this.#current);
    this.#waiting = [];
    this.#current = null;
    this.#used = 0;
  }

  #giveBack(buffer: Uint8Array): void {
    this.#pool.give(buffer.length === BUFFER_BYTES ? buffer : new Uint8Array(buffer.buffer as ArrayBuffer));
  }
}

function skipBytes(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skipped = 0;
  for (let i = 0; i < buffers.length; i++) {
    const buffer = buffers[i]!;
    if (skipped + buffer.length > count) return [buffer.subarray(count - skipped), ...buffers.slice(i + 1)];
    skipped += buffer.length;
  }
  return [];
}
