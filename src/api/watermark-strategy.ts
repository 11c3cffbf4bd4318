/** How timestamps and watermarks come about; names and defaults are Flink's. */

import { MIN_TIMESTAMP } from '../common/time.js';

/** Takes watermarks from a generator. */
export interface WatermarkOutput {
  /** Says that no element with a timestamp `<= timestamp` is expected; a value that does not advance is ignored. */
  emitWatermark(timestamp: number): void;
  /** Says that this output must not hold others back, until its next watermark. */
  markIdle(): void;
  markActive(): void;
}

/** Makes watermarks out of the elements it sees. */
export interface WatermarkGenerator<T> {
  /** Called for each element, after it was forwarded. */
  onEvent(event: T, timestamp: number, output: WatermarkOutput): void;
  /** Called every `pipeline.auto-watermark-interval` (200 ms). */
  onPeriodicEmit(output: WatermarkOutput): void;
}

/** `(element, timestamp it carries) → timestamp` in milliseconds. */
export type TimestampAssigner<T> = (element: T, recordTimestamp: number) => number;

/** A timestamp assigner, a watermark generator, idleness and alignment; immutable, each `with…` returns a new one. */
export class WatermarkStrategy<T> {
  readonly createGenerator: () => WatermarkGenerator<T>;
  readonly timestampAssigner: TimestampAssigner<T> | undefined;
  /** Milliseconds without elements after which an output is idle; undefined = never. */
  readonly idleTimeout: number | undefined;
  readonly alignment:
    | { readonly group: string; readonly maxDrift: number; readonly updateInterval: number }
    | undefined;

  private constructor(fields: Omit<WatermarkStrategy<T>, 'looksAtRecords' | `with${string}`>) {
    this.createGenerator = fields.createGenerator;
    this.timestampAssigner = fields.timestampAssigner;
    this.idleTimeout = fields.idleTimeout;
    this.alignment = fields.alignment;
  }

  /** False for `noWatermarks()` and nothing more: then no record changes anything. */
  get looksAtRecords(): boolean {
    const isPlain = this.timestampAssigner === undefined && this.idleTimeout === undefined;
    return !isPlain || this.alignment !== undefined || this.createGenerator !== createNoWatermarks;
  }

  /** No watermarks at all: processing time, or a stream whose time does not matter. */
  static noWatermarks<T>(): WatermarkStrategy<T> {
    return WatermarkStrategy.forGenerator<T>(createNoWatermarks);
  }

  /** Elements come at most `maxOutOfOrdernessMs` late: the watermark stays that far, and 1 ms, behind the newest. */
  static forBoundedOutOfOrderness<T>(maxOutOfOrdernessMs: number): WatermarkStrategy<T> {
    if (!(maxOutOfOrdernessMs >= 0)) throw new TypeError(`The bound must not be negative: ${maxOutOfOrdernessMs}.`);
    return WatermarkStrategy.forGenerator<T>(() => new BoundedOutOfOrderness<T>(maxOutOfOrdernessMs));
  }

  /** Elements come in order of time. */
  static forMonotonousTimestamps<T>(): WatermarkStrategy<T> {
    return WatermarkStrategy.forBoundedOutOfOrderness<T>(0);
  }

  /** Watermarks from a generator of one's own; one instance a split or subtask. */
  static forGenerator<T>(createGenerator: () => WatermarkGenerator<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({
      createGenerator,
      timestampAssigner: undefined,
      idleTimeout: undefined,
      alignment: undefined,
    });
  }

  /** Takes the timestamps from the elements, instead of those that the source gave them. */
  withTimestampAssigner(timestampAssigner: TimestampAssigner<T>): WatermarkStrategy<T> {
    return new WatermarkStrategy<T>({ ...this, timestampAssigner });
  }

  /** Marks an output idle when nothing came for this long, so that it does not hold the others back. */
  withIdleness(idleTimeoutMs: number): WatermarkStrategy<T> {
    if (!(idleTimeoutMs > 0)) throw new TypeError(`The idle timeout must be positive, not ${idleTimeoutMs}.`);
    return new WatermarkStrategy<T>({ ...this, idleTimeout: idleTimeoutMs });
  }

  /**
   * Keeps the sources of a group together: one whose watermark is more than `maxDriftMs` ahead of the group's smallest is
   * not read until the others have caught up. For strategies of sources; looked at every `updateIntervalMs`.
   */
  withWatermarkAlignment(group: string, maxDriftMs: number, updateIntervalMs = 1000): WatermarkStrategy<T> {
    if (typeof group !== 'string' || group === '') throw new TypeError('A group of watermark alignment needs a name.');
    if (!(maxDriftMs >= 0)) throw new TypeError(`The drift must not be negative: ${maxDriftMs}.`);
    if (!(updateIntervalMs > 0)) throw new TypeError(`The update interval must be positive, not ${updateIntervalMs}.`);
    const alignment = { group, maxDrift: maxDriftMs, updateInterval: updateIntervalMs };
    return new WatermarkStrategy<T>({ ...this, alignment });
  }
}

const NO_WATERMARKS: WatermarkGenerator<unknown> = { onEvent() {}, onPeriodicEmit() {} };

function createNoWatermarks(): WatermarkGenerator<unknown> {
  return NO_WATERMARKS;
}

/** The watermark is the newest timestamp minus the bound minus 1. */
class BoundedOutOfOrderness<T> implements WatermarkGenerator<T> {
  readonly #bound: number;
  #newest = MIN_TIMESTAMP;

  constructor(bound: number) {
    this.#bound = bound;
  }

  onEvent(_event: T, timestamp: number): void {
    if (timestamp > this.#newest) this.#newest = timestamp;
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    output.emitWatermark(this.#newest - this.#bound - 1);
  }
}
