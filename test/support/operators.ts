/** Short ways to make operators in tests. */

import type { OperatorSpec } from '../../src/graph/transformation.js';
import { createOperator } from '../../src/operators/operator-factory.js';
import type { StreamOperator } from '../../src/operators/stream-operator.js';
import type { Emitted } from '../../src/testing/harness-output.js';
import { OperatorTestHarness, type OperatorTestHarnessOptions } from '../../src/testing/operator-test-harness.js';

type Functions = Readonly<Record<string, unknown>>;

/** The operator of a spec; it is keyed when there is a `keySelector`. */
export function operatorOf(spec: OperatorSpec, functions: Functions): StreamOperator {
  const keyed = [functions['keySelector'] !== undefined, functions['keySelector2'] !== undefined];
  return createOperator({ name: `test ${spec.type}`, spec, keyed }, functions);
}

/** A harness with one open subtask. */
export async function openHarness(
  operator: StreamOperator | (() => StreamOperator),
  options: Omit<OperatorTestHarnessOptions, 'createOperator'> = {},
): Promise<OperatorTestHarness> {
  const createOperator = typeof operator === 'function' ? operator : () => operator;
  const harness = new OperatorTestHarness({ ...options, createOperator });
  await harness.open();
  return harness;
}

/** What was put out, shortly: a record's value (a side output's under its tag), `wm 5`, `idle`, `active`. */
export function brief(output: readonly Emitted[]): unknown[] {
  return output.map((emitted) => {
    if (emitted.kind === 'watermark') return `wm ${emitted.timestamp}`;
    if (emitted.kind === 'status') return emitted.isIdle ? 'idle' : 'active';
    return emitted.tag === undefined ? emitted.value : { [emitted.tag]: emitted.value };
  });
}

/** Values and timestamps of the records on the main output. */
export function timed(output: readonly Emitted[]): unknown[] {
  return output.flatMap((emitted) => (emitted.kind === 'record' ? [[emitted.value, emitted.timestamp]] : []));
}
