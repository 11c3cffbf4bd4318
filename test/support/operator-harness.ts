/**
 * One call runs an operator's case in every mode: undisturbed; snapshotted at every pause, the snapshots thrown away;
 * snapshotted and restored into a fresh instance at every pause, and at every other one; rescaled from 1 to 3 to 2 subtasks;
 * with room for one record downstream. Every mode must put out the same.
 *
 * A restored operator starts without a watermark: the check sends it the last one again, and compares records only.
 */

import { expect } from 'vitest';
import type { OperatorEvent, StreamOperator } from '../../src/operators/stream-operator.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import { OperatorTestHarness, type OperatorTestHarnessOptions } from '../../src/testing/operator-test-harness.js';

/** One thing that happens to the operator. */
export type Step =
  | { readonly element: unknown; readonly timestamp?: number; readonly input?: 0 | 1 }
  /** An element of the second input that every subtask gets. */
  | { readonly broadcast: unknown; readonly timestamp?: number }
  | { readonly watermark: number; readonly input?: 0 | 1 }
  | { readonly idle: boolean; readonly input?: 0 | 1 }
  | { readonly time: number }
  /** An event of the enumerator to the first subtask. */
  | { readonly event: OperatorEvent }
  /** One poll of each subtask. */
  | { readonly poll: number }
  /** Polls until nothing is left. */
  | { readonly drain: true }
  | { readonly end: true };

/** An operator and what happens to it. */
export interface OperatorCase extends Omit<OperatorTestHarnessOptions, 'createOperator' | 'parallelism'> {
  /** Makes a fresh operator; `effects` takes what a sink does to the outside. */
  readonly operator: (effects: unknown[]) => StreamOperator;
  readonly steps: readonly Step[];
  /** The records of the undisturbed run: value, or [value, timestamp], as `withTimestamps` says. */
  readonly expected: readonly unknown[];
  readonly withTimestamps?: boolean;
  /** What a sink did, in any order. */
  readonly effects?: readonly unknown[];
  /** False where several subtasks give another result by nature. */
  readonly rescales?: boolean;
  /** The key of an output record; per key the order must be kept when restored, over all keys it need not. */
  readonly outputKey?: (value: never) => unknown;
  /** False: after a restore records are compared as a multiset. */
  readonly ordered?: boolean;
}

interface Mode {
  readonly name: string;
  readonly capacity?: number;
  /** What is done before step `index` of `count`. */
  readonly pause?: (index: number, count: number) => Pause | undefined;
}
type Pause = { readonly kind: 'discard' } | { readonly kind: 'restore'; readonly parallelism?: number };

const RESTORE: Pause = { kind: 'restore' };

const MODES: readonly Mode[] = [
  { name: 'undisturbed' },
  { name: 'snapshots thrown away', pause: () => ({ kind: 'discard' }) },
  { name: 'restored at every pause', pause: () => RESTORE },
  { name: 'restored at every other pause', pause: (index) => (index % 2 === 1 ? RESTORE : undefined) },
  { name: 'rescaled 1 to 3 to 2', pause: rescale },
  { name: 'room for one record', capacity: 1 },
];

function rescale(index: number, count: number): Pause | undefined {
  if (index === Math.floor(count / 3)) return { kind: 'restore', parallelism: 3 };
  return index === Math.floor((2 * count) / 3) ? { kind: 'restore', parallelism: 2 } : undefined;
}

/** Runs the case in every mode and compares. */
export async function checkOperator(testCase: OperatorCase): Promise<void> {
  let undisturbed: ModeResult | undefined;
  for (const mode of MODES) {
    const isRescaled = mode.pause === rescale;
    if (isRescaled && testCase.rescales === false) continue;
    const result = await runMode(testCase, mode);
    undisturbed ??= result;
    const records = result.output.filter((emitted) => emitted.kind === 'record').map((each) => shown(testCase, each));
    const isRestored = mode.pause !== undefined && mode.name !== 'snapshots thrown away';
    const isExact = !isRestored || (!isRescaled && testCase.outputKey === undefined && testCase.ordered !== false);
    compareRecords(testCase, records, isExact, mode.name);
    if (testCase.effects !== undefined) {
      expect(sorted(result.effects), `effects, ${mode.name}`).toEqual(sorted(testCase.effects));
    }
    if (isRestored) continue;
    expect(marks(result), `watermarks and statuses, ${mode.name}`).toEqual(marks(undisturbed));
  }
}

/** Exactly, or per key where timers of one time may come in another order after a restore, as in Flink. */
function compareRecords(testCase: OperatorCase, records: unknown[], isExact: boolean, mode: string): void {
  if (isExact) {
    expect(records, mode).toEqual(testCase.expected);
    return;
  }
  expect(sorted(records), mode).toEqual(sorted(testCase.expected));
  const keyOf = testCase.outputKey;
  if (keyOf === undefined) return;
  const recordOf = (record: unknown) => (testCase.withTimestamps ? (record as unknown[])[0] : record) as never;
  for (const key of new Set(testCase.expected.map((record) => keyOf(recordOf(record))))) {
    const ofKey = (record: unknown) => keyOf(recordOf(record)) === key;
    expect(records.filter(ofKey), `key ${String(key)}, ${mode}`).toEqual(testCase.expected.filter(ofKey));
  }
}

interface ModeResult {
  readonly output: readonly Emitted[];
  readonly effects: readonly unknown[];
}

async function runMode(testCase: OperatorCase, mode: Mode): Promise<ModeResult> {
  const effects: unknown[] = [];
  const harness = new OperatorTestHarness({
    ...testCase,
    createOperator: () => testCase.operator(effects),
    ...(mode.capacity !== undefined && { outputCapacity: mode.capacity }),
  });
  const inputs = new InputMarks();
  let elements = 0;
  await harness.open();
  for (const [index, step] of testCase.steps.entries()) {
    const pause = mode.pause?.(index, testCase.steps.length);
    if (pause !== undefined) await takePause(harness, pause, inputs);
    await perform(harness, step, elements++);
    inputs.note(step);
    await harness.settle();
  }
  await harness.notifyCheckpointComplete((await harness.snapshot()).checkpointId);
  await harness.close();
  return { output: harness.output, effects };
}

async function takePause(harness: OperatorTestHarness, pause: Pause, inputs: InputMarks): Promise<void> {
  const snapshot = await harness.snapshot();
  if (pause.kind === 'discard') {
    await harness.notifyCheckpointComplete(snapshot.checkpointId);
    return;
  }
  await harness.restore(snapshot, pause.parallelism === undefined ? {} : { parallelism: pause.parallelism });
  inputs.replay(harness);
}

/** What was said last of each input's time. */
class InputMarks {
  readonly #watermarks = new Map<0 | 1 | undefined, number>();

  note(step: Step): void {
    if ('watermark' in step) this.#watermarks.set(step.input, step.watermark);
  }

  replay(harness: OperatorTestHarness): void {
    for (const [input, watermark] of this.#watermarks) harness.processWatermark(watermark, input);
  }
}

async function perform(harness: OperatorTestHarness, step: Step, index: number): Promise<void> {
  if ('element' in step) {
    harness.processElement(step.element, step.timestamp, step.input, index % harness.parallelism);
  } else if ('broadcast' in step) harness.broadcastElement(step.broadcast, step.timestamp);
  else if ('watermark' in step) harness.processWatermark(step.watermark, step.input);
  else if ('idle' in step) harness.processStatus(step.idle, step.input);
  else if ('time' in step) harness.setProcessingTime(step.time);
  else if ('event' in step) harness.sendEvent(step.event);
  else if ('poll' in step) pollAll(harness, step.poll);
  else if ('drain' in step) drain(harness);
  else await harness.endInput();
}

function pollAll(harness: OperatorTestHarness, maxRecords: number): boolean {
  let isMore = false;
  for (let subtask = 0; subtask < harness.parallelism; subtask++) {
    isMore = harness.poll(maxRecords, subtask) === 'MORE_AVAILABLE' || isMore;
  }
  return isMore;
}

function drain(harness: OperatorTestHarness): void {
  let idlePolls = 0;
  for (let before = harness.output.length; pollAll(harness, 2); before = harness.output.length) {
    idlePolls = harness.output.length === before ? idlePolls + 1 : 0;
    expect(idlePolls, 'polls without a record, though more was said to be available').toBeLessThan(100);
  }
}

function shown(testCase: OperatorCase, emitted: Emitted): unknown {
  if (emitted.kind !== 'record') return undefined;
  const value = emitted.tag === undefined ? emitted.value : { [emitted.tag]: emitted.value };
  return testCase.withTimestamps ? [value, emitted.timestamp] : value;
}

function marks(result: ModeResult): unknown[] {
  return result.output.filter((emitted) => emitted.kind !== 'record');
}

function sorted(values: readonly unknown[]): unknown[] {
  return [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
