/** The user functions of the cases, and the nodes that they make up. */

import {
  type BroadcastContext,
  type Collector,
  type KeyedBroadcastContext,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  type KeyedProcessContext,
  KeyedProcessFunction,
  type KeyedReadOnlyBroadcastContext,
  type OnTimerContext,
} from '../../src/api/functions.js';
import { OutputTag } from '../../src/api/output-tag.js';
import { MIN_TIMESTAMP } from '../../src/common/time.js';
import {
  type ListState,
  ListStateDescriptor,
  MapStateDescriptor,
  type ValueState,
  ValueStateDescriptor,
} from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { timeToJson } from './golden-case.js';
import { type Action, ListProgram, type Pair } from './list-program.js';

type Lists = Readonly<Record<string, readonly Action[]>>;

/** Runs the actions of a `process` case. */
export class ListProcessFunction extends KeyedProcessFunction<unknown, Pair, Pair> {
  readonly #lists: Lists;
  #program!: ListProgram;

  constructor(lists: Lists) {
    super();
    this.#lists = lists;
  }

  override open(): void {
    this.#program = new ListProgram(this.getRuntimeContext());
  }

  override processElement(pair: Pair, context: KeyedProcessContext<unknown>, out: Collector<Pair>): void {
    const time = context.timestamp() ?? MIN_TIMESTAMP;
    this.#program.run(this.#lists['onElement'] ?? [], { kind: 'e', time, value: pair.v as number, context, out });
  }

  override onTimer(time: number, context: OnTimerContext<unknown>, out: Collector<Pair>): void {
    runTimer(this.#program, this.#lists, time, context, out);
  }
}

/** Runs the actions of a `connect` case. */
export class ListCoProcessFunction extends KeyedCoProcessFunction<unknown, Pair, Pair, Pair> {
  readonly #lists: Lists;
  #program!: ListProgram;

  constructor(lists: Lists) {
    super();
    this.#lists = lists;
  }

  override open(): void {
    this.#program = new ListProgram(this.getRuntimeContext());
  }

  override processElement1(pair: Pair, context: KeyedProcessContext<unknown>, out: Collector<Pair>): void {
    const time = context.timestamp() ?? MIN_TIMESTAMP;
    this.#program.run(this.#lists['onElement1'] ?? [], { kind: 'e1', time, value: pair.v as number, context, out });
  }

  override processElement2(pair: Pair, context: KeyedProcessContext<unknown>, out: Collector<Pair>): void {
    const time = context.timestamp() ?? MIN_TIMESTAMP;
    this.#program.run(this.#lists['onElement2'] ?? [], { kind: 'e2', time, value: pair.v as number, context, out });
  }

  override onTimer(time: number, context: OnTimerContext<unknown>, out: Collector<Pair>): void {
    runTimer(this.#program, this.#lists, time, context, out);
  }
}

function runTimer(
  program: ListProgram,
  lists: Lists,
  time: number,
  context: OnTimerContext<unknown>,
  out: Collector<Pair>,
): void {
  const isEventTime = context.timeDomain() === 'EVENT_TIME';
  const actions = lists[isEventTime ? 'onEventTimer' : 'onProcessingTimer'] ?? [];
  program.run(actions, { kind: isEventTime ? 'E' : 'P', time, value: undefined, context, out });
}

const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG);
const COUNT = new ValueStateDescriptor('cnt', Types.LONG);

/** What a `broadcast` case may ask for. */
export interface BroadcastOptions {
  readonly timer?: number;
  readonly applyToKeyedState?: boolean;
  readonly emitOnRule?: boolean;
  readonly sideUnmatched?: boolean;
}

/** Keeps rules in broadcast state and applies them to the elements of the other side. */
export class RuleFunction extends KeyedBroadcastProcessFunction<unknown, Pair, Pair, Pair> {
  readonly #options: BroadcastOptions;
  #cnt!: ValueState<number>;
  #buf!: ListState<number>;

  constructor(options: BroadcastOptions) {
    super();
    this.#options = options;
  }

  override open(): void {
    this.#cnt = this.getRuntimeContext().getState(COUNT);
    this.#buf = this.getRuntimeContext().getState(new ListStateDescriptor('buf', Types.LONG));
  }

  override processElement(pair: Pair, context: KeyedReadOnlyBroadcastContext<unknown>, out: Collector<Pair>): void {
    const value = pair.v as number;
    const count = (this.#cnt.value() ?? 0) + 1;
    this.#cnt.update(count);
    this.#buf.add(value);
    const rules = [...context.getBroadcastState(RULES).entries()];
    const matched = rules.filter(([, threshold]) => value >= threshold).map(([name]) => name);
    out.collect({ k: pair.k, v: ['e', value, count, rules.length, matched.sort()] });
    const { timer } = this.#options;
    if (timer !== undefined) context.timerService().registerEventTimeTimer((context.timestamp() ?? 0) + timer);
    if (this.#options.sideUnmatched && matched.length === 0) context.output(new OutputTag<Pair>('unmatched'), pair);
  }

  override processBroadcastElement(
    pair: Pair,
    context: BroadcastContext & KeyedBroadcastContext<unknown>,
    out: Collector<Pair>,
  ): void {
    const rules = context.getBroadcastState(RULES);
    const name = pair.k as string;
    if (pair.v === 0) rules.remove(name);
    else rules.put(name, pair.v as number);
    if (this.#options.applyToKeyedState) {
      context.applyToKeyedState(COUNT, (key, count) => out.collect({ k: key, v: ['k', name, count.value()] }));
    }
    if (this.#options.emitOnRule) {
      out.collect({ k: null, v: ['r', name, pair.v, timeToJson(context.currentWatermark())] });
    }
  }

  override onTimer(
    time: number,
    context: OnTimerContext<unknown> & KeyedReadOnlyBroadcastContext<unknown>,
    out: Collector<Pair>,
  ): void {
    const names = [...context.getBroadcastState(RULES).entries()].map(([name]) => name).sort();
    out.collect({ k: context.getCurrentKey(), v: ['E', time, this.#cnt.value(), [...this.#buf.get()], names] });
    this.#buf.clear();
  }
}

/** The reduce functions of the cases, on numbers. */
export const REDUCERS: Readonly<Record<string, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  max: Math.max,
  min: Math.min,
  first: (a) => a,
  last: (_a, b) => b,
  mix: (a, b) => (a * 31 + b) % 1_000_003,
};
