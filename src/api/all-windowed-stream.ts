/** A whole stream that is cut into windows. All its elements go to one subtask: there is no key to share the work by. */

import type { Window } from '../common/windows.js';
import type { AggregateFunction } from '../state/state-descriptor.js';
import type { Type } from '../state/type.js';
import { Types } from '../state/types.js';
import type { DataStream } from './data-stream.js';
import { checkFunction, checkObject, type ReducerForm } from './function-forms.js';
import type { FieldOf } from './keyed-stream.js';
import type { OutputTag } from './output-tag.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { fieldFold, WindowDraft, type WindowInput, type WindowOperation } from './window-draft.js';
import type { Evictor, Trigger, WindowAssigner } from './windowing/window-contracts.js';
import type { AllWindowFunction, ProcessAllWindowFunction } from './windowing/window-functions.js';

/** Records of type `T` in windows of type `W`. */
export class AllWindowedStream<T, W extends Window> {
  readonly #keyed: () => WindowInput;
  readonly #draft: WindowDraft;

  /** Made by `windowAll`. @internal */
  constructor(input: DataStream<T>, assigner: WindowAssigner<T, W>) {
    this.#keyed = () => input.keyBy<number>(() => 0, Types.BYTE);
    this.#draft = new WindowDraft(assigner);
  }

  /** Says when windows put their results out, instead of the assigner's own trigger. */
  trigger(trigger: Trigger<T, W>): this {
    this.#draft.setTrigger(trigger);
    return this;
  }

  /** Leaves elements out of windows that fire. All elements are kept until then. */
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

  /** Folds the elements of a window as they come; a function may get the result. */
  reduce(reducer: ReducerForm<T>): SingleOutputStreamOperator<T>;
  reduce<OUT>(reducer: ReducerForm<T>, processor: ProcessAllWindowFunction<T, OUT, W>): SingleOutputStreamOperator<OUT>;
  reduce<OUT>(reducer: ReducerForm<T>, applied: AllWindowFunction<T, OUT, W>): SingleOutputStreamOperator<OUT>;
  reduce(reducer: ReducerForm<T>, last?: unknown): unknown {
    checkFunction(reducer, 'reduce', 'reduce() of windows');
    return this.#add({ fold: 'reduce', folder: reducer, ...lastCall(last), method: 'reduce' });
  }

  /** Folds the elements of a window into an accumulator as they come; a function may get the result. */
  aggregate<ACC, OUT>(aggregate: AggregateFunction<T, ACC, OUT>): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V, OUT>(
    aggregate: AggregateFunction<T, ACC, V>,
    processor: ProcessAllWindowFunction<V, OUT, W>,
  ): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V, OUT>(
    aggregate: AggregateFunction<T, ACC, V>,
    applied: AllWindowFunction<V, OUT, W>,
  ): SingleOutputStreamOperator<OUT>;
  aggregate<ACC, V>(aggregate: AggregateFunction<T, ACC, V>, last?: unknown): unknown {
    checkObject(aggregate, 'createAccumulator', 'aggregate() of windows');
    return this.#add({ fold: 'aggregate', folder: aggregate, ...lastCall(last), method: 'aggregate' });
  }

  /** Gives all elements of a window that fires to a function, with its clocks, state and side outputs. */
  process<OUT>(processor: ProcessAllWindowFunction<T, OUT, W>): SingleOutputStreamOperator<OUT> {
    checkObject(processor, 'process', 'process() of windows');
    return this.#add({ fold: 'none', call: 'processAll', function: processor, method: 'process' });
  }

  /** Gives all elements of a window that fires to a function: `.apply((window, elements, out: Collector<string>) => …)`. */
  apply<OUT>(applied: AllWindowFunction<T, OUT, W>): SingleOutputStreamOperator<OUT> {
    checkFunction(applied, 'apply', 'apply() of windows');
    return this.#add({ fold: 'none', call: 'applyAll', function: applied, method: 'apply' });
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

  /** Keyed by a constant, in one subtask that stays the only one. */
  #add<OUT>(operation: WindowOperation): SingleOutputStreamOperator<OUT> {
    return this.#draft.addTo<OUT>(this.#keyed(), operation, 'AllWindow').forceNonParallel();
  }
}

function lastCall(last: unknown): Pick<WindowOperation, 'call' | 'function'> {
  if (last === undefined) return { call: 'none' };
  if (typeof last === 'object' && last !== null && 'process' in last) {
    checkObject(last, 'process', 'a fold of windows');
    return { call: 'processAll', function: last };
  }
  checkFunction(last, 'apply', 'a fold of windows');
  return { call: 'applyAll', function: last };
}
