/**
 * What operators want done in their pipeline's turn: the answers of asynchronous functions. Beside it stands how many of
 * them hold the input back because they have enough under way.
 */

import type { Availability } from './availability.js';
import type { TaskClock } from './task-clock.js';

/** Actions in order, and holds on the input. @internal */
export class OperatorActions {
  readonly #availability: Availability;
  readonly #clock: TaskClock;
  readonly #wake: () => void;
  #actions: (() => void)[] = [];
  /** The next action; those before it are done. */
  #next = 0;
  #holds = 0;

  constructor(availability: Availability, clock: TaskClock, wake: () => void) {
    this.#availability = availability;
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Whether an operator wants no more elements for now. */
  get isInputHeld(): boolean {
    return this.#holds > 0;
  }

  add(action: () => void): void {
    this.#actions.push(action);
    this.#wake();
  }

  /** Runs the oldest action; false when there is none. */
  runOne(): boolean {
    const action = this.#actions[this.#next];
    if (action === undefined) return false;
    this.#next++;
    if (this.#next === this.#actions.length) {
      this.#actions = [];
      this.#next = 0;
    }
    action();
    return true;
  }

  /** Runs actions and timers while the end of an operator is awaited; true when there is more to do right now. */
  runFinishing(isTimeUp: () => boolean, isFinishing: () => boolean): boolean {
    while (isFinishing() && this.#availability.isRelieved) {
      if (!this.runOne() && !this.#clock.fireOne()) return false;
      if (isTimeUp()) return true;
    }
    return false;
  }

  /** One operator holds the input, or lets it go. */
  hold(isHeld: boolean): void {
    if (isHeld) {
      this.#holds++;
      this.#availability.hold();
    } else {
      this.#holds--;
      this.#availability.release();
      this.#wake();
    }
  }
}
