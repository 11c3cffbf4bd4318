/** The small list language of the `process` and `connect` cases: actions on state, timers and outputs. */

import type { Collector, KeyedProcessContext, RuntimeContext } from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { MIN_TIMESTAMP } from '../../src/common/time.js';
import {
  type ListState,
  ListStateDescriptor,
  type ValueState,
  ValueStateDescriptor,
} from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { timeToJson } from './golden-case.js';

/** One action. */
export interface Action {
  readonly op: string;
  readonly at?: readonly [string | number, number];
  readonly if?: readonly [string | number, string, string | number];
  readonly tag?: string;
}

/** A record of the cases: its key and its value. */
export interface Pair {
  readonly k: unknown;
  readonly v: unknown;
}

/** What an action sees. */
interface Scope {
  readonly kind: string;
  readonly time: number;
  /** Undefined in timers. */
  readonly value: number | undefined;
  readonly context: KeyedProcessContext<unknown>;
  readonly out: Collector<Pair>;
}

/** Runs lists of actions on the state of the current key. */
export class ListProgram {
  readonly #cnt: ValueState<number>;
  readonly #sum: ValueState<number>;
  readonly #mem: ValueState<number>;
  readonly #buf: ListState<number>;

  constructor(runtime: RuntimeContext) {
    this.#cnt = runtime.getState(new ValueStateDescriptor('cnt', Types.LONG));
    this.#sum = runtime.getState(new ValueStateDescriptor('sum', Types.LONG));
    this.#mem = runtime.getState(new ValueStateDescriptor('mem', Types.LONG));
    this.#buf = runtime.getState(new ListStateDescriptor('buf', Types.LONG));
  }

  run(actions: readonly Action[], scope: Scope): void {
    for (const action of actions) {
      if (action.if === undefined || this.#holds(action.if, scope)) this.#perform(action, scope);
    }
  }

  #perform(action: Action, scope: Scope): void {
    const timers = scope.context.timerService();
    const at = action.at === undefined ? 0 : this.#valueOf(action.at[0], scope) + action.at[1];
    if (!Number.isFinite(at)) return;
    switch (action.op) {
      case 'count':
        return this.#cnt.update((this.#cnt.value() ?? 0) + 1);
      case 'add':
        return this.#sum.update((this.#sum.value() ?? 0) + (scope.value ?? 0));
      case 'push':
        return this.#buf.add(scope.value ?? 0);
      case 'regE':
        return timers.registerEventTimeTimer(at);
      case 'delE':
        return timers.deleteEventTimeTimer(at);
      case 'regP':
        return timers.registerProcessingTimeTimer(at);
      case 'delP':
        return timers.deleteProcessingTimeTimer(at);
      case 'mem':
        return this.#mem.update(at);
      case 'clearCnt':
        return this.#cnt.clear();
      case 'clearSum':
        return this.#sum.clear();
      case 'clearMem':
        return this.#mem.clear();
      case 'clearBuf':
        return this.#buf.clear();
      default:
        return this.#emit(action, scope);
    }
  }

  #emit(action: Action, scope: Scope): void {
    const { kind, context, out } = scope;
    const time = timeToJson(scope.time);
    const k = context.getCurrentKey();
    switch (action.op) {
      case 'emit':
        return out.collect({ k, v: [kind, time, this.#cnt.value(), this.#sum.value(), this.#mem.value()] });
      case 'emitTime': {
        const timers = context.timerService();
        return out.collect({
          k,
          v: [kind, time, timeToJson(timers.currentWatermark()), timers.currentProcessingTime()],
        });
      }
      case 'emitBuf':
        return out.collect({ k, v: [kind, [...this.#buf.get()]] });
      case 'side':
        return context.output(new OutputTag<Pair>(String(action.tag)), { k, v: [kind, time, scope.value ?? null] });
      default:
        throw new Error(`There is no action ${action.op}.`);
    }
  }

  #holds([left, comparison, right]: NonNullable<Action['if']>, scope: Scope): boolean {
    const [a, b] = [this.#valueOf(left, scope), this.#valueOf(right, scope)];
    switch (comparison) {
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '=':
        return a === b;
      case '>':
        return a > b;
      default:
        return a >= b;
    }
  }

  #valueOf(name: string | number, scope: Scope): number {
    switch (name) {
      case 't':
        return scope.time;
      case 'v':
        return scope.value ?? 0;
      case 'wm':
        return scope.context.timerService().currentWatermark();
      case 'pt':
        return scope.context.timerService().currentProcessingTime();
      case 'cnt':
        return this.#cnt.value() ?? 0;
      case 'sum':
        return this.#sum.value() ?? 0;
      case 'mem':
        return this.#mem.value() ?? MIN_TIMESTAMP;
      default:
        return Number(name);
    }
  }
}
