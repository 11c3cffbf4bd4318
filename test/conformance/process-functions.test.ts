import { describe, expect } from 'vitest';
import {
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
import { ListStateDescriptor, type ValueState, ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { openHarness, operatorOf } from '../support/operators.js';
import { type ConformanceRow, eachRow, perform, shown } from './operator-rows.js';

type Context = KeyedProcessContext<string>;
type Out = Collector<unknown>;

const keySelector = (value: unknown): string => String(value);

/** What one row's function does. */
interface Behaviour {
  onElement?(value: unknown, context: Context, out: Out, state: ValueState<unknown>): void;
  onElement2?(value: unknown, context: Context, out: Out, state: ValueState<unknown>): void;
  onTimer?(time: number, context: OnTimerContext<string>, out: Out, state: ValueState<unknown>): void;
}

const STATE = new ValueStateDescriptor<unknown>('seen');

class KeyedFunction extends KeyedProcessFunction<string, unknown, unknown> {
  readonly #behaviour: Behaviour;
  #state!: ValueState<unknown>;

  constructor(behaviour: Behaviour) {
    super();
    this.#behaviour = behaviour;
  }

  override open(): void {
    this.#state = this.getRuntimeContext().getState(STATE);
  }

  override processElement(value: unknown, context: Context, out: Out): void {
    this.#behaviour.onElement?.(value, context, out, this.#state);
  }

  override onTimer(time: number, context: OnTimerContext<string>, out: Out): void {
    this.#behaviour.onTimer?.(time, context, out, this.#state);
  }
}

class KeyedCoFunction extends KeyedCoProcessFunction<string, unknown, unknown, unknown> {
  readonly #behaviour: Behaviour;
  #state!: ValueState<unknown>;

  constructor(behaviour: Behaviour) {
    super();
    this.#behaviour = behaviour;
  }

  override open(): void {
    this.#state = this.getRuntimeContext().getState(STATE);
  }

  override processElement1(value: unknown, context: Context, out: Out): void {
    this.#behaviour.onElement?.(value, context, out, this.#state);
  }

  override processElement2(value: unknown, context: Context, out: Out): void {
    this.#behaviour.onElement2?.(value, context, out, this.#state);
  }

  override onTimer(time: number, context: OnTimerContext<string>, out: Out): void {
    this.#behaviour.onTimer?.(time, context, out, this.#state);
  }
}

/** Stores the first value and emits it from a timer 5 later; a second value takes both back. */
function storing(now: (context: Context) => number, kind: 'EventTime' | 'ProcessingTime'): Behaviour {
  const store: Behaviour['onElement'] = (value, context, out, state) => {
    out.collect(`INPUT${typeof value === 'string' ? 2 : 1}:${value}`);
    state.update(value);
    context.timerService()[`register${kind}Timer`](now(context) + 5);
  };
  return {
    onElement: (value, context, out, state) => {
      if (state.value() === null) store(value, context, out, state);
      else {
        state.clear();
        context.timerService()[`delete${kind}Timer`](now(context) + 4);
      }
    },
    onElement2: store,
    onTimer: (_time, _context, out, state) => out.collect(`STATE:${state.value()}`),
  };
}

const processingTimeOf = (value: unknown, context: Context, out: Out) =>
  out.collect(`${value}PT:${context.timerService().currentProcessingTime()} TS:${context.timestamp()}`);
const keyOf = (value: unknown, context: Context, out: Out) => out.collect(`${value},${context.getCurrentKey()}`);

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  'TI-001': {
    onElement: (value, context, out) =>
      out.collect(`${value}TIME:${context.timerService().currentWatermark()} TS:${context.timestamp()}`),
  },
  'TI-002': {
    onElement: (value, context, out) =>
      out.collect(`${value}TIME:${context.timerService().currentProcessingTime()} TS:${context.timestamp()}`),
  },
  'TI-004': {
    onElement: (value, context, out) => {
      out.collect(value);
      const timers = context.timerService();
      timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 5);
    },
    onTimer: (_time, _context, out) => out.collect(1777),
  },
  'TI-005': {
    onElement: (value, context, out, state) => {
      out.collect(`INPUT:${value}`);
      state.update(value);
      context.timerService().registerEventTimeTimer(context.timerService().currentWatermark() + 5);
    },
    onTimer: (_time, _context, out, state) => out.collect(`STATE:${state.value()}`),
  },
  'TI-007': {
    onElement: (_value, context) => {
      context.timerService().registerProcessingTimeTimer(5);
      context.timerService().registerEventTimeTimer(6);
    },
    onTimer: (_time, context, out) => out.collect(context.timeDomain() === 'EVENT_TIME' ? 'EVENT:1777' : 'PROC:1777'),
  },
  'TI-021': { onElement: processingTimeOf, onElement2: processingTimeOf },
  'TI-022': {
    onElement: (value, context, out) => {
      out.collect(`INPUT1:${value}`);
      context.timerService().registerEventTimeTimer(5);
    },
    onElement2: (value, context, out) => {
      out.collect(`INPUT2:${value}`);
      context.timerService().registerEventTimeTimer(6);
    },
    onTimer: (_time, context, out) => out.collect(`${context.getCurrentKey()}:1777`),
  },
  'TI-024': storing((context) => context.timerService().currentWatermark(), 'EventTime'),
  'TI-025': storing((context) => context.timerService().currentProcessingTime(), 'ProcessingTime'),
  'TI-027': { onElement: keyOf, onElement2: keyOf },
};

async function runTimers(row: ConformanceRow): Promise<void> {
  const behaviour = BEHAVIOURS[row.id];
  if (behaviour === undefined) throw new Error(`There is no function for ${row.id}.`);
  const isCo = String(row.setup['operator']).startsWith('keyed-co-process');
  const harness = await openHarness(
    () =>
      isCo
        ? operatorOf(
            { type: 'keyedCoProcess' },
            { function: new KeyedCoFunction(behaviour), keySelector, keySelector2: keySelector },
          )
        : operatorOf({ type: 'keyedProcess' }, { function: new KeyedFunction(behaviour), keySelector }),
    isCo ? { inputs: 2, keySelectors: [keySelector, keySelector] } : { keySelectors: [keySelector] },
  );

  for (const event of row.events) await perform(harness, event);

  expect(shown(harness.output)).toEqual(row.expected);
}

describe('process functions with timers', () => {
  eachRow('timers', runTimers, ({ setup }) => setup['operator'] !== 'timer-service');
});

const KEPT = new ListStateDescriptor<string>('kept', Types.STRING);
const BROADCAST = { name: 'rules', keyType: Types.STRING, type: Types.STRING };
const [BR_OUT, NON_BR_OUT] = [new OutputTag<string>('br-out'), new OutputTag<string>('non-br-out')];

/** Emits what it sees with the times of the context; or gathers values and visits them. */
class RowFunction extends KeyedBroadcastProcessFunction<string, unknown, unknown, unknown> {
  readonly visited: Record<string, readonly string[]> = {};
  readonly #id: string;

  constructor(id: string) {
    super();
    this.#id = id;
  }

  override processElement(value: unknown, context: KeyedReadOnlyBroadcastContext<string>, out: Out): void {
    const text = `NON-BR:${value} WM:${context.timerService().currentWatermark()} TS:${context.timestamp()}`;
    if (this.#id === 'BC-001') this.getRuntimeContext().getState(KEPT).add(String(value));
    else if (this.#id === 'BC-003') context.output(NON_BR_OUT, text);
    else {
      context.timerService().registerEventTimeTimer(41);
      out.collect(text);
    }
  }

  override processBroadcastElement(value: unknown, context: KeyedBroadcastContext<string>, out: Out): void {
    const text = `BR:${value} WM:${context.currentWatermark()} TS:${context.timestamp()}`;
    if (this.#id === 'BC-001') {
      context.applyToKeyedState(KEPT, (key, state) => {
        this.visited[key] = [...state.get()];
      });
    } else if (this.#id === 'BC-003') context.output(BR_OUT, text);
    else out.collect(text);
  }

  override onTimer(time: number, _context: unknown, out: Out): void {
    out.collect(`TIMER:${time}`);
  }
}

async function runBroadcast(row: ConformanceRow): Promise<void> {
  const rowFunction = new RowFunction(row.id);
  const harness = await openHarness(
    operatorOf({ type: 'keyedBroadcastProcess' }, { function: rowFunction, keySelector, broadcastStates: [BROADCAST] }),
    { inputs: 2, keySelectors: [keySelector, undefined] },
  );

  for (const event of row.events) await perform(harness, event);

  if (row.id === 'BC-001') expect([{ visited: rowFunction.visited }]).toEqual(row.expected);
  else {
    const isCompared = ({ t }: { t: string }) => row.id !== 'BC-003' || t === 'side';
    expect((shown(harness.output) as { t: string }[]).filter(isCompared)).toEqual(row.expected);
  }
}

describe('broadcast functions', () => {
  eachRow('broadcast-state', runBroadcast);
  eachRow('side-output', runBroadcast);
});
