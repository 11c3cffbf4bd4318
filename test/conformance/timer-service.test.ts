import { expect } from 'vitest';
import type { ProcessingTimeService } from '../../src/operators/stream-operator.js';
import { InternalTimerService } from '../../src/operators/timer-service.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { Types } from '../../src/state/types.js';
import { type ConformanceRow, eachRow, type Fields } from './operator-rows.js';
import { timeOf } from './window-rows.js';

/** A clock that shows what is armed at it. */
class ArmedClock implements ProcessingTimeService {
  time = 0;
  #armed: { readonly time: number; readonly callback: (time: number) => void }[] = [];

  get armed(): readonly number[] {
    return this.#armed.map(({ time }) => time);
  }

  now(): number {
    return this.time;
  }

  register(time: number, callback: (time: number) => void) {
    const armed = { time, callback };
    if (time < Number.POSITIVE_INFINITY) this.#armed.push(armed);
    return {
      cancel: () => {
        this.#armed = this.#armed.filter((other) => other !== armed);
      },
    };
  }

  advance(time: number): void {
    this.time = time;
    for (;;) {
      const due = this.#armed.find((armed) => armed.time <= time);
      if (due === undefined) return;
      this.#armed = this.#armed.filter((other) => other !== due);
      due.callback(due.time);
    }
  }
}

class Run {
  readonly #clock = new ArmedClock();
  readonly #keys = new KeyTypeCell({ declared: Types.STRING, maxParallelism: 128 });
  readonly #backend = new HeapKeyedStateBackend<unknown>({
    keyType: this.#keys,
    keyGroupRange: { first: 0, last: 127 },
    maxParallelism: 128,
    ttlNow: () => 0,
  });
  /** key, namespace, time. */
  #fired: unknown[] = [];
  #registered: string[] = [];
  /** When the next timer that fires registers another one. */
  #next: number | undefined;
  readonly #service = new InternalTimerService<unknown, string>({
    name: 'test',
    backend: this.#backend,
    namespaceType: Types.STRING,
    clock: this.#clock,
    target: {
      onEventTime: (time, namespace) => this.#fire(time, namespace),
      onProcessingTime: (time, namespace) => this.#fire(time, namespace),
    },
    isBatch: false,
  });

  /** The answer to an event; `wanted` says which answers are asked for. */
  answer(event: Fields, wanted: unknown): unknown {
    const time = event['ts'] === undefined ? 0 : timeOf(event['ts']);
    this.#fired = [];
    switch (event['t']) {
      case 'register':
        this.#register(event, time);
        break;
      case 'onTimerRegisters':
        this.#next = time;
        break;
      case 'pt':
        this.#clock.advance(time);
        break;
      case 'wm':
        while (this.#service.advanceWatermark(time));
        break;
      case 'now':
        return this.#service.currentProcessingTime();
      default:
        return this.#check(wanted as Fields);
    }
    return this.#fired.length > 0 && wanted !== null ? { fired: this.#fired.map(String).sort() } : null;
  }

  #register(event: Fields, time: number): void {
    const [key, namespace] = [String(event['k']), String(event['ns'])];
    this.#backend.setCurrentKey(key, this.#keys.keyGroup(key));
    if (event['domain'] === 'pt') this.#service.registerProcessingTimeTimer(namespace, time);
    else this.#service.registerEventTimeTimer(namespace, time);
    this.#registered.push(namespace);
  }

  #fire(time: number, namespace: string): void {
    this.#fired.push([this.#backend.getCurrentKey(), namespace, time]);
    this.#registered.splice(this.#registered.indexOf(namespace), 1);
    if (this.#next === undefined) return;
    this.#service.registerProcessingTimeTimer(namespace, this.#next);
    this.#registered.push(namespace);
    this.#next = undefined;
  }

  #check(wanted: Fields): Fields {
    const counts: Fields = {
      timers: this.#service.numEventTimers() + this.#service.numProcessingTimers(),
      physical: this.#clock.armed,
      hello: this.#registered.filter((namespace) => namespace === 'hello').length,
      ciao: this.#registered.filter((namespace) => namespace === 'ciao').length,
    };
    return Object.fromEntries(Object.keys(wanted).map((name) => [name, counts[name]]));
  }
}

const comparable = (answer: unknown): unknown => {
  const fired = (answer as { fired?: unknown[] } | null)?.fired;
  return fired === undefined ? answer : { fired: fired.map(String).sort() };
};

function checkService(row: ConformanceRow): void {
  const run = new Run();

  row.events.forEach((event, index) => {
    const expected = row.expected[index] ?? null;
    expect(run.answer(event, expected), JSON.stringify(event)).toEqual(comparable(expected));
  });
}

eachRow('timers', checkService, ({ setup }) => setup['operator'] === 'timer-service');
