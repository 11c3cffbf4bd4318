/**
 * Keeps records while an asynchronous function answers them. It is the only operator that waits for promises: answers are
 * brought into the task's turn with `runInTask`, one entry goes out a turn, and while the queue is full the task takes no
 * element. What is under way is operator state, watermarks included, and is asked for again after a restore.
 */

import type { AsyncWaitConfig } from '../../api/async-data-stream.js';
import type { AsyncFunction, AsyncRetryStrategy, ResultFuture } from '../../api/async-functions.js';
import type { OperatorListState } from '../../state/operator-state.js';
import { type StoredElement, streamElementType } from '../../state/serializers/stream-element-serializer.js';
import { Types } from '../../state/types.js';
import { BaseOperator } from '../base-operator.js';
import type { WatermarkStep } from '../stream-operator.js';
import { AsyncCall, type AsyncCallHost, callFailure } from './async-call.js';
import { type AsyncEntry, type AsyncQueue, OrderedAsyncQueue, UnorderedAsyncQueue } from './async-queue.js';
import { AsyncTimeouts } from './async-timeouts.js';

/** The name that Flink gives the state. */
const STATE_NAME = '_async_wait_operator_state_';

/** See the file comment. @internal */
export class AsyncWaitOperator extends BaseOperator {
  readonly #config: AsyncWaitConfig;
  readonly #function: AsyncFunction<unknown, unknown>;
  readonly #retry: AsyncRetryStrategy<unknown> | undefined;
  readonly #queue: AsyncQueue;
  #timeouts!: AsyncTimeouts;
  #host!: AsyncCallHost;
  /** Calls that were not answered for good. */
  readonly #calls = new Map<AsyncEntry, AsyncCall>();
  /** Calls that wait for their repeat. */
  readonly #waiting = new Set<AsyncCall>();
  /** What came, within one call, after the queue was full. */
  #excess: AsyncEntry[] = [];
  #state!: OperatorListState<StoredElement<unknown>>;
  #isHolding = false;
  #isEmitting = false;
  #isFinishing = false;
  #isClosed = false;
  /** Called once nothing is under way. */
  #onEmpty: (() => void) | undefined;

  constructor(userFunction: unknown, config: AsyncWaitConfig, retry?: AsyncRetryStrategy<unknown>) {
    super(userFunction);
    this.#config = config;
    this.#function = asObject(userFunction);
    this.#retry = retry;
    this.#queue = config.ordered ? new OrderedAsyncQueue() : new UnorderedAsyncQueue();
  }

  override initializeState(): void {
    super.initializeState();
    this.#timeouts = new AsyncTimeouts(this.#config.timeoutMs, this.context.clock);
    this.#host = this.#createHost();
    this.#state = this.context.operatorState.getListState({ name: STATE_NAME, type: streamElementType(Types.ANY()) });
  }

  /** Asks again for what was under way. */
  override open(): void | Promise<void> {
    const opened = super.open();
    if (opened instanceof Promise) return opened.then(() => this.#resume());
    this.#resume();
    return undefined;
  }

  processElement(value: unknown, timestamp: number): void {
    this.#add({ value, timestamp, isWatermark: false, results: undefined });
  }

  override advanceWatermark(timestamp: number): WatermarkStep {
    if (this.#isEmpty) return 'FORWARD';
    this.#add({ value: undefined, timestamp, isWatermark: true, results: undefined });
    return 'HOLD';
  }

  override snapshotState(checkpointId: number, timestamp: number): void {
    super.snapshotState(checkpointId, timestamp);
    this.#state.update([...this.#queue.entries(), ...this.#excess].map(storedOf));
  }

  /** Waiting repeats are asked for at once, and nothing is repeated any more. */
  override endInput(_input: 0 | 1): void {
    this.#isFinishing = true;
    for (const call of [...this.#waiting]) call.repeatNow();
  }

  /** Waits for everything under way. */
  override finish(): void | Promise<void> {
    if (this.#isEmpty) {
      this.#timeouts.close();
      return undefined;
    }
    return new Promise((resolve) => {
      this.#onEmpty = () => {
        this.#timeouts.close();
        resolve();
      };
    });
  }

  override close(): void | Promise<void> {
    this.#isClosed = true;
    for (const call of this.#calls.values()) call.cancel();
    this.#calls.clear();
    // A failure may come before the state was initialised.
    (this.#timeouts as AsyncTimeouts | undefined)?.close();
    return super.close();
  }

  get #isEmpty(): boolean {
    return this.#queue.size === 0 && this.#excess.length === 0;
  }

  #resume(): void {
    for (const element of [...this.#state.get()]) {
      const { value, timestamp, isWatermark = false } = element;
      this.#add({ value, timestamp, isWatermark, results: undefined });
    }
  }

  #add(entry: AsyncEntry): void {
    if (this.#excess.length > 0 || this.#queue.size >= this.#config.capacity) this.#excess.push(entry);
    else this.#admit(entry);
    this.#adjustHold();
  }

  #admit(entry: AsyncEntry): void {
    this.#queue.add(entry);
    if (entry.isWatermark) {
      this.#emitSoon();
      return;
    }
    const call = new AsyncCall(this.#host, entry);
    this.#calls.set(entry, call);
    call.start();
  }

  /** While the queue is full, the task takes no element. */
  #adjustHold(): void {
    const isFull = this.#excess.length > 0 || this.#queue.size >= this.#config.capacity;
    if (isFull === this.#isHolding) return;
    this.#isHolding = isFull;
    this.context.holdInput(isFull);
  }

  #emitSoon(): void {
    if (this.#isEmitting || !this.#queue.hasReady) return;
    this.#isEmitting = true;
    this.context.runInTask(this.#emitOne);
  }

  readonly #emitOne = (): void => {
    this.#isEmitting = false;
    if (this.#isClosed || !this.#queue.hasReady) return;
    const { results = [], timestamp, isWatermark } = this.#queue.takeReady();
    if (isWatermark) this.output.emitWatermark(timestamp);
    else for (const result of results) this.output.collect(result, timestamp);
    while (this.#excess.length > 0 && this.#queue.size < this.#config.capacity) {
      this.#admit(this.#excess.shift() as AsyncEntry);
    }
    this.#adjustHold();
    this.#emitSoon();
    if (this.#isEmpty) this.#onEmpty?.();
  };

  #createHost(): AsyncCallHost {
    const operator = this;
    return {
      retry: this.#retry,
      timeouts: this.#timeouts,
      get isFinishing() {
        return operator.#isFinishing;
      },
      register: (delayMs, callback) => {
        const { clock } = this.context;
        return clock.register(clock.now() + delayMs, callback);
      },
      runInTask: (action) => {
        if (!this.#isClosed) this.context.runInTask(action);
      },
      invoke: (value, future) => this.#invoke(value, future),
      onTimeout: (value, future) => {
        if (this.#function.timeout === undefined) return false;
        this.#function.timeout(value, future);
        return true;
      },
      onAnswered: (entry) => {
        this.#calls.delete(entry);
        this.#queue.onAnswered(entry);
        this.#emitSoon();
      },
      onFailed: (value, error) => this.context.fail(callFailure(value, error)),
      setWaiting: (call, isWaiting) => {
        if (isWaiting) this.#waiting.add(call);
        else this.#waiting.delete(call);
      },
    };
  }

  #invoke(value: unknown, future: ResultFuture<unknown>): void {
    const pending: unknown = this.#function.asyncInvoke(value, future);
    if (pending instanceof Promise) pending.catch((error: unknown) => future.completeExceptionally(error));
  }
}

function storedOf({ value, timestamp, isWatermark }: AsyncEntry): StoredElement<unknown> {
  return isWatermark ? { isWatermark: true, timestamp } : { value, timestamp };
}

/** A plain function as an object: its promise is the answer. */
function asObject(userFunction: unknown): AsyncFunction<unknown, unknown> {
  if (typeof userFunction !== 'function') return userFunction as AsyncFunction<unknown, unknown>;
  return {
    asyncInvoke: async (value, future) => {
      const answer: unknown = await (userFunction as (value: unknown) => unknown)(value);
      future.complete(Array.isArray(answer) ? answer : answer === undefined ? [] : [answer]);
    },
  };
}
