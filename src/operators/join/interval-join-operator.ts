/**
 * Joins two keyed streams by time: each record is kept until no record of the other side can match it any more, and meets
 * what is kept of the other side when it comes. State and timers have Flink's names and layouts.
 */

import type { Collector } from '../../api/functions.js';
import type { IntervalJoinConfig, ProcessJoinContext } from '../../api/interval-join.js';
import type { OutputTag } from '../../api/output-tag.js';
import { FlinkError } from '../../common/errors.js';
import { MIN_TIMESTAMP, NO_TIMESTAMP } from '../../common/time.js';
import { bufferEntriesType } from '../../state/serializers/buffer-entry-serializer.js';
import { type MapState, MapStateDescriptor } from '../../state/state-descriptor.js';
import { Types } from '../../state/types.js';
import { BaseOperator } from '../base-operator.js';
import type { KeyBinding } from '../key-binding.js';
import type { Output, WatermarkStep } from '../stream-operator.js';
import { InternalTimerService } from '../timer-service.js';
import { TimestampedCollector } from '../timestamped-collector.js';
import { callableOf, checkNoPromise } from '../user-function.js';

type JoinStep = (left: unknown, right: unknown, context: ProcessJoinContext, out: Collector<unknown>) => unknown;
type Buffer = MapState<number, unknown[]>;

const CLEANUP_LEFT = 'CLEANUP_LEFT';
const CLEANUP_RIGHT = 'CLEANUP_RIGHT';

/** See the file comment. @internal */
export class IntervalJoinOperator extends BaseOperator {
  readonly #join: JoinStep;
  readonly #bound: KeyBinding;
  readonly #config: IntervalJoinConfig;
  #left!: Buffer;
  #right!: Buffer;
  #timers!: InternalTimerService<unknown, string>;
  #pair!: JoinContext;
  #collector!: TimestampedCollector<unknown>;

  constructor(processor: unknown, keys: KeyBinding, config: IntervalJoinConfig) {
    super(processor, keys);
    this.#join = callableOf(processor, 'processElement');
    this.#bound = keys;
    this.#config = config;
  }

  override initializeState(): void {
    super.initializeState();
    const { backend } = this.#bound;
    const entries = bufferEntriesType(Types.ANY());
    this.#left = backend.getState(new MapStateDescriptor('LEFT_BUFFER', Types.LONG, entries));
    this.#right = backend.getState(new MapStateDescriptor('RIGHT_BUFFER', Types.LONG, entries));
    this.#timers = new InternalTimerService<unknown, string>({
      name: 'CLEANUP_TIMER',
      backend,
      namespaceType: Types.STRING,
      clock: this.context.clock,
      target: { onEventTime: (time, side) => this.#forget(time, side), onProcessingTime: () => {} },
      isBatch: this.context.isBatch,
    });
    this.#pair = new JoinContext(this.output);
    this.#collector = new TimestampedCollector(this.output);
  }

  processElement(value: unknown, timestamp: number, keyGroup: number): void {
    if (this.#refuses(value, timestamp, this.#config.leftLateTag)) return;
    this.#bound.select(value, keyGroup);
    keep(this.#left, value, timestamp);
    const { lowerBound, upperBound } = this.#config;
    for (const [other, rights] of this.#right.entries()) {
      if (other < timestamp + lowerBound || other > timestamp + upperBound) continue;
      for (const right of rights) this.#emit(value, right, timestamp, other);
    }
    this.#timers.registerEventTimeTimer(CLEANUP_LEFT, timestamp + Math.max(upperBound, 0));
  }

  processElement2(value: unknown, timestamp: number, keyGroup: number): void {
    if (this.#refuses(value, timestamp, this.#config.rightLateTag)) return;
    this.#bound.select2(value, keyGroup);
    keep(this.#right, value, timestamp);
    const { lowerBound, upperBound } = this.#config;
    for (const [other, lefts] of this.#left.entries()) {
      if (other < timestamp - upperBound || other > timestamp - lowerBound) continue;
      for (const left of lefts) this.#emit(left, value, other, timestamp);
    }
    this.#timers.registerEventTimeTimer(CLEANUP_RIGHT, timestamp + Math.max(-lowerBound, 0));
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    return this.#timers.advanceWatermark(timestamp) ? 'AGAIN' : 'FORWARD';
  }

  override close(): void | Promise<void> {
    // A failure may come before the state was initialised.
    (this.#timers as InternalTimerService<unknown, string> | undefined)?.close();
    return super.close();
  }

  /** Sees to a record that takes no part: one without a timestamp is an error, a late one goes aside. */
  #refuses(value: unknown, timestamp: number, lateTag: string | undefined): boolean {
    if (timestamp === NO_TIMESTAMP) {
      throw new FlinkError(
        'VALUE_INVALID',
        'An interval join got a record without a timestamp. Assign timestamps with a WatermarkStrategy before the join.',
      );
    }
    const watermark = this.#timers.currentWatermark();
    if (watermark === MIN_TIMESTAMP || timestamp >= watermark) return false;
    if (lateTag !== undefined) this.output.collectSide(lateTag, value, timestamp);
    return true;
  }

  #emit(left: unknown, right: unknown, leftTimestamp: number, rightTimestamp: number): void {
    const pair = this.#pair;
    pair.leftTimestamp = leftTimestamp;
    pair.rightTimestamp = rightTimestamp;
    this.#collector.timestamp = leftTimestamp > rightTimestamp ? leftTimestamp : rightTimestamp;
    const result = (0, this.#join)(left, right, pair, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  #forget(time: number, side: string): void {
    if (side === CLEANUP_LEFT) this.#left.remove(time - Math.max(this.#config.upperBound, 0));
    else this.#right.remove(time - Math.max(-this.#config.lowerBound, 0));
  }
}

function keep(buffer: Buffer, value: unknown, timestamp: number): void {
  const present = buffer.get(timestamp);
  if (present === null) buffer.put(timestamp, [value]);
  else present.push(value);
}

/** The context of the pair at hand. */
class JoinContext implements ProcessJoinContext {
  readonly #output: Output;
  leftTimestamp = NO_TIMESTAMP;
  rightTimestamp = NO_TIMESTAMP;

  constructor(output: Output) {
    this.#output = output;
  }

  getLeftTimestamp(): number {
    return this.leftTimestamp;
  }

  getRightTimestamp(): number {
    return this.rightTimestamp;
  }

  getTimestamp(): number {
    return Math.max(this.leftTimestamp, this.rightTimestamp);
  }

  output<T>(tag: OutputTag<T>, value: T): void {
    this.#output.collectSide(tag.id, value, this.getTimestamp());
  }
}
