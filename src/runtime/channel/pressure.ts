/**
 * Where backpressure arrives: each task has one `Pressure`, which counts its writers that cannot take more. While it is
 * not zero the task takes no input and fires no timer; nothing ever blocks the thread.
 */

import { assert } from '../../common/assert.js';

/** Counts the writers of a task that have overflow. @internal */
export class Pressure {
  /** Called when the last writer with overflow got rid of it. */
  onRelieved: () => void = () => {};
  #blocked = 0;

  /** Writers with overflow; 0 = the task may go on. */
  get blocked(): number {
    return this.#blocked;
  }

  /** A writer began to overflow. */
  add(): void {
    this.#blocked++;
  }

  /** A writer's overflow is empty again, or the writer was closed. */
  remove(): void {
    assert(this.#blocked > 0, 'only a writer that overflowed is relieved');
    this.#blocked--;
    if (this.#blocked === 0) this.onRelieved();
  }
}
