/**
 * The watermarks of a source: a generator for each split, combined by the multiplexer. What is to go out while records are
 * being emitted is kept until the poll has returned, since an operator emits a watermark last.
 */

import type { WatermarkGenerator, WatermarkOutput, WatermarkStrategy } from '../api/watermark-strategy.js';
import { NO_TIMESTAMP } from '../common/time.js';
import type { Output, ProcessingTimeService } from './stream-operator.js';
import { createGenerator, IdlenessTimer, WatermarkEmitter } from './watermark-generation.js';
import { WatermarkMultiplexer } from './watermark-multiplexer.js';

interface SplitOutput {
  readonly generator: WatermarkGenerator<unknown>;
  readonly immediate: WatermarkOutput;
  readonly deferred: WatermarkOutput;
}

/** Generators by split, and what they have to say. @internal */
export class SourceWatermarks {
  readonly #strategy: WatermarkStrategy<unknown>;
  readonly #clock: ProcessingTimeService;
  readonly #output: Output;
  readonly #emitter: WatermarkEmitter;
  readonly #multiplexer: WatermarkMultiplexer;
  readonly #splits = new Map<string, SplitOutput>();
  /** Says idle when there is no split at all. */
  readonly #withoutSplits: IdlenessTimer | undefined;
  #lastId: string | undefined;
  #last: SplitOutput | undefined;
  #isHolding = false;
  #heldWatermark = NO_TIMESTAMP;
  #heldStatus: boolean | undefined;

  constructor(strategy: WatermarkStrategy<unknown>, clock: ProcessingTimeService, output: Output) {
    this.#strategy = strategy;
    this.#clock = clock;
    this.#output = output;
    this.#emitter = new WatermarkEmitter({
      emitWatermark: (timestamp) => this.#emitWatermark(timestamp),
      emitStatus: (isIdle) => this.#emitStatus(isIdle),
    });
    this.#multiplexer = new WatermarkMultiplexer(this.#emitter);
    this.#withoutSplits =
      strategy.idleTimeout === undefined ? undefined : new IdlenessTimer(clock, strategy.idleTimeout);
  }

  /** The last watermark. */
  get current(): number {
    return this.#emitter.current;
  }

  /** Whether the source is idle. */
  get isIdle(): boolean {
    return this.#emitter.isIdle;
  }

  /** True while something is held back: the reader should return, so that it can go out. */
  get isHeldBack(): boolean {
    return this.#heldWatermark !== NO_TIMESTAMP || this.#heldStatus !== undefined;
  }

  /** Adds a split, which holds the watermark back until it has records. */
  addSplit(id: string): void {
    if (this.#splits.has(id)) return;
    this.#multiplexer.register(id);
    this.#splits.set(id, {
      generator: createGenerator(this.#strategy, this.#clock),
      immediate: this.#multiplexer.immediateOutput(id),
      deferred: this.#multiplexer.deferredOutput(id),
    });
  }

  /** Drops a split that has ended. */
  releaseSplit(id: string): void {
    this.#multiplexer.unregister(id);
    this.#splits.delete(id);
    if (this.#lastId === id) this.#lastId = undefined;
  }

  /** Called for each record, after it was emitted. */
  onRecord(value: unknown, timestamp: number, splitId: string): void {
    if (splitId !== this.#lastId) this.#select(splitId);
    const split = this.#last as SplitOutput;
    split.generator.onEvent(value, timestamp, split.immediate);
  }

  /** The periodic tick. */
  onPeriodicEmit(): void {
    for (const split of this.#splits.values()) split.generator.onPeriodicEmit(split.deferred);
    this.#multiplexer.onPeriodicEmit();
    if (this.#splits.size > 0) this.#withoutSplits?.activity();
    if (this.#withoutSplits?.checkIfIdle() === true) this.#emitter.markIdle();
  }

  /** From now on watermarks are kept, until `release`. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Emits what was kept: the newest status and the newest watermark. */
  release(): void {
    this.#isHolding = false;
    if (!this.isHeldBack) return;
    const [watermark, status] = [this.#heldWatermark, this.#heldStatus];
    this.#heldWatermark = NO_TIMESTAMP;
    this.#heldStatus = undefined;
    if (status === false) this.#output.emitStatus(false);
    if (watermark !== NO_TIMESTAMP) this.#output.emitWatermark(watermark);
    if (status === true) this.#output.emitStatus(true);
  }

  /** Emits a watermark for all splits together, such as the last one. */
  emitOverall(timestamp: number): void {
    this.#emitter.emitWatermark(timestamp);
  }

  #select(splitId: string): void {
    if (!this.#splits.has(splitId)) this.addSplit(splitId);
    this.#lastId = splitId;
    this.#last = this.#splits.get(splitId);
  }

  #emitWatermark(timestamp: number): void {
    if (this.#isHolding) this.#heldWatermark = timestamp;
    else this.#output.emitWatermark(timestamp);
  }

  #emitStatus(isIdle: boolean): void {
    if (this.#isHolding) this.#heldStatus = isIdle;
    else this.#output.emitStatus(isIdle);
  }
}
