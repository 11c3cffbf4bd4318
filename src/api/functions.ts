/**
 * The contracts of user functions. The names and the order of calls are Flink's:
 *
 *   (initializeState) → open → elements, watermarks, timers, (snapshotState), notifications → close
 *
 * All calls of one function instance come from one thread, one after the other, and are synchronous: a function never
 * waits. Where a plain function is accepted, the object form (with `open`, `close` and state) is accepted too.
 */

import type { AnyStateDescriptor, StateOf } from '../state/keyed-state-backend.js';
import type { BroadcastState, OperatorStateStore, ReadonlyBroadcastState } from '../state/operator-state.js';
import type { OutputTag } from './output-tag.js';

/** Takes what a function emits. A record must not be changed after it was collected. */
export interface Collector<T> {
  collect(value: T): void;
}

/** Counters and other values that are added up over all subtasks when the job ends. */
export interface Accumulator<V = unknown> {
  add(value: V): void;
  getLocalValue(): unknown;
  resetLocal(): void;
  /** Folds what another subtask's accumulator holds (its local value) into this one. */
  merge(localValue: unknown): void;
}

/** What a function can learn about where it runs, and its keyed state. */
export interface RuntimeContext {
  getJobName(): string;
  /** Name of the operator. */
  getTaskName(): string;
  getIndexOfThisSubtask(): number;
  getNumberOfParallelSubtasks(): number;
  getMaxNumberOfParallelSubtasks(): number;
  /** 0 for the first execution, then one more a restart. */
  getAttemptNumber(): number;
  /** Keyed state by descriptor; only on keyed streams. Call it in `open`, keep the handle. */
  getState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D>;
  /** Registers an accumulator under a name, unique in the job. */
  addAccumulator(name: string, accumulator: Accumulator): void;
}

/** Whatever may have a lifecycle: the base of the object form of functions. */
export interface LifecycleFunction {
  /** Called once before the first element, after state was restored. */
  open?(): void;
  /** Called once at the end, also after a failure. */
  close?(): void;
}

/** A function with a lifecycle and a runtime context. */
export abstract class AbstractRichFunction implements LifecycleFunction {
  #context: RuntimeContext | undefined;

  open(): void {}
  close(): void {}

  /** Where the function runs, and its keyed state; from `open` on. */
  getRuntimeContext(): RuntimeContext {
    if (this.#context === undefined) throw new Error('The runtime context is available from open() on.');
    return this.#context;
  }

  /** Called by the operator before `open`. @internal */
  setRuntimeContext(context: RuntimeContext): void {
    this.#context = context;
  }
}

/** One element to one element, as an object. */
export interface MapFunction<IN, OUT> extends LifecycleFunction {
  map(value: IN): OUT;
}
/** One element to any number. */
export interface FlatMapFunction<IN, OUT> extends LifecycleFunction {
  flatMap(value: IN, out: Collector<OUT>): void;
}
/** Keeps the elements for which it returns true. */
export interface FilterFunction<T> extends LifecycleFunction {
  filter(value: T): boolean;
}
/** Folds the elements of a key: the value so far and the next one. */
export interface ReduceFunction<T> extends LifecycleFunction {
  reduce(a: T, b: T): T;
}
/** One element of either input to one element. */
export interface CoMapFunction<IN1, IN2, OUT> extends LifecycleFunction {
  map1(value: IN1): OUT;
  map2(value: IN2): OUT;
}
/** One element of either input to any number. */
export interface CoFlatMapFunction<IN1, IN2, OUT> extends LifecycleFunction {
  flatMap1(value: IN1, out: Collector<OUT>): void;
  flatMap2(value: IN2, out: Collector<OUT>): void;
}

/** A {@link MapFunction} with a runtime context. */
export abstract class RichMapFunction<IN, OUT> extends AbstractRichFunction implements MapFunction<IN, OUT> {
  abstract map(value: IN): OUT;
}
/** A {@link FlatMapFunction} with a runtime context. */
export abstract class RichFlatMapFunction<IN, OUT> extends AbstractRichFunction implements FlatMapFunction<IN, OUT> {
  abstract flatMap(value: IN, out: Collector<OUT>): void;
}
/** A {@link FilterFunction} with a runtime context. */
export abstract class RichFilterFunction<T> extends AbstractRichFunction implements FilterFunction<T> {
  abstract filter(value: T): boolean;
}

/** Which clock a timer follows. */
export type TimeDomain = 'EVENT_TIME' | 'PROCESSING_TIME';

/** Reads the clocks and registers timers of the current key. */
export interface TimerService {
  /** Milliseconds since the epoch. */
  currentProcessingTime(): number;
  /** The last watermark; {@link MIN_TIMESTAMP} before the first. */
  currentWatermark(): number;
  /** Calls `onTimer` once the watermark reaches the time; registering twice is registering once. Keyed streams only. */
  registerEventTimeTimer(time: number): void;
  /** Calls `onTimer` once the clock reaches the time. Keyed streams only. */
  registerProcessingTimeTimer(time: number): void;
  deleteEventTimeTimer(time: number): void;
  deleteProcessingTimeTimer(time: number): void;
}

/** What a process function sees beside the element. Valid during the call only. */
export interface ProcessContext {
  /** The element's (or timer's) timestamp; null when it has none. */
  timestamp(): number | null;
  timerService(): TimerService;
  /** Emits into a side output. */
  output<T>(tag: OutputTag<T>, value: T): void;
}
/** A {@link ProcessContext} on a keyed stream. */
export interface KeyedProcessContext<K> extends ProcessContext {
  getCurrentKey(): K;
}
/** What `onTimer` sees. */
export interface OnTimerContext<K> extends KeyedProcessContext<K> {
  timeDomain(): TimeDomain;
}

/** Any number of outputs an element, with side outputs and clocks. */
export abstract class ProcessFunction<IN, OUT> extends AbstractRichFunction {
  abstract processElement(value: IN, ctx: ProcessContext, out: Collector<OUT>): void;
}

/** The workhorse: elements of a key, keyed state, timers. */
export abstract class KeyedProcessFunction<K, IN, OUT> extends AbstractRichFunction {
  abstract processElement(value: IN, ctx: KeyedProcessContext<K>, out: Collector<OUT>): void;
  /** Called for each timer that is due; may register timers and emit. */
  onTimer(_timestamp: number, _ctx: OnTimerContext<K>, _out: Collector<OUT>): void {}
}

/** A {@link ProcessFunction} of two inputs. */
export abstract class CoProcessFunction<IN1, IN2, OUT> extends AbstractRichFunction {
  abstract processElement1(value: IN1, ctx: ProcessContext, out: Collector<OUT>): void;
  abstract processElement2(value: IN2, ctx: ProcessContext, out: Collector<OUT>): void;
}

/** A {@link KeyedProcessFunction} of two inputs with one key. */
export abstract class KeyedCoProcessFunction<K, IN1, IN2, OUT> extends AbstractRichFunction {
  abstract processElement1(value: IN1, ctx: KeyedProcessContext<K>, out: Collector<OUT>): void;
  abstract processElement2(value: IN2, ctx: KeyedProcessContext<K>, out: Collector<OUT>): void;
  onTimer(_timestamp: number, _ctx: OnTimerContext<K>, _out: Collector<OUT>): void {}
}

/** Names a broadcast state. */
export interface BroadcastStateName<K, V> {
  readonly name: string;
  readonly keyType: import('../state/type.js').Type<K>;
  readonly type: import('../state/type.js').Type<V>;
}
/** What the non-broadcast side of a broadcast function sees. */
export interface ReadOnlyBroadcastContext extends ProcessContext {
  getBroadcastState<K, V>(descriptor: BroadcastStateName<K, V>): ReadonlyBroadcastState<K, V>;
}
/** What the broadcast side sees: no key, no timers, and the right to change the state. */
export interface BroadcastContext {
  timestamp(): number | null;
  currentProcessingTime(): number;
  currentWatermark(): number;
  output<T>(tag: OutputTag<T>, value: T): void;
  getBroadcastState<K, V>(descriptor: BroadcastStateName<K, V>): BroadcastState<K, V>;
}
/** A {@link BroadcastContext} of a function whose other side is keyed. */
export interface KeyedBroadcastContext<K> extends BroadcastContext {
  /** Calls `visit` for every key that has state under the descriptor. */
  applyToKeyedState<D extends AnyStateDescriptor>(descriptor: D, visit: (key: K, state: StateOf<D>) => void): void;
}
/** A {@link KeyedProcessContext} that can read broadcast state. */
export interface KeyedReadOnlyBroadcastContext<K> extends KeyedProcessContext<K> {
  getBroadcastState<K2, V>(descriptor: BroadcastStateName<K2, V>): ReadonlyBroadcastState<K2, V>;
}

/** A stream that is connected to a broadcast one. */
export abstract class BroadcastProcessFunction<IN1, IN2, OUT> extends AbstractRichFunction {
  abstract processElement(value: IN1, ctx: ReadOnlyBroadcastContext, out: Collector<OUT>): void;
  abstract processBroadcastElement(value: IN2, ctx: BroadcastContext, out: Collector<OUT>): void;
}
/** A keyed stream that is connected to a broadcast one. */
export abstract class KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> extends AbstractRichFunction {
  abstract processElement(value: IN1, ctx: KeyedReadOnlyBroadcastContext<K>, out: Collector<OUT>): void;
  abstract processBroadcastElement(value: IN2, ctx: KeyedBroadcastContext<K>, out: Collector<OUT>): void;
  onTimer(_timestamp: number, _ctx: OnTimerContext<K> & KeyedReadOnlyBroadcastContext<K>, _out: Collector<OUT>): void {}
}

/** What a {@link CheckpointedFunction} gets when it is restored, or started afresh. */
export interface FunctionInitializationContext {
  /** True when there is a snapshot behind this start. */
  isRestored(): boolean;
  getOperatorStateStore(): OperatorStateStore;
}

/** A function with operator state of its own. */
export interface CheckpointedFunction {
  /** Called for every snapshot, between elements: fill the lists anew. */
  snapshotState(checkpoint: { readonly checkpointId: number; readonly timestamp: number }): void;
  /** Called once before `open`, fresh or restored: get the lists. */
  initializeState(context: FunctionInitializationContext): void;
}

/** A function that wants to know when a checkpoint is complete. Notices are best effort: n means "n and all before". */
export interface CheckpointListener {
  notifyCheckpointComplete(checkpointId: number): void;
  notifyCheckpointAborted?(checkpointId: number): void;
}

/** Chooses a channel for a key: a number from 0 to `numChannels - 1`. */
export type Partitioner<K> = (key: K, numChannels: number) => number;
