/**
 * The interval join of two keyed streams: `left.intervalJoin(right).between(-2000, 1000).process(fn)` pairs a record of
 * the left with each record of the right whose timestamp is at most 2 s before and at most 1 s after its own.
 */

import { FlinkError } from '../common/errors.js';
import { checkObject } from './function-forms.js';
import { AbstractRichFunction, type Collector } from './functions.js';
import type { KeyedStream } from './keyed-stream.js';
import type { OutputTag } from './output-tag.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** What a {@link ProcessJoinFunction} sees beside the pair. Valid during the call only. */
export interface ProcessJoinContext {
  /** Timestamp of the left record. */
  getLeftTimestamp(): number;
  /** Timestamp of the right record. */
  getRightTimestamp(): number;
  /** The later of the two: the timestamp of what is collected. */
  getTimestamp(): number;
  /** Emits into a side output. */
  output<T>(tag: OutputTag<T>, value: T): void;
}

/** Called for each pair that an interval join finds. */
export abstract class ProcessJoinFunction<IN1, IN2, OUT> extends AbstractRichFunction {
  /** One pair; emits any number of results. */
  abstract processElement(left: IN1, right: IN2, context: ProcessJoinContext, out: Collector<OUT>): void;
}

/** What `process` of an interval join takes: an object, or its method as a plain function. */
export type JoinProcessor<IN1, IN2, OUT> =
  | ((left: IN1, right: IN2, context: ProcessJoinContext, out: Collector<OUT>) => void)
  | ProcessJoinFunction<IN1, IN2, OUT>;

/** How an interval join is set up; data of the graph. @internal */
export interface IntervalJoinConfig {
  /** Both inclusive, in milliseconds relative to the left record. */
  readonly lowerBound: number;
  readonly upperBound: number;
  readonly leftLateTag?: string;
  readonly rightLateTag?: string;
}

/** Two keyed streams that await the bounds of their join. */
export class IntervalJoin<T1, T2, K> {
  readonly #left: KeyedStream<T1, K>;
  readonly #right: KeyedStream<T2, K>;

  /** Made by `intervalJoin`. @internal */
  constructor(left: KeyedStream<T1, K>, right: KeyedStream<T2, K>) {
    this.#left = left;
    this.#right = right;
  }

  /**
   * The bounds in milliseconds, both inclusive and either perhaps negative: pairs with
   * `left + lowerBoundMs <= right <= left + upperBoundMs`.
   */
  between(lowerBoundMs: number, upperBoundMs: number): IntervalJoined<T1, T2, K> {
    for (const bound of [lowerBoundMs, upperBoundMs]) {
      if (!Number.isSafeInteger(bound)) {
        throw new FlinkError('GRAPH_INVALID', `between() needs whole milliseconds, not ${String(bound)}.`);
      }
    }
    return new IntervalJoined(this.#left, this.#right, lowerBoundMs, upperBoundMs);
  }
}

/** An interval join with its bounds. The methods describe it further and return the same join, until `process`. */
export class IntervalJoined<T1, T2, K> {
  readonly #left: KeyedStream<T1, K>;
  readonly #right: KeyedStream<T2, K>;
  readonly #lower: number;
  readonly #upper: number;
  #isLowerExclusive = false;
  #isUpperExclusive = false;
  #leftLateTag: OutputTag<T1> | undefined;
  #rightLateTag: OutputTag<T2> | undefined;

  /** Made by `between`. @internal */
  constructor(left: KeyedStream<T1, K>, right: KeyedStream<T2, K>, lower: number, upper: number) {
    this.#left = left;
    this.#right = right;
    this.#lower = lower;
    this.#upper = upper;
  }

  /** Leaves out pairs that lie exactly at the lower bound. */
  lowerBoundExclusive(): this {
    this.#isLowerExclusive = true;
    return this;
  }

  /** Leaves out pairs that lie exactly at the upper bound. */
  upperBoundExclusive(): this {
    this.#isUpperExclusive = true;
    return this;
  }

  /** Where left records go that come behind the watermark; they are dropped without it. */
  sideOutputLeftLateData(tag: OutputTag<T1>): this {
    this.#leftLateTag = tag;
    return this;
  }

  /** Where right records go that come behind the watermark; they are dropped without it. */
  sideOutputRightLateData(tag: OutputTag<T2>): this {
    this.#rightLateTag = tag;
    return this;
  }

  /** Hands each pair to the function; results carry the later timestamp of the two. */
  process<OUT>(processor: JoinProcessor<T1, T2, OUT>): SingleOutputStreamOperator<OUT> {
    if (typeof processor !== 'function') checkObject(processor, 'processElement', 'process() of an interval join');
    const lowerBound = this.#lower + (this.#isLowerExclusive ? 1 : 0);
    const upperBound = this.#upper - (this.#isUpperExclusive ? 1 : 0);
    // As Flink: the bounds as given must be in order, exclusive ones may leave nothing between them.
    if (this.#lower > this.#upper) {
      throw new FlinkError(
        'GRAPH_INVALID',
        `The lower bound of an interval join, ${this.#lower} ms, is above its upper bound, ${this.#upper} ms.`,
      );
    }
    const config: IntervalJoinConfig = {
      lowerBound,
      upperBound,
      ...(this.#leftLateTag !== undefined && { leftLateTag: this.#leftLateTag.id }),
      ...(this.#rightLateTag !== undefined && { rightLateTag: this.#rightLateTag.id }),
    };
    return this.#left
      .connect(this.#right)
      .addOperator('Interval Join', { type: 'custom', operator: 'intervalJoin', config }, processor);
  }
}
