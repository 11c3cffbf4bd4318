/**
 * A log file that starts anew when it is full: `job.log`, older parts `job.log.1` (the newest) to `job.log.<n>`. Lines are
 * gathered and written in the background; `close` writes what is left at once, so that the last lines of a process stay.
 */

import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LogSink } from './logger.js';

/** A rotated file of lines. @internal */
export interface LogFile extends LogSink {
  readonly path: string;
  /** Writes what is left; lines that come later are written at once. */
  close(): void;
}

/** Opens a log file for appending. A file that cannot be written loses lines, never the job. @internal */
export function openLogFile(
  path: string,
  options: { readonly maxSizeBytes: number; readonly maxFiles: number },
): LogFile {
  return new RotatingFile(path, options.maxSizeBytes, options.maxFiles);
}

class RotatingFile implements LogFile {
  readonly path: string;
  readonly #maxSizeBytes: number;
  readonly #maxFiles: number;
  #sizeBytes = 0;
  #waiting: string[] = [];
  /** Lines that are being written just now. */
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(path: string, maxSizeBytes: number, maxFiles: number) {
    this.path = path;
    this.#maxSizeBytes = maxSizeBytes;
    this.#maxFiles = maxFiles;
    attempt(() => mkdirSync(dirname(path), { recursive: true }));
    attempt(() => {
      this.#sizeBytes = statSync(path).size;
    });
  }

  write(line: string): void {
    this.#waiting.push(line);
    if (this.#closed) this.#writeNow();
    else this.#writing ??= this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#writeNow();
  }

  async #drain(): Promise<void> {
    // One turn of the event loop gathers the lines of one event.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 && !this.#closed) {
      const text = this.#take();
      try {
        await appendFile(this.path, text);
      } catch {
        // The disk is full or the directory is gone: the job goes on without its log.
      }
    }
    this.#writing = undefined;
  }

  #writeNow(): void {
    if (this.#waiting.length === 0) return;
    const text = this.#take();
    attempt(() => appendFileSync(this.path, text));
  }

  #take(): string {
    const text = `${this.#waiting.join('\n')}\n`;
    this.#waiting = [];
    if (this.#sizeBytes > 0 && this.#sizeBytes + text.length > this.#maxSizeBytes) this.#rotate();
    this.#sizeBytes += Buffer.byteLength(text);
    return text;
  }

  #rotate(): void {
    attempt(() => rmSync(`${this.path}.${this.#maxFiles}`, { force: true }));
    for (let i = this.#maxFiles - 1; i >= 1; i--)
      attempt(() => renameSync(`${this.path}.${i}`, `${this.path}.${i + 1}`));
    if (this.#maxFiles > 0) attempt(() => renameSync(this.path, `${this.path}.1`));
    else attempt(() => rmSync(this.path, { force: true }));
    this.#sizeBytes = 0;
  }
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // See openLogFile: logging never fails the job.
  }
}
