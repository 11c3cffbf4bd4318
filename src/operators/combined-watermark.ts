/**
 * The minimum of several watermarks, idle ones left out. It stands where a few streams of one operator meet: the splits of
 * a source, the two inputs of an operator. (Many channels of one input meet in the watermark valve.)
 */

import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../common/time.js';

/** One of the streams. @internal */
export class PartialWatermark {
  timestamp = MIN_TIMESTAMP;
  isIdle = false;

  /** Takes a watermark, which also ends idleness; true when it advanced. */
  setWatermark(timestamp: number): boolean {
    this.isIdle = false;
    if (timestamp <= this.timestamp) return false;
    this.timestamp = timestamp;
    return true;
  }
}

/** Combines the watermarks of streams that come and go. @internal */
export class CombinedWatermark {
  readonly #partials: PartialWatermark[] = [];
  #timestamp = MIN_TIMESTAMP;
  #isIdle = false;

  /** The combined watermark; never goes back. */
  get timestamp(): number {
    return this.#timestamp;
  }

  /** True when every stream was idle at the last update. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  add(partial: PartialWatermark): void {
    this.#partials.push(partial);
  }

  /** Leaves a stream out, from the next update on. */
  remove(partial: PartialWatermark): void {
    const index = this.#partials.indexOf(partial);
    if (index >= 0) this.#partials.splice(index, 1);
  }

  /** Looks at all streams again; true when the combined watermark advanced. */
  update(): boolean {
    if (this.#partials.length === 0) return false;
    let minimum = MAX_TIMESTAMP;
    let allIdle = true;
    for (const partial of this.#partials) {
      if (partial.isIdle) continue;
      allIdle = false;
      if (partial.timestamp < minimum) minimum = partial.timestamp;
    }
    this.#isIdle = allIdle;
    if (allIdle || minimum <= this.#timestamp) return false;
    this.#timestamp = minimum;
    return true;
  }
}

/** Combines the watermarks and the idleness of an operator's inputs. @internal */
export class InputWatermarks {
  readonly #partials: readonly PartialWatermark[];
  readonly #combined = new CombinedWatermark();

  constructor(inputs: number) {
    this.#partials = Array.from({ length: inputs }, () => new PartialWatermark());
    for (const partial of this.#partials) this.#combined.add(partial);
  }

  /** The watermark of the operator. */
  get timestamp(): number {
    return this.#combined.timestamp;
  }

  /** True when all inputs are idle. */
  get isIdle(): boolean {
    return this.#combined.isIdle;
  }

  /** A watermark of one input; true when the operator's advanced with it. */
  onWatermark(input: number, timestamp: number): boolean {
    this.#partials[input]?.setWatermark(timestamp);
    return this.#combined.update();
  }

  /**
   * A status of one input; true when the operator's watermark advanced, since an idle input no longer holds it back.
   * Compare `isIdle` before and after to see whether a status must be handed on, after that watermark.
   */
  onStatus(input: number, isIdle: boolean): boolean {
    const partial = this.#partials[input];
    if (partial !== undefined) partial.isIdle = isIdle;
    return this.#combined.update();
  }
}
