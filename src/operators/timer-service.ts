/**
 * Event-time and processing-time timers of a keyed operator. Timers are keyed state: they live in two queues of the
 * backend, are a part of every snapshot, and follow their keys. One timer is the unit of work: `advanceWatermark` fires at
 * most one a call, and so does each callback of the clock, so that the task can look at its output in between.
 *
 * Only the earliest processing-time timer is registered with the clock.
 */

import type { TimerService } from '../api/functions.js';
import { FlinkError } from '../common/errors.js';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../common/time.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { QueuedTimer, TimerQueue } from '../state/timer-queue.js';
import type { Type } from '../state/type.js';
import type { ProcessingTimeService, TimerHandle } from './stream-operator.js';

/** What a timer service calls; the backend's current key is the timer's. @internal */
export interface TimerTarget<N> {
  onEventTime(timestamp: number, namespace: N): void;
  onProcessingTime(timestamp: number, namespace: N): void;
}

/** What a timer service is made of. @internal */
export interface TimerServiceOptions<K, N> {
  /** `user-timers`, `window-timers`: a part of the name of the state. */
  readonly name: string;
  readonly backend: KeyedStateBackend<K>;
  readonly namespaceType: Type<N>;
  readonly clock: ProcessingTimeService;
  readonly target: TimerTarget<N>;
  /** In BATCH mode the processing-time timers fire once the input has ended. */
  readonly isBatch: boolean;
}

/** The timers of one operator under one name. @internal */
export class InternalTimerService<K, N> {
  readonly #backend: KeyedStateBackend<K>;
  readonly #clock: ProcessingTimeService;
  readonly #target: TimerTarget<N>;
  readonly #isBatch: boolean;
  readonly #eventTimers: TimerQueue<K, N>;
  readonly #processingTimers: TimerQueue<K, N>;
  #watermark = MIN_TIMESTAMP;
  #armed: TimerHandle | undefined;
  /** The time of the callback that the clock holds; `Infinity` when it holds none. */
  #armedFor = MAX_TIMESTAMP;
  #isFiring = false;

  /** Gets the queues, restored ones included; call it when state is initialised. */
  constructor(options: TimerServiceOptions<K, N>) {
    this.#backend = options.backend;
    this.#clock = options.clock;
    this.#target = options.target;
    this.#isBatch = options.isBatch;
    this.#eventTimers = options.backend.getTimerQueue(`_timer_state/event_${options.name}`, options.namespaceType);
    this.#processingTimers = options.backend.getTimerQueue(
      `_timer_state/processing_${options.name}`,
      options.namespaceType,
    );
  }

  /** Registers the earliest restored timer with the clock; call it when the operator is opened. */
  start(): void {
    this.#arm();
  }

  currentWatermark(): number {
    return this.#watermark;
  }

  currentProcessingTime(): number {
    return this.#clock.now();
  }

  numEventTimers(): number {
    return this.#eventTimers.size;
  }

  numProcessingTimers(): number {
    return this.#processingTimers.size;
  }

  registerEventTimeTimer(namespace: N, time: number): void {
    this.#eventTimers.register(time, namespace);
  }

  /** Registers a timer that is not there, as far as the caller knows; restored timers are looked for nevertheless. */
  registerNewEventTimeTimer(namespace: N, time: number): QueuedTimer {
    return this.#eventTimers.registerNew(time, namespace);
  }

  /** See `TimerQueue.postpone`. */
  postponeEventTimeTimer(timer: QueuedTimer, namespace: N, time: number): QueuedTimer {
    return this.#eventTimers.postpone(timer, time, namespace);
  }

  removeEventTimeTimer(timer: QueuedTimer): void {
    this.#eventTimers.remove(timer);
  }

  deleteEventTimeTimer(namespace: N, time: number): void {
    this.#eventTimers.delete(time, namespace);
  }

  registerProcessingTimeTimer(namespace: N, time: number): void {
    this.#processingTimers.register(time, namespace);
    if (time < this.#armedFor && !this.#isFiring) this.#arm();
  }

  deleteProcessingTimeTimer(namespace: N, time: number): void {
    this.#processingTimers.delete(time, namespace);
  }

  /** Fires the earliest timer that is due, if any; true = another one is due. */
  advanceWatermark(timestamp: number): boolean {
    this.#watermark = timestamp;
    if (this.#eventTimers.size > 0 && this.#eventTimers.poll(timestamp)) {
      const timers = this.#eventTimers;
      this.#backend.setCurrentKey(timers.polledKey, timers.polledKeyGroup);
      this.#target.onEventTime(timers.polledTimestamp, timers.polledNamespace);
      return this.#hasDueTimers(timestamp);
    }
    if (this.#isBatch && timestamp === MAX_TIMESTAMP) {
      this.#fireProcessingTimer(MAX_TIMESTAMP);
      return this.#hasDueTimers(timestamp);
    }
    return false;
  }

  /** Forgets the clock's callback; the timers stay in the state. */
  close(): void {
    this.#armed?.cancel();
    this.#armed = undefined;
    this.#armedFor = MAX_TIMESTAMP;
  }

  #hasDueTimers(timestamp: number): boolean {
    if (this.#eventTimers.size > 0 && this.#eventTimers.nextTimestamp() <= timestamp) return true;
    return this.#isBatch && timestamp === MAX_TIMESTAMP && this.#processingTimers.size > 0;
  }

  #onClock(time: number): void {
    this.#armed = undefined;
    this.#armedFor = MAX_TIMESTAMP;
    this.#isFiring = true;
    try {
      this.#fireProcessingTimer(time);
    } finally {
      this.#isFiring = false;
    }
    this.#arm();
  }

  #fireProcessingTimer(time: number): void {
    const timers = this.#processingTimers;
    if (timers.size === 0 || !timers.poll(time)) return;
    this.#backend.setCurrentKey(timers.polledKey, timers.polledKeyGroup);
    this.#target.onProcessingTime(timers.polledTimestamp, timers.polledNamespace);
  }

  #arm(): void {
    if (this.#isBatch) return;
    const next = this.#processingTimers.nextTimestamp();
    if (next >= this.#armedFor) return;
    this.#armed?.cancel();
    this.#armedFor = next;
    this.#armed = this.#clock.register(next, (time) => this.#onClock(time));
  }
}

/** The timers that functions of keyed streams see: without namespaces. @internal */
export class KeyedTimerService implements TimerService {
  readonly #timers: InternalTimerService<unknown, null>;

  constructor(timers: InternalTimerService<unknown, null>) {
    this.#timers = timers;
  }

  currentProcessingTime(): number {
    return this.#timers.currentProcessingTime();
  }

  currentWatermark(): number {
    return this.#timers.currentWatermark();
  }

  registerEventTimeTimer(time: number): void {
    this.#timers.registerEventTimeTimer(null, time);
  }

  registerProcessingTimeTimer(time: number): void {
    this.#timers.registerProcessingTimeTimer(null, time);
  }

  deleteEventTimeTimer(time: number): void {
    this.#timers.deleteEventTimeTimer(null, time);
  }

  deleteProcessingTimeTimer(time: number): void {
    this.#timers.deleteProcessingTimeTimer(null, time);
  }
}

/** The clocks of a function whose stream has no keys: they can be read, but there are no timers. @internal */
export class UnkeyedTimerService implements TimerService {
  readonly #clock: ProcessingTimeService;
  /** Set by the operator. */
  watermark = MIN_TIMESTAMP;

  constructor(clock: ProcessingTimeService) {
    this.#clock = clock;
  }

  currentProcessingTime(): number {
    return this.#clock.now();
  }

  currentWatermark(): number {
    return this.watermark;
  }

  registerEventTimeTimer(_time: number): void {
    refuseTimer();
  }

  registerProcessingTimeTimer(_time: number): void {
    refuseTimer();
  }

  deleteEventTimeTimer(_time: number): void {
    refuseTimer();
  }

  deleteProcessingTimeTimer(_time: number): void {
    refuseTimer();
  }
}

function refuseTimer(): never {
  throw new FlinkError('UNSUPPORTED', 'Timers need a key: call keyBy() before process().');
}
