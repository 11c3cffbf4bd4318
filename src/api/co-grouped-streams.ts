/**
 * Two streams that meet in windows: `coGroup` gives the elements of both streams that share a key and a window to one
 * function, `join` each pair of them. Both streams are united, each element with a mark of its side, and go through one
 * window operator.
 */

import { FlinkError } from '../common/errors.js';
import type { Window } from '../common/windows.js';
import type { Type } from '../state/type.js';
import type { DataStream } from './data-stream.js';
import { checkFunction, checkPlainFunction, hasMethod } from './function-forms.js';
import type { OutputTag } from './output-tag.js';
import { assertSameProgram, type Draft } from './program-builder.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { KeySelector } from './stream-factory.js';
import type { WindowOperation } from './window-draft.js';
import type { WindowedStream } from './windowed-stream.js';
import type { Evictor, Trigger, WindowAssigner } from './windowing/window-contracts.js';
import type { CoGroupFunction, FlatJoinFunction, JoinFunction } from './windowing/window-functions.js';

/** An element of either stream, as assigners, triggers and evictors of the windows see it. */
export type TaggedUnion<T1, T2> = { readonly side: 1; readonly value: T1 } | { readonly side: 2; readonly value: T2 };

type Inputs<T1, T2> = { readonly first: DataStream<T1>; readonly second: DataStream<T2> };

/** Two streams before their keys are said; made by `coGroup`. */
export class CoGroupedStreams<T1, T2> {
  readonly #inputs: Inputs<T1, T2>;

  /** Made by `coGroup` of a stream. @internal */
  constructor(first: DataStream<T1>, second: DataStream<T2>) {
    this.#inputs = checkedInputs(first, second);
  }

  /** The key of an element of the first stream: `a.coGroup(b).where((x) => x.id)`. */
  where<K>(keySelector: KeySelector<T1, K>, keyType?: Type<K>): CoGroupedWhere<T1, T2, K> {
    checkPlainFunction(keySelector, 'where()');
    return new CoGroupedWhere(this.#inputs, keySelector, keyType);
  }
}

/** Two streams with the key of the first one. */
export class CoGroupedWhere<T1, T2, K> {
  readonly #inputs: Inputs<T1, T2>;
  readonly #first: KeySelector<T1, K>;
  readonly #keyType: Type<K> | undefined;

  /** Made by `where`. @internal */
  constructor(inputs: Inputs<T1, T2>, first: KeySelector<T1, K>, keyType: Type<K> | undefined) {
    this.#inputs = inputs;
    this.#first = first;
    this.#keyType = keyType;
  }

  /** The key of an element of the second stream, of the same type. */
  equalTo(keySelector: KeySelector<T2, K>): CoGroupedKeyed<T1, T2, K> {
    checkPlainFunction(keySelector, 'equalTo()');
    const selection = { first: this.#first, second: keySelector, keyType: this.#keyType };
    return new CoGroupedKeyed(this.#inputs, selection);
  }
}

interface Selection<T1, T2, K> {
  readonly first: KeySelector<T1, K>;
  readonly second: KeySelector<T2, K>;
  readonly keyType: Type<K> | undefined;
}

/** Two streams with the keys of both. */
export class CoGroupedKeyed<T1, T2, K> {
  readonly #inputs: Inputs<T1, T2>;
  readonly #selection: Selection<T1, T2, K>;

  /** Made by `equalTo`. @internal */
  constructor(inputs: Inputs<T1, T2>, selection: Selection<T1, T2, K>) {
    this.#inputs = inputs;
    this.#selection = selection;
  }

  /** The windows in which the elements meet. */
  window<W extends Window>(assigner: WindowAssigner<TaggedUnion<T1, T2>, W>): CoGroupedWindows<T1, T2, K, W> {
    return new CoGroupedWindows(windowed(this.#inputs, this.#selection, assigner));
  }
}

/** Two streams that meet in windows. */
export class CoGroupedWindows<T1, T2, K, W extends Window> {
  readonly #windows: WindowedStream<TaggedUnion<T1, T2>, K, W>;

  /** Made by `window`. @internal */
  constructor(windows: WindowedStream<TaggedUnion<T1, T2>, K, W>) {
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

  /** Gives the elements of both streams to a function; one side may have none. */
  apply<OUT>(coGroup: CoGroupFunction<T1, T2, OUT>): SingleOutputStreamOperator<OUT> {
    checkFunction(coGroup, 'coGroup', 'apply() of coGroup');
    return this.addOperation({ fold: 'none', call: 'coGroup', function: coGroup, method: 'coGroup' });
  }

  /** @internal */
  addOperation<OUT>(operation: WindowOperation): SingleOutputStreamOperator<OUT> {
    return this.#windows.addOperation(operation);
  }
}

/** Calls back the join function: a plain function, or an object with `join` or `flatJoin`. @internal */
export function joinOperation<T1, T2, OUT>(
  join: JoinFunction<T1, T2, OUT> | FlatJoinFunction<T1, T2, OUT>,
): WindowOperation {
  const isFlat = hasMethod(join, 'flatJoin');
  if (!isFlat) checkFunction(join, 'join', 'apply() of join');
  return { fold: 'none', call: isFlat ? 'flatJoin' : 'join', function: join, method: 'join' };
}

function checkedInputs<T1, T2>(first: DataStream<T1>, second: DataStream<T2>): Inputs<T1, T2> {
  if (typeof second !== 'object' || second === null || second.program === undefined) {
    throw new FlinkError('GRAPH_INVALID', 'A join needs another stream.');
  }
  assertSameProgram(first.program, second.program);
  return { first, second };
}

/** The parallelism that was set for the operator of a stream, if it was. */
function parallelismOf(draft: Draft): number | undefined {
  if ('settings' in draft) return draft.settings.parallelism;
  return draft.kind === 'union' ? undefined : parallelismOf(draft.input);
}

/** What marks the elements runs beside what makes them. */
function setParallelism(draft: Draft, parallelism: number | undefined): void {
  if ('settings' in draft && parallelism !== undefined) draft.settings.parallelism = parallelism;
}

/** Unites both streams, each element with its side, keyed by the selector of its side. */
function windowed<T1, T2, K, W extends Window>(
  { first, second }: Inputs<T1, T2>,
  { first: firstKey, second: secondKey, keyType }: Selection<T1, T2, K>,
  assigner: WindowAssigner<TaggedUnion<T1, T2>, W>,
): WindowedStream<TaggedUnion<T1, T2>, K, W> {
  type Tagged = TaggedUnion<T1, T2>;
  const tagged1 = first.map<Tagged>(((value: T1): Tagged => ({ side: 1, value })) as never);
  const tagged2 = second.map<Tagged>(((value: T2): Tagged => ({ side: 2, value })) as never);
  setParallelism(tagged1.draft, parallelismOf(first.draft));
  setParallelism(tagged2.draft, parallelismOf(second.draft));
  const selector = (element: Tagged): K => (element.side === 1 ? firstKey(element.value) : secondKey(element.value));
  return tagged1.union(tagged2).keyBy<K>(selector, keyType).window(assigner);
}
