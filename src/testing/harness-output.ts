/** What an operator under test put out, in order, and an output that can be as narrow as a test wants. */

import type { Output } from '../operators/stream-operator.js';

/** One thing that an operator put out. */
export type Emitted =
  | {
      readonly kind: 'record';
      readonly subtask: number;
      readonly value: unknown;
      /** `-Infinity`: the record has none. */
      readonly timestamp: number;
      /** The side output, if it is not the main one. */
      readonly tag?: string;
    }
  | { readonly kind: 'watermark'; readonly subtask: number; readonly timestamp: number }
  | { readonly kind: 'status'; readonly subtask: number; readonly isIdle: boolean };

/** Records what is emitted; turns unavailable when `capacity` records have not been taken. @internal */
export class RecordingOutput implements Output {
  readonly #subtask: number;
  readonly #capacity: number;
  readonly #sink: (emitted: Emitted) => void;
  #untaken = 0;

  constructor(subtask: number, capacity: number, sink: (emitted: Emitted) => void) {
    this.#subtask = subtask;
    this.#capacity = capacity;
    this.#sink = sink;
  }

  get isAvailable(): boolean {
    return this.#untaken < this.#capacity;
  }

  /** Downstream has taken everything. */
  take(): void {
    this.#untaken = 0;
  }

  collect(value: unknown, timestamp: number): void {
    this.#untaken += 1;
    this.#sink({ kind: 'record', subtask: this.#subtask, value, timestamp });
  }

  collectSide(tag: string, value: unknown, timestamp: number): void {
    this.#untaken += 1;
    this.#sink({ kind: 'record', subtask: this.#subtask, value, timestamp, tag });
  }

  emitWatermark(timestamp: number): void {
    this.#sink({ kind: 'watermark', subtask: this.#subtask, timestamp });
  }

  emitStatus(isIdle: boolean): void {
    this.#sink({ kind: 'status', subtask: this.#subtask, isIdle });
  }
}
