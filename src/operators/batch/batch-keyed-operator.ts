/**
 * A keyed operator in BATCH mode: it sees its input sorted, one key after the other, the records of a key in order of time;
 * behind the last record of a key its timers fire, event time first, and no watermark is seen before. The input is
 * kept until all of it is there, since there are no checkpoints to care for. An input without keys (a broadcast one) is not
 * kept, so that the operator has all of it before the first keyed record.
 */

import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../../common/time.js';
import type { KeyBinding } from '../key-binding.js';
import type { OperatorContext, Output, StreamOperator, WatermarkStep } from '../stream-operator.js';
import { compareKeys } from './key-order.js';

interface KeptRecord {
  readonly key: unknown;
  readonly keyGroup: number;
  readonly timestamp: number;
  readonly input: 0 | 1;
  readonly value: unknown;
}

/** Which inputs of an operator are keyed, and how. @internal */
export interface BatchInputs {
  readonly keys: KeyBinding;
  readonly isKeyed: readonly [boolean, boolean];
}

/** See the file comment. @internal */
export class BatchKeyedOperator implements StreamOperator {
  readonly #inner: StreamOperator;
  readonly #inputs: BatchInputs;
  #kept: KeptRecord[] = [];
  /** The next record of `#kept`; undefined while input comes in. */
  #next: number | undefined;
  #isFiring = false;

  constructor(inner: StreamOperator, inputs: BatchInputs) {
    this.#inner = inner;
    this.#inputs = inputs;
  }

  setup(context: OperatorContext, output: Output): void {
    this.#inner.setup(context, output);
  }

  initializeState(): void {
    this.#inner.initializeState();
  }

  open(): void | Promise<void> {
    return this.#inner.open();
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    const { keys, isKeyed } = this.#inputs;
    if (isKeyed[0]) this.#kept.push({ key: keys.keyOf(value), keyGroup, timestamp, input: 0, value });
    else this.#inner.processElement?.(value as never, timestamp, keyGroup);
  }

  processElement2(value: unknown, timestamp: number, keyGroup: number): void {
    const { keys, isKeyed } = this.#inputs;
    if (isKeyed[1]) this.#kept.push({ key: keys.keyOf2(value), keyGroup, timestamp, input: 1, value });
    else this.#inner.processElement2?.(value as never, timestamp, keyGroup);
  }

  /** At the last watermark, one record or one timer a step; there is none before. */
  advanceWatermark(timestamp: number): WatermarkStep {
    if (timestamp !== MAX_TIMESTAMP) return 'HOLD';
    if (this.#next === undefined) this.#sort();
    if (this.#isFiring) {
      if (this.#inner.advanceWatermark(MAX_TIMESTAMP) === 'AGAIN') return 'AGAIN';
      this.#isFiring = false;
      if (this.#kept.length === 0) return 'FORWARD';
      // The next key begins before all time.
      this.#inner.advanceWatermark(MIN_TIMESTAMP);
    }
    this.#feed(this.#next as number);
    return 'AGAIN';
  }

  onStatus(isIdle: boolean): boolean {
    return this.#inner.onStatus(isIdle);
  }

  prepareSnapshotPreBarrier(checkpointId: number): void | Promise<void> {
    return this.#inner.prepareSnapshotPreBarrier(checkpointId);
  }

  snapshotState(checkpointId: number, timestamp: number): void {
    this.#inner.snapshotState(checkpointId, timestamp);
  }

  notifyCheckpointComplete(checkpointId: number): void | Promise<void> {
    return this.#inner.notifyCheckpointComplete(checkpointId);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#inner.notifyCheckpointAborted(checkpointId);
  }

  endInput(input: 0 | 1): void {
    this.#inner.endInput(input);
  }

  finish(): void | Promise<void> {
    return this.#inner.finish();
  }

  close(): void | Promise<void> {
    this.#kept = [];
    return this.#inner.close();
  }

  #sort(): void {
    // Sorting is stable: what has one key and one time stays in order of arrival.
    this.#kept.sort((a, b) => compareKeys(a.key, b.key) || compareTimes(a.timestamp, b.timestamp));
    this.#next = 0;
    this.#isFiring = this.#kept.length === 0;
  }

  /** Hands the next record on; behind the last one of its key the timers are due. */
  #feed(index: number): void {
    const { key, keyGroup, timestamp, input, value } = this.#kept[index] as KeptRecord;
    if (input === 0) this.#inner.processElement?.(value as never, timestamp, keyGroup);
    else this.#inner.processElement2?.(value as never, timestamp, keyGroup);
    this.#next = index + 1;
    const following = this.#kept[index + 1];
    this.#isFiring = following === undefined || compareKeys(key, following.key) !== 0;
    if (following === undefined) this.#kept = [];
  }
}

function compareTimes(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
