/**
 * Buffers of one size that are used again. State files are written through them, so that a checkpoint of gigabytes makes
 * no garbage: fresh large buffers bring major collections of up to half a second. One pool a thread.
 */

/** 64 KiB: a write call costs a few microseconds, and up to sixteen go to the system in one. @internal */
export const BUFFER_BYTES = 64 * 1024;

/** 8 MiB stay in the pool; more than that is used only when many state files are open at once. */
const MAX_FREE = 128;

/** A stack of free buffers. @internal */
export class BufferPool {
  readonly #free: Uint8Array[] = [];

  /** A buffer of {@link BUFFER_BYTES} with any content. */
  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(new ArrayBuffer(BUFFER_BYTES));
  }

  /** Gives a buffer back; the caller must not touch it any more. */
  give(buffer: Uint8Array): void {
    if (this.#free.length < MAX_FREE) this.#free.push(buffer);
  }

  /** How many buffers wait for use. */
  get free(): number {
    return this.#free.length;
  }
}

/** The pool of this thread. @internal */
export const threadPool = new BufferPool();
