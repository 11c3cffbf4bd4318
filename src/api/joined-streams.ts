/** Window joins: each pair of elements of two streams that share a key and a window goes to a function. */

import type { Window } from '../common/windows.js';
import type { Type } from '../state/type.js';
import {
  type CoGroupedKeyed,
  CoGroupedStreams,
  type CoGroupedWhere,
  type CoGroupedWindows,
  joinOperation,
  type TaggedUnion,
} from './co-grouped-streams.js';
import type { DataStream } from './data-stream.js';
import type { OutputTag } from './output-tag.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { KeySelector } from './stream-factory.js';
import type { Evictor, Trigger, WindowAssigner } from './windowing/window-contracts.js';
import type { FlatJoinFunction, JoinFunction } from './windowing/window-functions.js';

/** Two streams before their keys are said; made by `join`. */
export class JoinedStreams<T1, T2> {
  readonly #streams: CoGroupedStreams<T1, T2>;

  /** Made by `join` of a stream. @internal */
  constructor(first: DataStream<T1>, second: DataStream<T2>) {
    this.#streams = new CoGroupedStreams(first, second);
  }

  /** The key of an element of the first stream: `a.join(b).where((x) => x.id)`. */
  where<K>(keySelector: KeySelector<T1, K>, keyType?: Type<K>): JoinedWhere<T1, T2, K> {
    return new JoinedWhere(this.#streams.where(keySelector, keyType));
  }
}

/** Two streams with the key of the first one. */
export class JoinedWhere<T1, T2, K> {
  readonly #where: CoGroupedWhere<T1, T2, K>;

  /** Made by `where`. @internal */
  constructor(where: CoGroupedWhere<T1, T2, K>) {
    this.#where = where;
  }

  /** The key of an element of the second stream, of the same type. */
  equalTo(keySelector: KeySelector<T2, K>): JoinedKeyed<T1, T2, K> {
    return new JoinedKeyed(this.#where.equalTo(keySelector));
  }
}

/** Two streams with the keys of both. */
export class JoinedKeyed<T1, T2, K> {
  readonly #keyed: CoGroupedKeyed<T1, T2, K>;

  /** Made by `equalTo`. @internal */
  constructor(keyed: CoGroupedKeyed<T1, T2, K>) {
    this.#keyed = keyed;
  }

  /** The windows in which the elements meet. */
  window<W extends Window>(assigner: WindowAssigner<TaggedUnion<T1, T2>, W>): JoinedWindows<T1, T2, K, W> {
    return new JoinedWindows(this.#keyed.window(assigner));
  }
}

/** Two streams that are joined in windows. */
export class JoinedWindows<T1, T2, K, W extends Window> {
  readonly #windows: CoGroupedWindows<T1, T2, K, W>;

  /** Made by `window`. @internal */
  constructor(windows: CoGroupedWindows<T1, T2, K, W>) {
    this.#windows = windows;
  }

  /** See `WindowedStream.trigger`; it sees the elements of both streams. */
  trigger(trigger: Trigger<TaggedUnion<T1, T2>, W>): this {
    this.#windows.trigger(trigger);
    return this;
  }

  /** See `WindowedStream.evictor`; it sees the elements of both streams. */
  evictor(evictor: Evictor<TaggedUnion<T1, T2>, W>): this {
    this.#windows.evictor(evictor);
    return this;
  }

  /** See `WindowedStream.allowedLateness`. */
  allowedLateness(lateness: number): this {
    this.#windows.allowedLateness(lateness);
    return this;
  }

  /** See `WindowedStream.sideOutputLateData`. */
  sideOutputLateData(tag: OutputTag<TaggedUnion<T1, T2>>): this {
    this.#windows.sideOutputLateData(tag);
    return this;
  }

  /** Gives each pair of a window to a function: `.apply((ride, fare) => ({ ...ride, ...fare }))`. */
  apply<OUT>(join: JoinFunction<T1, T2, OUT>): SingleOutputStreamOperator<OUT>;
  apply<OUT>(join: FlatJoinFunction<T1, T2, OUT>): SingleOutputStreamOperator<OUT>;
  apply<OUT>(join: JoinFunction<T1, T2, OUT> | FlatJoinFunction<T1, T2, OUT>): SingleOutputStreamOperator<OUT> {
    return this.#windows.addOperation(joinOperation(join));
  }
}
