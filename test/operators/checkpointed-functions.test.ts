import { expect, it } from 'vitest';
import {
  type CheckpointedFunction,
  type CheckpointListener,
  type FunctionInitializationContext,
  RichMapFunction,
} from '../../src/api/functions.js';
import type { OperatorListState } from '../../src/state/operator-state.js';
import { Types } from '../../src/state/types.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness, operatorOf } from '../support/operators.js';

/** Holds every element back until the next one; what it holds is operator state. */
class Delay extends RichMapFunction<string, string> implements CheckpointedFunction, CheckpointListener {
  readonly notices: string[] = [];
  #held: string[] = [];
  #state!: OperatorListState<string>;

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState({ name: 'held', type: Types.STRING });
    if (context.isRestored()) this.#held = [...this.#state.get()];
  }

  override map(value: string): string {
    this.#held.push(value);
    return this.#held.length > 1 ? (this.#held.shift() as string) : '-';
  }

  snapshotState(): void {
    this.#state.update(this.#held);
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.notices.push(`complete ${checkpointId}`);
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.notices.push(`aborted ${checkpointId}`);
  }
}

it('keeps the operator state of a function over restores', async () => {
  await checkOperator({
    operator: () => operatorOf({ type: 'map' }, { function: new Delay() }),
    steps: ['a', 'b', 'c', 'd'].map((element) => ({ element })),
    expected: ['-', 'a', 'b', 'c'],
    // What is held in one subtask comes out behind the next element of that subtask.
    rescales: false,
  });
});

it('deals the list out when the parallelism changes, and loses nothing', async () => {
  const harness = await openHarness(() => operatorOf({ type: 'map' }, { function: new Delay() }), { parallelism: 3 });
  for (const [index, value] of ['a', 'b', 'c'].entries()) harness.processElement(value, 0, 0, index);
  harness.output.length = 0;

  await harness.restore(await harness.snapshot(), { parallelism: 1 });
  for (const value of ['x', 'y', 'z']) harness.processElement(value);

  expect(brief(harness.output)).toEqual(['a', 'b', 'c']);
});

it('tells a function that a checkpoint is complete or was given up', async () => {
  const userFunction = new Delay();
  const operator = operatorOf({ type: 'map' }, { function: userFunction });
  const harness = await openHarness(operator);

  await harness.notifyCheckpointComplete(3);
  operator.notifyCheckpointAborted(4);

  expect(userFunction.notices).toEqual(['complete 3', 'aborted 4']);
});
