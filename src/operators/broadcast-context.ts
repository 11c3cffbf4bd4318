/** The contexts of broadcast process functions: the broadcast side may change the state, the other side only reads it. */

import type {
  BroadcastContext,
  BroadcastStateName,
  KeyedBroadcastContext,
  KeyedReadOnlyBroadcastContext,
  OnTimerContext,
  ReadOnlyBroadcastContext,
  TimerService,
} from '../api/functions.js';
import type { OutputTag } from '../api/output-tag.js';
import { NO_TIMESTAMP } from '../common/time.js';
import type { AnyStateDescriptor, KeyedStateBackend, StateOf } from '../state/keyed-state-backend.js';
import type { BroadcastState, OperatorStateStore, ReadonlyBroadcastState } from '../state/operator-state.js';
import { ElementContext, KeyedElementContext } from './process-context.js';
import type { Output } from './stream-operator.js';

/** The broadcast states of an operator by name, each registered at its first use at the latest. @internal */
export class BroadcastStates {
  readonly #store: OperatorStateStore;
  readonly #states = new Map<string, BroadcastState<unknown, unknown>>();

  /** `declared`: the states that the broadcast stream was made with; they are registered at once. */
  constructor(store: OperatorStateStore, declared: readonly BroadcastStateName<unknown, unknown>[]) {
    this.#store = store;
    for (const descriptor of declared) this.get(descriptor);
  }

  get<K, V>(descriptor: BroadcastStateName<K, V>): BroadcastState<K, V> {
    let state = this.#states.get(descriptor.name);
    if (state === undefined) {
      state = this.#store.getBroadcastState(descriptor) as unknown as BroadcastState<unknown, unknown>;
      this.#states.set(descriptor.name, state);
    }
    return state as unknown as BroadcastState<K, V>;
  }
}

/** What the other side of a broadcast sees on a stream without keys. @internal */
export class ReadOnlyElementContext extends ElementContext implements ReadOnlyBroadcastContext {
  readonly #states: BroadcastStates;

  constructor(output: Output, timers: TimerService, states: BroadcastStates) {
    super(output, timers);
    this.#states = states;
  }

  getBroadcastState<K, V>(descriptor: BroadcastStateName<K, V>): ReadonlyBroadcastState<K, V> {
    return this.#states.get(descriptor);
  }
}

/** What the other side of a broadcast sees on a keyed stream. @internal */
export class KeyedReadOnlyElementContext<K = unknown>
  extends KeyedElementContext<K>
  implements KeyedReadOnlyBroadcastContext<K>, OnTimerContext<K>
{
  readonly #states: BroadcastStates;

  constructor(output: Output, timers: TimerService, backend: KeyedStateBackend<K>, states: BroadcastStates) {
    super(output, timers, backend);
    this.#states = states;
  }

  getBroadcastState<K2, V>(descriptor: BroadcastStateName<K2, V>): ReadonlyBroadcastState<K2, V> {
    return this.#states.get(descriptor);
  }
}

/** What the broadcast side sees. @internal */
export class BroadcastElementContext implements BroadcastContext {
  readonly #output: Output;
  readonly #clocks: TimerService;
  readonly #states: BroadcastStates;
  /** The timestamp of the element at hand. */
  elementTimestamp = NO_TIMESTAMP;

  constructor(output: Output, clocks: TimerService, states: BroadcastStates) {
    this.#output = output;
    this.#clocks = clocks;
    this.#states = states;
  }

  timestamp(): number | null {
    return this.elementTimestamp === NO_TIMESTAMP ? null : this.elementTimestamp;
  }

  currentProcessingTime(): number {
    return this.#clocks.currentProcessingTime();
  }

  currentWatermark(): number {
    return this.#clocks.currentWatermark();
  }

  output<T>(tag: OutputTag<T>, value: T): void {
    this.#output.collectSide(tag.id, value, this.elementTimestamp);
  }

  getBroadcastState<K, V>(descriptor: BroadcastStateName<K, V>): BroadcastState<K, V> {
    return this.#states.get(descriptor);
  }
}

/** What the broadcast side sees when the other one is keyed. @internal */
export class KeyedBroadcastElementContext<K = unknown>
  extends BroadcastElementContext
  implements KeyedBroadcastContext<K>
{
  readonly #backend: KeyedStateBackend<K>;

  constructor(output: Output, clocks: TimerService, backend: KeyedStateBackend<K>, states: BroadcastStates) {
    super(output, clocks, states);
    this.#backend = backend;
  }

  applyToKeyedState<D extends AnyStateDescriptor>(descriptor: D, visit: (key: K, state: StateOf<D>) => void): void {
    const state = this.#backend.getState(descriptor);
    for (const key of this.#backend.getKeys(descriptor.name)) {
      this.#backend.setCurrentKey(key, -1);
      visit(key, state);
    }
  }
}
