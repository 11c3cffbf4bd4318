/**
 * `assignTimestampsAndWatermarks`: gives records their timestamps and makes the stream's watermarks. Watermarks and
 * idleness that come from upstream end here; only the last watermark, `MAX_TIMESTAMP`, passes.
 */

import type { WatermarkGenerator, WatermarkStrategy } from '../api/watermark-strategy.js';
import { MAX_TIMESTAMP } from '../common/time.js';
import { BaseOperator } from './base-operator.js';
import type { OperatorContext, Output, TimerHandle, WatermarkStep } from './stream-operator.js';
import { createGenerator, WatermarkEmitter } from './watermark-generation.js';

/** Drives a {@link WatermarkStrategy}. @internal */
export class TimestampsAndWatermarksOperator extends BaseOperator {
  readonly #strategy: WatermarkStrategy<unknown>;
  #emitter!: WatermarkEmitter;
  /** Absent in BATCH mode, where only the timestamps count. */
  #generator: WatermarkGenerator<unknown> | undefined;
  #tick: TimerHandle | undefined;

  constructor(strategy: WatermarkStrategy<unknown>) {
    super();
    this.#strategy = strategy;
  }

  override setup(context: OperatorContext, output: Output): void {
    super.setup(context, output);
    this.#emitter = new WatermarkEmitter(output);
  }

  override open(): void {
    if (this.context.isBatch) return;
    this.#generator = createGenerator(this.#strategy, this.context.clock);
    if (this.context.autoWatermarkInterval > 0) this.#scheduleTick();
  }

  processElement(value: unknown, timestamp: number, _keyGroup: number): void {
    const assigner = this.#strategy.timestampAssigner;
    const assigned = assigner === undefined ? timestamp : assigner(value, timestamp);
    this.output.collect(value, assigned);
    this.#generator?.onEvent(value, assigned, this.#emitter);
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    return timestamp === MAX_TIMESTAMP && this.#emitter.advance(timestamp) ? 'FORWARD' : 'HOLD';
  }

  override onStatus(_isIdle: boolean): boolean {
    return false;
  }

  override finish(): void {
    this.#generator?.onPeriodicEmit(this.#emitter);
  }

  override close(): void {
    this.#tick?.cancel();
  }

  #scheduleTick(): void {
    const { clock, autoWatermarkInterval } = this.context;
    this.#tick = clock.register(clock.now() + autoWatermarkInterval, () => {
      this.#generator?.onPeriodicEmit(this.#emitter);
      this.#scheduleTick();
    });
  }
}
