/**
 * Whether the operators of a pipeline may be given more to do: not while a writer has overflow, not while the pipeline waits
 * for a promise, and not while a step (a watermark on its way down) is unfinished.
 */

import type { Pressure } from './channel/pressure.js';

/** The one answer to "may more be emitted?", shared by all outputs of a pipeline. @internal */
export class Availability {
  readonly #pressure: Pressure;
  /** Reasons to pause that do not come from writers: promises, unfinished steps. */
  #holds = 0;

  constructor(pressure: Pressure) {
    this.#pressure = pressure;
  }

  get isAvailable(): boolean {
    return this.#holds === 0 && this.#pressure.blocked === 0;
  }

  /** Whether writers can take more; a step under way looks at this alone. */
  get isRelieved(): boolean {
    return this.#pressure.blocked === 0;
  }

  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
  }
}
