/** What the operators that make watermarks share: the emitter that keeps them monotonous, and the detection of idleness. */

import type { WatermarkGenerator, WatermarkOutput, WatermarkStrategy } from '../api/watermark-strategy.js';
import { MIN_TIMESTAMP } from '../common/time.js';
import type { Output, ProcessingTimeService } from './stream-operator.js';

/**
 * Emits watermarks that advance and drops the others; says idle once, and active together with the next watermark that
 * advances.
 *
 * @internal
 */
export class WatermarkEmitter implements WatermarkOutput {
  readonly #output: Pick<Output, 'emitWatermark' | 'emitStatus'>;
  #current = MIN_TIMESTAMP;
  #isIdle = false;

  constructor(output: Pick<Output, 'emitWatermark' | 'emitStatus'>) {
    this.#output = output;
  }

  /** The last watermark. */
  get current(): number {
    return this.#current;
  }

  get isIdle(): boolean {
    return this.#isIdle;
  }

  emitWatermark(timestamp: number): void {
    if (!this.advance(timestamp)) return;
    this.#output.emitWatermark(timestamp);
  }

  /** Notes a watermark that somebody else hands on; false when it does not advance. */
  advance(timestamp: number): boolean {
    if (!(timestamp > this.#current)) return false;
    this.#current = timestamp;
    this.markActive();
    return true;
  }

  markIdle(): void {
    if (this.#isIdle) return;
    this.#isIdle = true;
    this.#output.emitStatus(true);
  }

  markActive(): void {
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#output.emitStatus(false);
  }
}

/** Says when nothing has come for longer than a timeout, counted from the first check that saw no activity. @internal */
export class IdlenessTimer {
  readonly #clock: ProcessingTimeService;
  readonly #timeout: number;
  #isActive = false;
  #inactiveSince: number | undefined;

  constructor(clock: ProcessingTimeService, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  /** Something came. */
  activity(): void {
    this.#isActive = true;
  }

  /** The periodic check. */
  checkIfIdle(): boolean {
    if (this.#isActive) {
      this.#isActive = false;
      this.#inactiveSince = undefined;
      return false;
    }
    if (this.#inactiveSince === undefined) {
      this.#inactiveSince = this.#clock.now();
      return false;
    }
    return this.#clock.now() - this.#inactiveSince > this.#timeout;
  }
}

/** A generator that marks its output idle when nothing comes; asks the generator it wraps otherwise. */
class IdlenessGenerator<T> implements WatermarkGenerator<T> {
  readonly #wrapped: WatermarkGenerator<T>;
  readonly #timer: IdlenessTimer;
  #isIdle = false;

  constructor(wrapped: WatermarkGenerator<T>, timer: IdlenessTimer) {
    this.#wrapped = wrapped;
    this.#timer = timer;
  }

  onEvent(event: T, timestamp: number, output: WatermarkOutput): void {
    this.#wrapped.onEvent(event, timestamp, output);
    this.#timer.activity();
    this.#isIdle = false;
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    if (!this.#timer.checkIfIdle()) {
      this.#wrapped.onPeriodicEmit(output);
    } else if (!this.#isIdle) {
      output.markIdle();
      this.#isIdle = true;
    }
  }
}

/** The generator of a strategy, with its idleness. @internal */
export function createGenerator<T>(
  strategy: WatermarkStrategy<T>,
  clock: ProcessingTimeService,
): WatermarkGenerator<T> {
  const generator = strategy.createGenerator();
  if (strategy.idleTimeout === undefined) return generator;
  return new IdlenessGenerator(generator, new IdlenessTimer(clock, strategy.idleTimeout));
}
