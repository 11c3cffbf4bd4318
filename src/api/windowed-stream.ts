/** A keyed stream that is cut into windows: what is computed of a window is put out when its trigger fires. */

import type { Window } from '../common/windows.js';
import type { AggregateFunction } from '../state/state-descriptor.js';
import type { Type } from '../state/type.js';
import { checkFunction, checkObject, type ReducerForm } from './function-forms.js';
import type { FieldOf } from './keyed-stream.js';
import type { OutputTag } from './output-tag.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { fieldFold, WindowDraft, type WindowInput, type WindowOperation } from './window-draft.js';
import type { Evictor, Trigger, WindowAssigner } from './windowing/window-contracts.js';
import type { ProcessWindowFunction, WindowFunction } from './windowing/window-functions.js';

/** Records of type `T` with keys of type `K` in windows of type `W`. */
export class WindowedStream<T, K, W extends Window> {
  readonly #input: WindowInput;
  readonly #draft: WindowDraft;

  /** Made by `window` of a keyed stream. @internal */
  constructor(input: WindowInput, assigner: WindowAssigner<T, W>) {
    this.#input = input;
    this.#draft = new WindowDraft(assigner);
  }

  /** Says when windows put their results out, instead of the assigner's own trigger: `.trigger(CountTrigger.of(10))`. */
  trigger(trigger: Trigger<T, W>): this {
    this.#draft.setTrigger(trigger);
    return this;
  }

  /** Leaves elements out of windows that fire: `.evictor(CountEvictor.of(10))`. All elements are kept until then. */
  evictor(evictor: Evictor<T, W>): this {
    this.#draft.setEvictor(evictor);
    return this;
  }

  /** Keeps windows for some milliseconds after their end: a late element makes its window fire once more. */
  allowedLateness(lateness: number): this {
    this.#draft.setAllowedLateness(lateness);
    return this;
  }

  /** Puts elements that are too late for their windows into a side output, instead of dropping and counting them. */
  sideOutputLateData(tag: OutputTag<T>): this {
    this.#draft.setLateTag(tag);
    return this;
  }

  /** Says how the contents of a window are stored: the type of the reduced value, the accumulator, or an element. */
  contentsType<V>(type: Type<V>): this {
    this.#draft.setType(type as unknown as Type<never>);
    return this;
  }

  /** Folds the elements of a window as they come: `.reduce((a, b) => a + b)`; a function may get the result. */
  reduce(reducer: ReducerForm<T>): SingleOutputStreamOperator<T>;
  reduce<OUT>(reducer: ReducerForm<T>, processor: ProcessWindowFunction<T, OUT, K, W>): SingleOutputStreamOperator<OUT>;
  reduce<OUT>(reducer: ReducerForm<T>, applied: WindowFunction<T, OUT, K, W>): SingleOutputStreamOperator<OUT>;
  reduce(reducer: ReducerForm<T>, last?: unknown): unknown {
    checkFunction(reducer, 'reduce', 'reduce() of windows');
    return this.#add({ fold: 'reduce', folder: reducer, ...lastCall(last), method: 'reduce' });
  }

  /** Folds the elements of a window into an accumulator as they come; a function may get the result. */
  aggregate<ACC, OUT>(aggregate: AggregateFunction<T, ACC, OUT>): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V, OUT>(
    aggregate: AggregateFunction<T, ACC, V>,
    processor: ProcessWindowFunction<V, OUT, K, W>,
  ): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V, OUT>(
    aggregate: AggregateFunction<T, ACC, V>,
    applied: WindowFunction<V, OUT, K, W>,
  ): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V>(aggregate: AggregateFunction<T, ACC, V>, last?: unknown): unknown {
    checkObject(aggregate, 'createAccumulator', 'aggregate() of windows');
    return this.#add({ fold: 'aggregate', folder: aggregate, ...lastCall(last), method: 'aggregate' });
  }

  /** Gives all elements of a window that fires to a function, with its clocks, state and side outputs. */
  process<OUT>(processor: ProcessWindowFunction<T, OUT, K, W>): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'process', 'process() of windows');
    return this.#add({ fold: 'none', call: 'process', function: processor, method: 'process' });
  }

  /** Gives all elements of a window that fires to a function: `.apply((key, window, elements, out: Collector<string>) => …)`. */
  apply<OUT>(applied: WindowFunction<T, OUT, K, W>): SingleOutputStreamOperator<OUT> {
    checkFunction(applied, 'apply', 'apply() of windows');
    return this.#add({ fold: 'none', call: 'apply', function: applied, method: 'apply' });
  }

  /** The sum of a field; the other fields are those of the window's first element. */
  sum(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#add(fieldFold('sum', field));
  }

  /** The minimum of a field; the other fields are those of the window's first element. */
  min(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#add(fieldFold('min', field));
  }

  /** The maximum of a field; the other fields are those of the window's first element. */
  max(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#add(fieldFold('max', field));
  }

  /** The element with the smallest value of a field; of equal ones the first, or with `first = false` the newest. */
  minBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.#add(fieldFold('minBy', field, first));
  }

  /** The element with the largest value of a field; of equal ones the first, or with `first = false` the newest. */
  maxBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.#add(fieldFold('maxBy', field, first));
  }

  /** Adds the operator of a join or a coGroup. @internal */
  addOperation<OUT>(operation: WindowOperation): SingleOutputStreamOperator<OUT> {
    return this.#add(operation);
  }

  #add<OUT>(operation: WindowOperation): SingleOutputStreamOperator<OUT> {
    return this.#draft.addTo<OUT>(this.#input, operation, 'Window');
  }
}

function lastCall(last: unknown): Pick<WindowOperation, 'call' | 'function'> {
  if (last === undefined) return { call: 'none' };
  if (typeof last === 'object' && last !== null && 'process' in last) {
    checkObject(last, 'process', 'a fold of windows');
    return { call: 'process', function: last };
  }
  checkFunction(last, 'apply', 'a fold of windows');
  return { call: 'apply', function: last };
}
