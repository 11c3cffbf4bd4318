/**
 * The joint watermark of a task's inputs: the minimum over those that are not idle, never going back. With one input it is
 * that input's.
 */

import { MIN_TIMESTAMP } from '../common/time.js';

/** Combines the watermarks and statuses of one or two inputs. @internal */
export class InputWatermarks {
  readonly #watermarks: number[];
  readonly #isIdle: boolean[];
  /** The joint watermark that was reported last. */
  current = MIN_TIMESTAMP;
  /** Whether all inputs are idle. */
  isIdle = false;

  constructor(inputs: number) {
    this.#watermarks = new Array<number>(inputs).fill(MIN_TIMESTAMP);
    this.#isIdle = new Array<boolean>(inputs).fill(false);
  }

  /** Notes an input's watermark; true when the joint one advanced. */
  advance(input: number, timestamp: number): boolean {
    this.#watermarks[input] = timestamp;
    return this.#update();
  }

  /** Notes an input's status. `isIdle` and `current` then say what is joint; true when the joint watermark advanced. */
  setIdle(input: number, isIdle: boolean): boolean {
    this.#isIdle[input] = isIdle;
    this.isIdle = this.#isIdle.every((idle) => idle);
    return !this.isIdle && this.#update();
  }

  #update(): boolean {
    let joint = Number.POSITIVE_INFINITY;
    let hasActive = false;
    for (let input = 0; input < this.#watermarks.length; input++) {
      if (this.#isIdle[input] === true) continue;
      hasActive = true;
      joint = Math.min(joint, this.#watermarks[input] ?? MIN_TIMESTAMP);
    }
    if (!hasActive || joint <= this.current) return false;
    this.current = joint;
    return true;
  }
}
