/**
 * Combines the watermarks of a source's splits. Each split has two outputs: the immediate one, for what a generator says
 * about an element, and the deferred one, whose word counts at the next periodic tick.
 */

import type { WatermarkOutput } from '../api/watermark-strategy.js';
import { assert } from '../common/assert.js';
import { CombinedWatermark, PartialWatermark } from './combined-watermark.js';

/** Many split outputs to one watermark output. @internal */
export class WatermarkMultiplexer {
  readonly #underlying: WatermarkOutput;
  readonly #combined = new CombinedWatermark();
  readonly #partials = new Map<string, PartialWatermark>();

  constructor(underlying: WatermarkOutput) {
    this.#underlying = underlying;
  }

  /** Number of splits. */
  get size(): number {
    return this.#partials.size;
  }

  /** Adds the outputs of a split; from now on the split holds the watermark back. */
  register(id: string): void {
    assert(!this.#partials.has(id), `the watermark output of split ${id} is registered once`);
    const partial = new PartialWatermark();
    this.#partials.set(id, partial);
    this.#combined.add(partial);
  }

  /** Drops the outputs of a split, with effect at the next update; false when there were none. */
  unregister(id: string): boolean {
    const partial = this.#partials.get(id);
    if (partial === undefined) return false;
    this.#partials.delete(id);
    this.#combined.remove(partial);
    return true;
  }

  /** The output that takes effect at once. */
  immediateOutput(id: string): WatermarkOutput {
    const partial = this.#partial(id);
    return {
      emitWatermark: (timestamp) => {
        if (partial.setWatermark(timestamp) && timestamp > this.#combined.timestamp) this.#update();
      },
      markIdle: () => {
        partial.isIdle = true;
        this.#update();
      },
      markActive: () => {
        partial.isIdle = false;
        this.#update();
      },
    };
  }

  /** The output that takes effect at the next periodic tick. */
  deferredOutput(id: string): WatermarkOutput {
    const partial = this.#partial(id);
    return {
      emitWatermark: (timestamp) => {
        partial.setWatermark(timestamp);
      },
      markIdle: () => {
        partial.isIdle = true;
      },
      markActive: () => {
        partial.isIdle = false;
      },
    };
  }

  /** The periodic tick: what the deferred outputs were told takes effect. */
  onPeriodicEmit(): void {
    this.#update();
  }

  #partial(id: string): PartialWatermark {
    const partial = this.#partials.get(id);
    assert(partial !== undefined, `split ${id} has a watermark output`);
    return partial;
  }

  #update(): void {
    if (this.#combined.update()) this.#underlying.emitWatermark(this.#combined.timestamp);
    else if (this.#combined.isIdle) this.#underlying.markIdle();
  }
}
