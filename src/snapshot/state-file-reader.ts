/**
 * Reads state streams of a snapshot: whole, or a range of them. A snapshot is untrusted: only regular files are opened,
 * relative handles cannot leave the directory, also not by a symbolic link, and a file of another size than its handle
 * says is refused.
 */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FlinkError, messageOf } from '../common/errors.js';
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
    const file = await openRegular(path, stream.kind === 'relative');
    try {
      const { size } = await file.stat();
      const expected = sizeOfStream(stream) + (stream.kind === 'segment' ? stream.start : 0);
      if (stream.kind === 'segment' ? size < expected : size !== expected) {
        throw new FlinkError('SNAPSHOT_CORRUPT', `The state file ${path} has ${size} bytes instead of ${expected}.`);
      }
      return new StateFileReader(stream, file, path);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** `length` bytes from `offset` on: a view of inline state, else fresh memory. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset < 0 || length < 0 || offset + length > this.size) {
      throw new FlinkError(
        'SNAPSHOT_CORRUPT',
        `${this.#name}: bytes ${offset} to ${offset + length} are asked for, but there are ${this.size}.`,
      );
    }
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

/** All bytes of a stream. @internal */
export async function readStream(stream: StreamHandle, directory: string): Promise<Uint8Array> {
  if (stream.kind === 'inline') return stream.bytes;
  const reader = await StateFileReader.open(stream, directory);
  try {
    return await reader.read(0, reader.size);
  } finally {
    await reader.close();
  }
}

/** Opens without waiting for a writer of a named pipe, and without following a link that leaves the directory. */
async function openRegular(path: string, isInside: boolean): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (isInside ? constants.O_NOFOLLOW : 0));
    if (!(await file.stat()).isFile()) throw new Error('it is no regular file');
    return file;
  } catch (error) {
    await file?.close();
    throw new FlinkError('SNAPSHOT_CORRUPT', `Cannot read the state file ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
