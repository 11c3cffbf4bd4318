/**
 * Reads state streams of a snapshot: whole, or a range of them. A snapshot is untrusted: only regular files are opened,
 * relative handles cannot leave the directory, also not by a symbolic link, and a file of another size than its handle
 * says is refused.
 */

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FlinkError, messageOf } from '../common/errors.js';
import { crc32 } from './checksum.js';
import { pathOfStream, sizeOfStream } from './snapshot-files.js';
import type { StreamHandle } from './state-handle.js';

/** An open state stream. @internal */
export class StateFileReader {
  /** Bytes of the stream. */
  readonly size: number;
  readonly #inline: Uint8Array;
  readonly #file: FileHandle | null;
  readonly #start: number;
  readonly #name: string;

  private constructor(stream: StreamHandle, file: FileHandle | null, name: string) {
    this.size = sizeOfStream(stream);
    this.#inline = stream.kind === 'inline' ? stream.bytes : new Uint8Array();
    this.#start = stream.kind === 'segment' ? stream.start : 0;
    this.#file = file;
    this.#name = name;
  }

  /**
   * Opens a stream of the snapshot in `directory`; to be closed.
   *
   * @throws FlinkError `SNAPSHOT_CORRUPT` when the file is missing, is no file, or has another size.
   */
  static async open(stream: StreamHandle, directory: string): Promise<StateFileReader> {
    const path = pathOfStream(stream, directory);
    if (path === null) return new StateFileReader(stream, null, 'inline state');
    let file: FileHandle | undefined;
    try {
      file = await open(path, flagsFor(stream));
      checkFile(await file.stat(), stream, path);
      return new StateFileReader(stream, file, path);
    } catch (error) {
      await file?.close();
      throw unreadable(path, error);
    }
  }

  /** `length` bytes from `offset` on: a view of inline state, else fresh memory. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(offset, length, this.size, this.#name);
    if (this.#file === null) return this.#inline.subarray(offset, offset + length);
    const bytes = new Uint8Array(length);
    await this.readInto(bytes, offset);
    return bytes;
  }

  /** Fills `target` with the bytes from `offset` on. */
  async readInto(target: Uint8Array, offset: number): Promise<void> {
    if (this.#file === null) {
      target.set(this.#inline.subarray(offset, offset + target.length));
      return;
    }
    let done = 0;
    while (done < target.length) {
      const at = this.#start + offset + done;
      const { bytesRead } = await this.#file.read(target, done, target.length - done, at);
      if (bytesRead === 0) throw new FlinkError('SNAPSHOT_CORRUPT', `${this.#name} ends early, at byte ${at}.`);
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

/**
 * The same without giving way: for a thread that restores and does nothing else until it has.
 *
 * @internal
 */
export class SyncStateFileReader {
  /** Bytes of the stream. */
  readonly size: number;
  readonly #stream: StreamHandle;
  readonly #path: string | null;
  #file: number | null = null;

  /**
   * Opens a stream of the snapshot in `directory`; to be closed.
   *
   * @throws FlinkError `SNAPSHOT_CORRUPT` as {@link StateFileReader.open} does.
   */
  constructor(stream: StreamHandle, directory: string) {
    this.size = sizeOfStream(stream);
    this.#stream = stream;
    this.#path = pathOfStream(stream, directory);
    if (this.#path === null) return;
    try {
      this.#file = openSync(this.#path, flagsFor(stream));
      checkFile(fstatSync(this.#file), stream, this.#path);
    } catch (error) {
      this.close();
      throw unreadable(this.#path, error);
    }
  }

  /** `length` bytes from `offset` on: a view of inline state, else fresh memory. The checksum is compared for the whole. */
  read(offset: number, length: number): Uint8Array {
    checkRange(offset, length, this.size, this.#path ?? 'inline state');
    if (this.#path === null) {
      const bytes = this.#stream.kind === 'inline' ? this.#stream.bytes : new Uint8Array();
      return bytes.subarray(offset, offset + length);
    }
    if (this.#file === null) throw new Error('Broken invariant: a closed state file is read');
    try {
      const start = this.#stream.kind === 'segment' ? this.#stream.start : 0;
      const bytes = readFully(this.#file, start + offset, length);
      checkSum(bytes, this.#stream, this.#path);
      return bytes;
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }
}

/** All bytes of a stream, or a range of them, as {@link SyncStateFileReader} reads them. @internal */
export function readStreamSync(
  stream: StreamHandle,
  directory: string,
  range: { readonly offset: number; readonly length: number } = { offset: 0, length: sizeOfStream(stream) },
): Uint8Array {
  const reader = new SyncStateFileReader(stream, directory);
  try {
    return reader.read(range.offset, range.length);
  } finally {
    reader.close();
  }
}

function readFully(file: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(file, bytes, done, length - done, offset + done);
    if (count === 0) throw new Error(`it ends early, at byte ${offset + done}`);
    done += count;
  }
  return bytes;
}

/** All bytes of a stream, checked against its checksum where that is known. @internal */
export async function readStream(stream: StreamHandle, directory: string): Promise<Uint8Array> {
  if (stream.kind === 'inline') return stream.bytes;
  const reader = await StateFileReader.open(stream, directory);
  try {
    const bytes = await reader.read(0, reader.size);
    checkSum(bytes, stream, pathOfStream(stream, directory) ?? '');
    return bytes;
  } finally {
    await reader.close();
  }
}

/** Opening waits for no writer of a named pipe, and a relative handle follows no link that leaves the directory. */
function flagsFor(stream: StreamHandle): number {
  return constants.O_RDONLY | constants.O_NONBLOCK | (stream.kind === 'relative' ? constants.O_NOFOLLOW : 0);
}

function checkFile(found: Stats, stream: StreamHandle, path: string): void {
  if (!found.isFile()) throw new FlinkError('SNAPSHOT_CORRUPT', `The state file ${path} is no regular file.`);
  const expected = sizeOfStream(stream) + (stream.kind === 'segment' ? stream.start : 0);
  if (stream.kind === 'segment' ? found.size < expected : found.size !== expected) {
    throw new FlinkError('SNAPSHOT_CORRUPT', `The state file ${path} has ${found.size} bytes instead of ${expected}.`);
  }
}

/** Compares the checksum where it is known and the whole file was read. */
function checkSum(bytes: Uint8Array, stream: StreamHandle, name: string): void {
  if (stream.kind !== 'relative' && stream.kind !== 'absolute') return;
  if (stream.crc32 === undefined || bytes.length !== stream.size || crc32(bytes) === stream.crc32) return;
  throw new FlinkError(
    'SNAPSHOT_CORRUPT',
    `The state file ${name} was changed since it was written: its checksum is wrong.`,
  );
}

function checkRange(offset: number, length: number, size: number, name: string): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new FlinkError(
    'SNAPSHOT_CORRUPT',
    `${name}: bytes ${offset} to ${offset + length} are asked for, but there are ${size}.`,
  );
}

function unreadable(path: string, error: unknown): FlinkError {
  if (error instanceof FlinkError) return error;
  return new FlinkError('SNAPSHOT_CORRUPT', `Cannot read the state file ${path}: ${messageOf(error)}`, {
    cause: error,
  });
}
