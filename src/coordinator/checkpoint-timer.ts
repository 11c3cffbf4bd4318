/** The period of checkpoints: a random first delay, then a fixed rate, shifted when a trigger came too early. */

import type { Clock } from '../common/clock.js';

/** Longest wait before the last checkpoint of a job is tried again; milliseconds. */
const MAX_RETRY_MS = 1000;

/** Calls back once a period. @internal */
export class CheckpointTimer {
  readonly #intervalMs: number | undefined;
  readonly #minPauseMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onPeriod: () => void;
  #timer: unknown;
  #retry: unknown;

  constructor(
    settings: { readonly intervalMs: number | undefined; readonly minPauseMs: number },
    clock: Clock,
    random: () => number,
    onPeriod: () => void,
  ) {
    this.#intervalMs = settings.intervalMs;
    this.#minPauseMs = settings.minPauseMs;
    this.#clock = clock;
    this.#random = random;
    this.#onPeriod = onPeriod;
  }

  /** Starts with a random delay between the pause and the interval, so that jobs do not all begin at once. */
  start(): void {
    if (this.#intervalMs === undefined) return;
    const span = Math.max(0, this.#intervalMs - this.#minPauseMs);
    this.restart(Math.min(this.#minPauseMs, this.#intervalMs) + Math.floor(this.#random() * (span + 1)));
  }

  /** The next call comes after `delayMs`, the others at the usual rate behind it. */
  restart(delayMs: number): void {
    this.#clock.clearTimeout(this.#timer);
    const interval = this.#intervalMs;
    if (interval === undefined) return;
    let due = this.#clock.now() + delayMs;
    const fire = (): void => {
      // The rate is fixed: a late call does not shift the next one, but missed periods are not made up for.
      due = Math.max(due + interval, this.#clock.now());
      this.#timer = this.#clock.setTimeout(fire, due - this.#clock.now());
      this.#onPeriod();
    };
    this.#timer = this.#clock.setTimeout(fire, delayMs);
  }

  /** Calls `again` once, after a short while. */
  retry(again: () => void): void {
    this.#clock.clearTimeout(this.#retry);
    this.#retry = this.#clock.setTimeout(again, Math.min(this.#intervalMs ?? MAX_RETRY_MS, MAX_RETRY_MS));
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#clock.clearTimeout(this.#retry);
    this.#timer = undefined;
    this.#retry = undefined;
  }
}
