/**
 * A part that is being written. Text is gathered and written in large pieces; nothing is durable before `sync` or `finish`.
 */

import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { FlinkError, messageOf } from '../../common/errors.js';
import { type HiddenPart, hiddenPath } from './part-name.js';

const syncData = promisify(fdatasync);

/** Text that is gathered before it is written: larger pieces were not faster. */
const GATHERED_CHARACTERS = 64 * 1024;

/** One part, from its first byte to its closing. @internal */
export class PartFile {
  readonly #part: Omit<HiddenPart, 'length'>;
  readonly #path: string;
  readonly #fd: number;
  readonly createdAt: number;
  #lastWriteAt: number;
  #text = '';
  #written = 0;
  #isOpen = true;

  constructor(part: Omit<HiddenPart, 'length'>, now: number) {
    this.#part = part;
    this.#path = hiddenPath(part);
    this.createdAt = now;
    this.#lastWriteAt = now;
    try {
      this.#fd = openSync(this.#path, 'wx');
    } catch (cause) {
      throw this.#failed('be created', cause);
    }
  }

  /** When the last record came. */
  get lastWriteAt(): number {
    return this.#lastWriteAt;
  }

  /** Bytes, counting gathered text as one byte a character. */
  get size(): number {
    return this.#written + this.#text.length;
  }

  /** The part with what was written so far; exact after `sync` or `finish`. */
  get part(): HiddenPart {
    return { ...this.#part, length: this.#written };
  }

  append(data: string | Uint8Array, now: number): void {
    this.#lastWriteAt = now;
    if (typeof data === 'string') {
      this.#text += data;
      if (this.#text.length >= GATHERED_CHARACTERS) this.#writeText();
      return;
    }
    this.#writeText();
    this.#write(data);
  }

  /** Makes everything so far durable. */
  async sync(): Promise<void> {
    this.#writeText();
    try {
      await syncData(this.#fd);
    } catch (cause) {
      throw this.#failed('be synced', cause);
    }
  }

  /** Makes everything durable and closes the file. */
  async finish(): Promise<HiddenPart> {
    await this.sync();
    this.close();
    return this.part;
  }

  /** Closes the file as it is. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
  }

  #writeText(): void {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    try {
      let from = 0;
      while (from < bytes.length) from += writeSync(this.#fd, bytes, from, bytes.length - from, this.#written + from);
      this.#written += bytes.length;
    } catch (cause) {
      throw this.#failed('be written', cause);
    }
  }

  #failed(what: string, cause: unknown): FlinkError {
    return new FlinkError('CONNECTOR_FAILED', `The part file "${this.#path}" cannot ${what}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
