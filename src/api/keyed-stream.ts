/** A stream whose records are brought together by key: state and timers of its operators belong to the key. */

import { FlinkError } from '../common/errors.js';
import type { GlobalWindow, Window } from '../common/windows.js';
import type { RollingAggregate } from '../graph/transformation.js';
import type { BroadcastConnectedStream, KeyedBroadcastConnectedStream } from './broadcast-connected-stream.js';
import { BroadcastStream } from './broadcast-stream.js';
import type { ConnectedStreams, KeyedConnectedStreams } from './connected-streams.js';
import { DataStream } from './data-stream.js';
import { checkFunction, checkObject, hasMethod, type ReducerForm } from './function-forms.js';
import type { KeyedProcessFunction, ProcessFunction } from './functions.js';
import { IntervalJoin } from './interval-join.js';
import { assertSameProgram } from './program-builder.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { KeySelection, StreamHandle } from './stream-factory.js';
import { countWindowing } from './window-draft.js';
import { WindowedStream } from './windowed-stream.js';
import { GlobalWindows } from './windowing/assigners.js';
import type { WindowAssigner } from './windowing/window-contracts.js';

/** What `sum`, `min` and `max` look at: a field's name, the index of a tuple's, or 0 for a record that is the value itself. */
export type FieldOf<T> = T extends readonly unknown[] ? number : T extends object ? keyof T & string : 0;

/** A stream of records of type `T` with keys of type `K`. */
export class KeyedStream<T, K> extends DataStream<T> {
  /** The type of the keys, for inference only; never set. */
  declare readonly recordKeyType?: K;
  readonly #selection: KeySelection<T, K>;

  /** Made by `keyBy`. @internal */
  constructor(handle: StreamHandle, selection: KeySelection<T, K>) {
    super(handle);
    this.#selection = selection;
  }

  /** @internal */
  override get keySelection(): KeySelection<T, K> {
    return this.#selection;
  }

  /** Elements, keyed state and timers: `rides.keyBy((ride) => ride.taxi).process(new Odometer())`. */
  override process<OUT>(processor: KeyedProcessFunction<K, T, OUT>): SingleOutputStreamOperator<OUT>;
  override process<OUT>(processor: ProcessFunction<T, OUT> & { onTimer?: never }): SingleOutputStreamOperator<OUT>;
  override process<OUT>(
    processor: KeyedProcessFunction<K, T, OUT> | (ProcessFunction<T, OUT> & { onTimer?: never }),
  ): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'processElement', 'process()');
    if (!hasMethod(processor, 'onTimer')) {
      return this.addOperator('Process', { type: 'process' }, { function: processor });
    }
    return this.addOperator('KeyedProcess', { type: 'keyedProcess' }, { function: processor });
  }

  /** The running fold of the records of each key: `numbers.keyBy(parity).reduce((a, b) => a + b)`. */
  reduce(reducer: ReducerForm<T>): SingleOutputStreamOperator<T> {
    checkFunction(reducer, 'reduce', 'reduce()');
    return this.addOperator('Keyed Reduce', { type: 'reduce' }, { function: reducer });
  }

  /** The running sum of a field; the other fields are those of the key's first record. */
  sum(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('sum', field);
  }

  /** The running minimum of a field; the other fields are those of the key's first record. */
  min(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('min', field);
  }

  /** The running maximum of a field; the other fields are those of the key's first record. */
  max(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#aggregate('max', field);
  }

  /** The record with the smallest value of a field so far; of equal ones the first, or with `first = false` the newest. */
  minBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.#aggregate('minBy', field, first);
  }

  /** The record with the largest value of a field so far; of equal ones the first, or with `first = false` the newest. */
  maxBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.#aggregate('maxBy', field, first);
  }

  /** Cuts the stream of each key into windows: `clicks.keyBy(user).window(TumblingEventTimeWindows.of(10_000)).sum('n')`. */
  window<W extends Window>(assigner: WindowAssigner<T, W>): WindowedStream<T, K, W> {
    return new WindowedStream<T, K, W>(this, assigner);
  }

  /**
   * Windows of a number of elements of a key: `countWindow(100)`. With a slide a window of the last `size` elements is put
   * out at every `slide` of them.
   */
  countWindow(size: number, slide?: number): WindowedStream<T, K, GlobalWindow> {
    const { trigger, evictor } = countWindowing(size, slide);
    const windows = this.window(GlobalWindows.create()).trigger(trigger);
    return evictor === undefined ? windows : windows.evictor(evictor);
  }

  /**
   * Pairs records of two streams with the same key whose timestamps are close to each other:
   * `orders.intervalJoin(payments).between(0, 60_000).process(new Settle())`.
   */
  intervalJoin<T2>(other: KeyedStream<T2, K>): IntervalJoin<T, T2, K> {
    assertSameProgram(this.program, other.program);
    return new IntervalJoin(this, other);
  }

  /** Puts another stream beside this one; with a stream of the same keys, both sides see the key's state. */
  override connect<T2>(other: BroadcastStream<T2>): KeyedBroadcastConnectedStream<T, T2, K>;
  override connect<T2>(other: KeyedStream<T2, K>): KeyedConnectedStreams<T, T2, K>;
  override connect<T2>(other: DataStream<T2>): ConnectedStreams<T, T2>;
  override connect<T2>(
    other: DataStream<T2> | BroadcastStream<T2>,
  ): ConnectedStreams<T, T2> | BroadcastConnectedStream<T, T2> {
    assertSameProgram(this.program, other.program);
    if (other instanceof BroadcastStream) return this.program.streams.keyedBroadcastConnected(this, other);
    if (other instanceof KeyedStream) return this.program.streams.keyedConnected<T, T2, K>(this, other);
    return this.program.streams.connected(this, other);
  }

  /** @internal */
  override checkRepartition(): void {
    throw new FlinkError('GRAPH_INVALID', 'Cannot override partitioning for KeyedStream.');
  }

  #aggregate(kind: RollingAggregate, field: string | number, first = true): SingleOutputStreamOperator<T> {
    return this.addOperator('Keyed Aggregation', { type: 'aggregate', kind, field, first }, {});
  }
}
