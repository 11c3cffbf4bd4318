/**
 * How an idle worker waits without using the CPU, and is woken by another: one word of shared memory a worker. The waiting
 * side raises the flag, looks once more whether there is anything to do, and only then waits; the ringing side first makes
 * its work visible, then looks at the flag. So no work is missed. Waiting leaves the event loop free.
 */

const AWAKE = 0;
const SLEEPING = 1;

/** The bells of all workers of a job. @internal */
export function createBellMemory(workers: number): SharedArrayBuffer {
  return new SharedArrayBuffer(workers * Int32Array.BYTES_PER_ELEMENT);
}

/** Rings the bell of a worker, if it sleeps. Costs one load when it does not. @internal */
export function ringBell(bells: Int32Array, worker: number): void {
  if (Atomics.load(bells, worker) === AWAKE) return;
  if (Atomics.exchange(bells, worker, AWAKE) === SLEEPING) Atomics.notify(bells, worker);
}

/** The bell of one worker, in that worker. @internal */
export class Doorbell {
  readonly #bells: Int32Array;
  readonly #worker: number;
  #isClosed = false;

  constructor(bells: Int32Array, worker: number) {
    this.#bells = bells;
    this.#worker = worker;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Waits until the bell rings. Undefined when there is no reason to wait: `hasWork` finds something after the flag was
   * raised, or the bell is closed.
   */
  wait(hasWork: () => boolean): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    Atomics.store(this.#bells, this.#worker, SLEEPING);
    if (hasWork()) {
      Atomics.store(this.#bells, this.#worker, AWAKE);
      return undefined;
    }
    const { async, value } = waitAsync(this.#bells, this.#worker, SLEEPING);
    return async ? value.then(() => undefined) : undefined;
  }

  /** Wakes this worker from within: something arrived by another way than a ring. */
  ring(): void {
    ringBell(this.#bells, this.#worker);
  }

  /** Wakes this worker for good: nothing waits on a closed bell. */
  close(): void {
    this.#isClosed = true;
    this.ring();
  }
}

type WaitResult =
  | { readonly async: false; readonly value: string }
  | { readonly async: true; readonly value: Promise<string> };

/** `Atomics.waitAsync`, which the library types name for later targets only. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(words: Int32Array, index: number, value: number): WaitResult;
};
