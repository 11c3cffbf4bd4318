/**
 * Carries watermarks and statuses down the operators of a pipeline.
 *
 * A watermark is a resumable step: each operator fires one timer at a time, and between two timers the walker looks whether
 * downstream can take more. While a walk is unfinished the pipeline takes no element, no barrier and no further watermark,
 * so that order is kept. A watermark that an operator in the middle makes out of an element (punctuated watermarks) is
 * carried at once instead, for the next element of the same call must not overtake it; overflow takes what it fires.
 */

import type { Availability } from './availability.js';
import type { TaskOperator } from './task-operator.js';

/** How many timers fire between two looks at the clock. */
const TIMERS_PER_LOOK = 256;

interface Step {
  readonly operator: TaskOperator;
  readonly timestamp: number;
  /** Not a watermark but a status that waits for those before it. */
  readonly carry?: () => void;
}

/** Walks watermarks through the tree of operators. @internal */
export class ElementWalker {
  readonly #availability: Availability;
  /** Steps still to do; the last one is the current one. */
  readonly #steps: Step[] = [];
  #isHolding = false;

  constructor(availability: Availability) {
    this.#availability = availability;
  }

  /** Whether a walk is unfinished. */
  get isUnderWay(): boolean {
    return this.#steps.length > 0;
  }

  /** Begins a walk at an operator; `resume` does the work. */
  begin(operator: TaskOperator, timestamp: number): void {
    this.#steps.unshift({ operator, timestamp });
    this.#hold();
  }

  /** Begins a walk behind an operator that emitted a watermark of its own. */
  beginBehind(operator: TaskOperator, timestamp: number): void {
    forwardToWriters(operator, timestamp);
    for (const link of operator.direct) this.#steps.unshift({ operator: link.target, timestamp });
    this.#hold();
  }

  /** Sends a status behind an operator, after every walk that is under way. */
  statusBehind(operator: TaskOperator, isIdle: boolean): void {
    this.#inOrder(operator, () => this.carryStatusBehind(operator, isIdle));
  }

  /** Hands a status to an operator and on, after every walk that is under way. */
  status(operator: TaskOperator, isIdle: boolean): void {
    this.#inOrder(operator, () => this.carryStatus(operator, isIdle));
  }

  /** Goes on with the walk; true when it is done, false when downstream is full or the time is up. */
  resume(isTimeUp: () => boolean): boolean {
    const steps = this.#steps;
    let timers = 0;
    for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
      if (step.carry !== undefined) {
        steps.pop();
        step.carry();
        continue;
      }
      const result = step.operator.operator.advanceWatermark(step.timestamp);
      if (result === 'AGAIN') {
        if (!this.#availability.isRelieved) return false;
        if (++timers % TIMERS_PER_LOOK === 0 && isTimeUp()) return false;
        continue;
      }
      steps.pop();
      if (result === 'FORWARD') this.#forward(step);
    }
    if (this.#isHolding) {
      this.#isHolding = false;
      this.#availability.release();
    }
    return true;
  }

  /** Carries a watermark behind an operator to the end, at once. */
  carryBehind(operator: TaskOperator, timestamp: number): void {
    forwardToWriters(operator, timestamp);
    for (const { target } of operator.direct) {
      let result = target.operator.advanceWatermark(timestamp);
      while (result === 'AGAIN') result = target.operator.advanceWatermark(timestamp);
      if (result === 'FORWARD') this.carryBehind(target, timestamp);
    }
  }

  /** Hands a status to an operator, and on. */
  carryStatus(operator: TaskOperator, isIdle: boolean): void {
    if (operator.operator.onStatus(isIdle)) this.carryStatusBehind(operator, isIdle);
  }

  /** Carries a status behind an operator. */
  carryStatusBehind(operator: TaskOperator, isIdle: boolean): void {
    for (const { writer } of operator.writers) writer.broadcastEvent({ kind: 'status', isIdle });
    for (const { target } of operator.direct) this.carryStatus(target, isIdle);
  }

  #inOrder(operator: TaskOperator, carry: () => void): void {
    if (this.isUnderWay) this.#steps.unshift({ operator, timestamp: 0, carry });
    else carry();
  }

  #forward({ operator, timestamp }: Step): void {
    forwardToWriters(operator, timestamp);
    for (let index = operator.direct.length - 1; index >= 0; index--) {
      const target = operator.direct[index]?.target;
      if (target !== undefined) this.#steps.push({ operator: target, timestamp });
    }
  }

  #hold(): void {
    if (this.#isHolding || this.#steps.length === 0) return;
    this.#isHolding = true;
    this.#availability.hold();
  }
}

function forwardToWriters(operator: TaskOperator, timestamp: number): void {
  for (const { writer } of operator.writers) writer.broadcastEvent({ kind: 'watermark', timestamp });
}
