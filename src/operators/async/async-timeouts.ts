/**
 * The timeouts of the calls under way. All calls get the same time, so the one that began first is due first, and a single
 * callback of the clock does for all of them; it is left in place when its call is answered, and finds out when it is due.
 */

import type { ProcessingTimeService, TimerHandle } from '../stream-operator.js';

/** What runs out of time. @internal */
export interface Expiring {
  onTimeout(): void;
}

/** See the file comment. @internal */
export class AsyncTimeouts {
  readonly #timeoutMs: number;
  readonly #clock: ProcessingTimeService;
  /** When each call is due, in that order. */
  readonly #due = new Map<Expiring, number>();
  #armed: TimerHandle | undefined;

  /** `timeoutMs`: 0 = calls may take as long as they take. */
  constructor(timeoutMs: number, clock: ProcessingTimeService) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  add(call: Expiring): void {
    if (this.#timeoutMs === 0) return;
    this.#due.set(call, this.#clock.now() + this.#timeoutMs);
    if (this.#armed === undefined) this.#arm();
  }

  /** The call was answered. */
  delete(call: Expiring): void {
    this.#due.delete(call);
  }

  close(): void {
    this.#due.clear();
    this.#armed?.cancel();
    this.#armed = undefined;
  }

  #arm(): void {
    const [first] = this.#due;
    if (first !== undefined) this.#armed = this.#clock.register(first[1], () => this.#onClock());
  }

  /** Ends one call, if one is due: the unit between two looks at the output. */
  #onClock(): void {
    this.#armed = undefined;
    const [first] = this.#due;
    if (first !== undefined && first[1] <= this.#clock.now()) {
      this.#due.delete(first[0]);
      first[0].onTimeout();
    }
    if (this.#armed === undefined) this.#arm();
  }
}
