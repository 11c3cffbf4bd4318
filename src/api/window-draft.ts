/** What the author says about windows before a function is given, and the node that comes of it. */

import { FlinkError } from '../common/errors.js';
import type { Window } from '../common/windows.js';
import type { RollingAggregate, WindowSpec } from '../graph/transformation.js';
import type { Type } from '../state/type.js';
import { checkObject } from './function-forms.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { CountEvictor } from './windowing/evictors.js';
import { PurgingTrigger } from './windowing/further-triggers.js';
import { CountTrigger } from './windowing/triggers.js';
import type { Evictor, Trigger, WindowAssigner } from './windowing/window-contracts.js';

/** The keyed stream that the operator is added to. @internal */
export interface WindowInput {
  addOperator<OUT>(
    name: string,
    spec: WindowSpec,
    functions: Readonly<Record<string, unknown>>,
  ): SingleOutputStreamOperator<OUT>;
}

/** How the elements of windows are folded, and what gets the result. @internal */
export interface WindowOperation {
  readonly fold: WindowSpec['fold'];
  /** The reducer or the aggregate function. */
  readonly folder?: unknown;
  readonly call: WindowSpec['call'];
  readonly function?: unknown;
  /** The call of the author, for names and messages. */
  readonly method: string;
}

/** See the file comment. @internal */
export class WindowDraft {
  readonly #assigner: WindowAssigner<never, Window>;
  #trigger: Trigger<never, Window>;
  #evictor: Evictor<never, Window> | undefined;
  #allowedLateness = 0;
  #lateTag: string | undefined;
  #type: Type<unknown> | undefined;

  constructor(assigner: WindowAssigner<never, Window>) {
    checkObject(assigner, 'assignWindows', 'window()');
    this.#assigner = assigner;
    this.#trigger = assigner.getDefaultTrigger();
  }

  setTrigger(trigger: Trigger<never, Window>): void {
    checkObject(trigger, 'onElement', 'trigger()');
    if (this.#assigner.isMerging() && !trigger.canMerge()) {
      throw new FlinkError(
        'GRAPH_INVALID',
        `A merging window assigner cannot be used with a trigger that does not support merging, such as ${trigger.constructor.name}.`,
      );
    }
    this.#trigger = trigger;
  }

  setEvictor(evictor: Evictor<never, Window>): void {
    checkObject(evictor, 'evictBefore', 'evictor()');
    this.#evictor = evictor;
  }

  setAllowedLateness(lateness: number): void {
    if (!Number.isSafeInteger(lateness) || lateness < 0) {
      throw new FlinkError('GRAPH_INVALID', `The allowed lateness cannot be ${lateness}: it is whole milliseconds.`);
    }
    this.#allowedLateness = lateness;
  }

  setLateTag(tag: { readonly id: string }): void {
    this.#lateTag = tag.id;
  }

  setType(type: Type<never>): void {
    this.#type = type as unknown as Type<unknown>;
  }

  /** Adds the operator to a keyed stream. `prefix`: `Window` or `AllWindow`, in front of the description. */
  addTo<OUT>(input: WindowInput, operation: WindowOperation, prefix: string): SingleOutputStreamOperator<OUT> {
    const spec: WindowSpec = {
      type: 'window',
      fold: operation.fold,
      call: operation.call,
      allowedLateness: this.#allowedLateness,
      ...(this.#lateTag !== undefined && { lateTag: this.#lateTag }),
    };
    const functions = {
      assigner: this.#assigner,
      trigger: this.#trigger,
      ...(this.#evictor !== undefined && { evictor: this.#evictor }),
      ...(operation.folder !== undefined && { fold: operation.folder }),
      ...(operation.function !== undefined && { function: operation.function }),
      ...(this.#type !== undefined && { type: this.#type }),
    };
    const stream = input.addOperator<OUT>(this.#assigner.constructor.name, spec, functions);
    return stream.setDescription(this.#describe(operation, prefix));
  }

  /** As Flink describes its window operators. */
  #describe({ fold, folder, call, function: userFunction }: WindowOperation, prefix: string): string {
    const parts = [String(this.#assigner), this.#trigger.constructor.name];
    if (this.#evictor !== undefined) parts.push(this.#evictor.constructor.name);
    if (typeof fold === 'object') parts.push(fold.kind === 'sum' ? 'SumAggregator' : 'ComparableAggregator');
    else if (fold !== 'none') parts.push(nameOf(folder));
    parts.push(call === 'none' ? 'PassThroughWindowFunction' : nameOf(userFunction));
    return `${prefix}(${parts.join(', ')})`;
  }
}

/** Trigger and evictor of count windows. @internal */
export function countWindowing(
  size: number,
  slide: number | undefined,
): { readonly trigger: Trigger<unknown, Window>; readonly evictor: Evictor<unknown, Window> | undefined } {
  checkCount(size);
  if (slide === undefined) return { trigger: PurgingTrigger.of(CountTrigger.of(size)), evictor: undefined };
  checkCount(slide);
  return { trigger: CountTrigger.of(slide), evictor: CountEvictor.of(size) };
}

function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new FlinkError('GRAPH_INVALID', `A count window needs a whole number of elements above 0, not ${count}.`);
}

/** The fold of `sum`, `min`, `max`, `minBy` and `maxBy`. @internal */
export function fieldFold(kind: RollingAggregate, field: string | number, first = true): WindowOperation {
  return { fold: { kind, field, first }, call: 'none', method: `${kind}()` };
}

function nameOf(form: unknown): string {
  if (typeof form === 'function') return form.name === '' ? 'function' : form.name;
  const name = (form as object).constructor.name;
  return name === 'Object' || name === '' ? 'function' : name;
}
