/**
 * Paces a reader: so many records a second, in small regular portions. What was not used while downstream was full is not
 * made up for beyond one portion, so that backpressure is not followed by a burst.
 */

import type { Clock } from '../common/clock.js';

/** Portions a second: 100 are regular enough to look at, and cost nothing. */
const PORTIONS_PER_SECOND = 100;

/** Says how many records may be emitted, and wakes the reader when there may be more. @internal */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  readonly #notifyAvailable: () => void;
  /** Records that may be emitted, with a fraction. */
  #tokens: number;
  #updatedAt: number;
  #timer: unknown;

  constructor(clock: Clock, recordsPerSecond: number, notifyAvailable: () => void) {
    this.#clock = clock;
    this.#perMs = recordsPerSecond / 1000;
    this.#burst = Math.max(1, recordsPerSecond / PORTIONS_PER_SECOND);
    this.#notifyAvailable = notifyAvailable;
    this.#tokens = this.#burst;
    this.#updatedAt = clock.now();
  }

  /** How many of `wanted` records may be emitted; when none, the reader is told once there may be one. */
  available(wanted: number): number {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#updatedAt) * this.#perMs);
    this.#updatedAt = now;
    if (this.#tokens < 1) {
      this.#wakeLater();
      return 0;
    }
    return Math.min(wanted, Math.floor(this.#tokens));
  }

  /** Records were emitted. */
  use(count: number): void {
    this.#tokens -= count;
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wakeLater(): void {
    if (this.#timer !== undefined) return;
    const delay = Math.max(1, Math.ceil((this.#burst - this.#tokens) / this.#perMs));
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#notifyAvailable();
    }, delay);
  }
}

/** Checks a rate that a user gave. @internal */
export function checkRate(recordsPerSecond: number | undefined): void {
  if (recordsPerSecond !== undefined && !(recordsPerSecond > 0)) {
    throw new TypeError(`The rate must be a positive number of records a second, not ${recordsPerSecond}.`);
  }
}
