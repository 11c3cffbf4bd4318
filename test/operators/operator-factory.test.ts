import { describe, expect, it } from 'vitest';
import { BaseOperator } from '../../src/operators/base-operator.js';
import { registerOperator } from '../../src/operators/operator-factory.js';
import { openHarness, operatorOf } from '../support/operators.js';

describe('the operator factory', () => {
  it('makes operators that were registered under a name', async () => {
    class Constant extends BaseOperator {
      readonly #value: unknown;

      constructor(value: unknown) {
        super();
        this.#value = value;
      }

      processElement(_value: unknown, timestamp: number): void {
        this.output.collect(this.#value, timestamp);
      }
    }
    registerOperator('constant', (config) => new Constant(config));
    const harness = await openHarness(operatorOf({ type: 'custom', operator: 'constant', config: 42 }, {}));

    harness.processElement('anything', 7);

    expect(harness.output).toEqual([{ kind: 'record', subtask: 0, value: 42, timestamp: 7 }]);
  });

  it('names an operator that nobody registered', () => {
    const spec = { type: 'custom', operator: 'window', config: {} } as const;

    expect(() => operatorOf(spec, {})).toThrow('There is no operator "window" in this version.');
  });

  it('names what is missing when a function has the wrong form', () => {
    expect(() => operatorOf({ type: 'map' }, { function: { filter: () => true } })).toThrow(/a method "map"/);
  });

  it('takes a key selector in object form', async () => {
    const keySelector = { getKey: (value: string) => value[0] };
    const operator = operatorOf({ type: 'reduce' }, { function: (a: string, b: string) => a + b, keySelector });
    const harness = await openHarness(operator, { keySelectors: [(value: string) => value[0]] });

    for (const value of ['ab', 'bc', 'ad']) harness.processElement(value);

    expect(harness.output.map((emitted) => emitted.kind === 'record' && emitted.value)).toEqual(['ab', 'bc', 'abad']);
  });
});
