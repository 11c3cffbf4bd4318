/**
 * `testHarness`: drives one process function as its task would, with real state and timers: records, watermarks and time in;
 * what it emits out. Snapshots go through the bytes that a job would write.
 */

import {
  BroadcastProcessFunction,
  type BroadcastStateName,
  CoProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  type ProcessFunction,
} from '../api/functions.js';
import type { OutputTag } from '../api/output-tag.js';
import { FlinkError } from '../common/errors.js';
import { NO_TIMESTAMP } from '../common/time.js';
import type { OperatorSpec } from '../graph/transformation.js';
import { createOperator } from '../operators/operator-factory.js';
import type { Type } from '../state/type.js';
import { type HarnessSnapshot, OperatorTestHarness, type OperatorTestHarnessOptions } from './operator-test-harness.js';

/** A function, or what makes one: each subtask and each restore needs its own, as in a job. */
type Made<F extends object> = F | (() => F);

/** Settings of any function under test. */
export interface FunctionHarnessOptions {
  /** More than 1 needs a factory: `testHarness(() => new Odometer(), …)`. */
  readonly parallelism?: number;
  readonly maxParallelism?: number;
  /** Where the clock starts, in milliseconds. */
  readonly startTime?: number;
  /** The broadcast states of a broadcast function, as they are given to `broadcast(…)`. */
  // biome-ignore lint/suspicious/noExplicitAny: descriptors of any types.
  readonly broadcastStates?: readonly BroadcastStateName<any, any>[];
}

/** Settings of a function on a keyed stream. */
export interface KeyedHarnessOptions<K, IN> extends FunctionHarnessOptions {
  readonly keyBy: (value: IN) => K;
  readonly keyType?: Type<K>;
}

/** Settings of a keyed function of two inputs. */
export interface KeyedCoHarnessOptions<K, IN1, IN2> extends KeyedHarnessOptions<K, IN1> {
  readonly keyBy2: (value: IN2) => K;
}

/**
 * Opens a harness for a process function.
 *
 * ```ts
 * const harness = await testHarness(new Odometer(), { keyBy: (ride: Ride) => ride.taxi });
 * harness.send({ taxi: 'a', metres: 5 });
 * expect(harness.outputs).toEqual(['a 5']);
 * ```
 */
export async function testHarness<K, IN1, IN2, OUT>(
  userFunction: Made<KeyedBroadcastProcessFunction<K, IN1, IN2, OUT>>,
  options: KeyedHarnessOptions<K, IN1>,
): Promise<FunctionHarness<IN1, IN2, OUT>>;
/** Opens a harness for a function on a keyed stream. */
export async function testHarness<K, IN, OUT>(
  userFunction: Made<KeyedProcessFunction<K, IN, OUT>>,
  options: KeyedHarnessOptions<K, IN>,
): Promise<FunctionHarness<IN, never, OUT>>;
/** Opens a harness for a function of two keyed streams. */
export async function testHarness<K, IN1, IN2, OUT>(
  userFunction: Made<KeyedCoProcessFunction<K, IN1, IN2, OUT>>,
  options: KeyedCoHarnessOptions<K, IN1, IN2>,
): Promise<FunctionHarness<IN1, IN2, OUT>>;
/** Opens a harness for a function of two streams without keys. */
export async function testHarness<IN1, IN2, OUT>(
  userFunction: Made<CoProcessFunction<IN1, IN2, OUT>> | Made<BroadcastProcessFunction<IN1, IN2, OUT>>,
  options?: FunctionHarnessOptions,
): Promise<FunctionHarness<IN1, IN2, OUT>>;
/** Opens a harness for a function on a stream without keys. */
export async function testHarness<IN, OUT>(
  userFunction: Made<ProcessFunction<IN, OUT>>,
  options?: FunctionHarnessOptions,
): Promise<FunctionHarness<IN, never, OUT>>;
/** Opens a harness for an operator: what the engine's own operators are tested with. */
export async function testHarness(options: OperatorTestHarnessOptions): Promise<OperatorTestHarness>;
/** Opens a harness; see the overloads. */
export async function testHarness(
  tested: object,
  options: AnyOptions = {},
): Promise<FunctionHarness<unknown, unknown, unknown> | OperatorTestHarness> {
  if ('createOperator' in tested) {
    const harness = new OperatorTestHarness(tested as OperatorTestHarnessOptions);
    await harness.open();
    return harness;
  }
  const functionHarness = new FunctionHarness<unknown, unknown, unknown>(
    harnessOptions(tested, options),
    isBroadcast(tested),
  );
  await functionHarness.open();
  return functionHarness;
}

type AnyOptions = Partial<KeyedCoHarnessOptions<unknown, never, never>>;

/** A process function under test; see {@link testHarness}. */
export class FunctionHarness<IN1, IN2, OUT> {
  readonly #harness: OperatorTestHarness;
  readonly #isBroadcast: boolean;

  /** Made by {@link testHarness}. @internal */
  constructor(options: OperatorTestHarnessOptions, isBroadcast: boolean) {
    this.#harness = new OperatorTestHarness(options);
    this.#isBroadcast = isBroadcast;
  }

  /** Opens the function. @internal */
  async open(): Promise<void> {
    await this.#harness.open();
  }

  /** What the function emitted, in order. */
  get outputs(): readonly OUT[] {
    return this.#records(undefined).map(({ value }) => value as OUT);
  }

  /** What the function emitted, with timestamps; `-Infinity` where there is none. */
  get timestamped(): readonly { readonly value: OUT; readonly timestamp: number }[] {
    return this.#records(undefined).map(({ value, timestamp }) => ({ value: value as OUT, timestamp }));
  }

  /** What the function emitted into a side output. */
  sideOutput<T>(tag: OutputTag<T>): readonly T[] {
    return this.#records(tag.id).map(({ value }) => value as T);
  }

  /** A record of the first, or only, input. */
  send(value: IN1, timestamp = NO_TIMESTAMP): void {
    this.#harness.processElement(value, timestamp, 0);
  }

  /** A record of the second input; of a broadcast one it reaches every subtask. */
  send2(value: IN2, timestamp = NO_TIMESTAMP): void {
    if (this.#isBroadcast) this.#harness.broadcastElement(value, timestamp);
    else this.#harness.processElement(value, timestamp, 1);
  }

  /** A watermark of all inputs: event-time timers up to it fire. */
  advanceWatermark(timestamp: number): void {
    this.#harness.processWatermark(timestamp);
  }

  /** Moves the clock to `time`: processing-time timers up to it fire. */
  advanceProcessingTime(time: number): void {
    this.#harness.setProcessingTime(time);
  }

  /** Takes a snapshot; {@link FunctionHarness.restore} starts from it. */
  async snapshot(): Promise<HarnessSnapshot> {
    return await this.#harness.snapshot();
  }

  /** Closes the function and starts it again from a snapshot, perhaps with another parallelism. Outputs stay. */
  async restore(snapshot: HarnessSnapshot, options: { parallelism?: number; time?: number } = {}): Promise<void> {
    await this.#harness.restore(snapshot, options);
  }

  /** The end of all inputs: the last watermark, and what the function does then. */
  async finish(): Promise<void> {
    await this.#harness.endInput();
    await this.close();
  }

  /** Closes the function. */
  async close(): Promise<void> {
    await this.#harness.close();
  }

  #records(tag: string | undefined) {
    return this.#harness.output.filter((emitted) => emitted.kind === 'record' && emitted.tag === tag) as {
      readonly value: unknown;
      readonly timestamp: number;
    }[];
  }
}

function harnessOptions(tested: object, options: AnyOptions): OperatorTestHarnessOptions {
  const { keyBy, keyBy2, keyType, broadcastStates = [], ...rest } = options;
  const create = typeof tested === 'function' ? (tested as () => object) : () => tested;
  if (typeof tested !== 'function' && (options.parallelism ?? 1) > 1) {
    throw new FlinkError('VALUE_INVALID', 'A function under test with a parallelism needs a factory: () => new …().');
  }
  const type = operatorType(create());
  const hasTwoInputs = type !== 'process' && type !== 'keyedProcess';
  const second = type === 'keyedCoProcess' ? keyBy2 : undefined;
  const keyed = hasTwoInputs ? [keyBy !== undefined, second !== undefined] : [keyBy !== undefined];
  return {
    ...rest,
    inputs: hasTwoInputs ? 2 : 1,
    ...(keyBy !== undefined && { keySelectors: hasTwoInputs ? [keyBy, second] : [keyBy] }),
    keyType: keyType as Type<never> | undefined,
    createOperator: () =>
      createOperator(
        { name: 'function under test', spec: { type } as OperatorSpec, keyed },
        { function: create(), keySelector1: keyBy, keySelector2: second, keyType, broadcastStates },
      ),
  };
}

function operatorType(userFunction: object) {
  if (userFunction instanceof KeyedProcessFunction) return 'keyedProcess';
  if (userFunction instanceof KeyedCoProcessFunction) return 'keyedCoProcess';
  if (userFunction instanceof CoProcessFunction) return 'coProcess';
  if (userFunction instanceof KeyedBroadcastProcessFunction) return 'keyedBroadcastProcess';
  return userFunction instanceof BroadcastProcessFunction ? 'broadcastProcess' : 'process';
}

function isBroadcast(tested: object): boolean {
  const type = operatorType(typeof tested === 'function' ? (tested as () => object)() : tested);
  return type === 'broadcastProcess' || type === 'keyedBroadcastProcess';
}
