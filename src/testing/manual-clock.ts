/** The clock of a job under test: it stands still until the test moves it. */

import type { Clock } from '../common/clock.js';

interface Timeout {
  readonly due: number;
  readonly callback: () => void;
}

/** Time as a test decides it; what falls due is called by {@link ManualClock.advanceTo}, in order of time. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timeouts = new Set<Timeout>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const timeout: Timeout = { due: this.#now + Math.max(0, delayMs), callback };
    this.#timeouts.add(timeout);
    return timeout;
  }

  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as Timeout);
  }

  /** Moves the time forward, calling each timeout at its own time; a time that has passed changes nothing. */
  advanceTo(time: number): void {
    for (let next = this.#next(time); next !== undefined; next = this.#next(time)) {
      this.#timeouts.delete(next);
      this.#now = Math.max(this.#now, next.due);
      next.callback();
    }
    this.#now = Math.max(this.#now, time);
  }

  #next(limit: number): Timeout | undefined {
    let first: Timeout | undefined;
    for (const timeout of this.#timeouts) {
      if (timeout.due <= limit && (first === undefined || timeout.due < first.due)) first = timeout;
    }
    return first;
  }
}
