/**
 * What the keyed process operators share: the timer service `user-timers`, the context and the collector, and how a timer
 * reaches `onTimer`. A record that an event-time timer emits carries the timer's time; one of a processing-time timer has
 * no timestamp, while its side outputs carry the timer's time, as in Flink.
 */

import type { Collector, OnTimerContext } from '../api/functions.js';
import { NO_TIMESTAMP } from '../common/time.js';
import { VOID_NAMESPACE } from '../state/namespaces.js';
import { BaseOperator } from './base-operator.js';
import type { KeyBinding } from './key-binding.js';
import type { KeyedElementContext } from './process-context.js';
import type { Output, WatermarkStep } from './stream-operator.js';
import { InternalTimerService, KeyedTimerService } from './timer-service.js';
import { TimestampedCollector } from './timestamped-collector.js';
import { checkNoPromise } from './user-function.js';

/** What a function with timers implements. @internal */
export interface TimerFunction {
  onTimer(timestamp: number, context: OnTimerContext<unknown>, out: Collector<unknown>): void;
}

/** The common part of keyed operators whose functions have timers. @internal */
export abstract class KeyedTimerOperator<C extends KeyedElementContext = KeyedElementContext> extends BaseOperator {
  readonly #function: TimerFunction;
  readonly #bound: KeyBinding;
  #timers!: InternalTimerService<unknown, null>;
  #keyedContext!: C;
  #collector!: TimestampedCollector<unknown>;

  constructor(userFunction: TimerFunction, keys: KeyBinding) {
    super(userFunction, keys);
    this.#function = userFunction;
    this.#bound = keys;
  }

  /** The context that the function sees; operators with more to offer make their own. */
  abstract createContext(output: Output, timers: KeyedTimerService): C;

  /** The keys, which these operators always have. */
  get bound(): KeyBinding {
    return this.#bound;
  }

  get timers(): InternalTimerService<unknown, null> {
    return this.#timers;
  }

  get keyedContext(): C {
    return this.#keyedContext;
  }

  get collector(): TimestampedCollector<unknown> {
    return this.#collector;
  }

  override initializeState(): void {
    super.initializeState();
    this.#timers = new InternalTimerService<unknown, null>({
      name: 'user-timers',
      backend: this.#bound.backend,
      namespaceType: VOID_NAMESPACE,
      clock: this.context.clock,
      target: {
        onEventTime: (timestamp) => this.#onEventTime(timestamp),
        onProcessingTime: (timestamp) => this.#onProcessingTime(timestamp),
      },
      isBatch: this.context.isBatch,
    });
    this.#collector = new TimestampedCollector(this.output);
    this.#keyedContext = this.createContext(this.output, new KeyedTimerService(this.#timers));
  }

  override open(): void | Promise<void> {
    const opened = super.open();
    this.#timers.start();
    return opened;
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    return this.#timers.advanceWatermark(timestamp) ? 'AGAIN' : 'FORWARD';
  }

  override close(): void | Promise<void> {
    this.#timers?.close();
    return super.close();
  }

  #onEventTime(timestamp: number): void {
    this.#keyedContext.domain = 'EVENT_TIME';
    this.#keyedContext.elementTimestamp = timestamp;
    this.#collector.timestamp = timestamp;
    const result: unknown = this.#function.onTimer(timestamp, this.#keyedContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }

  #onProcessingTime(timestamp: number): void {
    this.#keyedContext.domain = 'PROCESSING_TIME';
    this.#keyedContext.elementTimestamp = timestamp;
    this.#collector.timestamp = NO_TIMESTAMP;
    const result: unknown = this.#function.onTimer(timestamp, this.#keyedContext, this.#collector);
    if (result !== undefined) checkNoPromise(result, 'process');
  }
}
