/**
 * Ties an operator to the keys of its inputs: which selector takes the key out of a record, and the backend that is told.
 * An operator on a stream that is not keyed has no binding.
 */

import type { NodeFunctions } from '../graph/transformation.js';
import type { KeyedStateBackend } from '../state/keyed-state-backend.js';
import type { Type } from '../state/type.js';
import type { OperatorContext } from './stream-operator.js';

/** Takes the key out of a record. @internal */
export type KeySelector<K = unknown> = (value: unknown) => K;

/** The keys of an operator's inputs. @internal */
export class KeyBinding<K = unknown> {
  readonly #selector1: KeySelector<K>;
  readonly #selector2: KeySelector<K>;
  readonly #keyType: Type<K> | undefined;
  #backend!: KeyedStateBackend<K>;

  constructor(selector1: KeySelector<K>, selector2: KeySelector<K>, keyType: Type<K> | undefined) {
    this.#selector1 = selector1;
    this.#selector2 = selector2;
    this.#keyType = keyType;
  }

  /** Asks the task for the backend; called once, when state is initialised. */
  bind(context: OperatorContext): void {
    this.#backend = context.keyedStateBackend(this.#keyType);
  }

  get backend(): KeyedStateBackend<K> {
    return this.#backend;
  }

  /** The key of a record of the first input. */
  keyOf(value: unknown): K {
    return (0, this.#selector1)(value);
  }

  /** The key of a record of the second input. */
  keyOf2(value: unknown): K {
    return (0, this.#selector2)(value);
  }

  /** Makes the key of a record of the first input the current one. */
  select(value: unknown, keyGroup: number): void {
    this.#backend.setCurrentKey((0, this.#selector1)(value), keyGroup);
  }

  /** Makes the key of a record of the second input the current one. */
  select2(value: unknown, keyGroup: number): void {
    this.#backend.setCurrentKey((0, this.#selector2)(value), keyGroup);
  }
}

/** The binding of a node: undefined unless one of its inputs is keyed. @internal */
export function keyBindingOf(keyed: readonly boolean[], functions: NodeFunctions): KeyBinding | undefined {
  if (!keyed.includes(true)) return undefined;
  const selector1 = asSelector(functions['keySelector1'] ?? functions['keySelector']);
  const selector2 = asSelector(functions['keySelector2'] ?? functions['keySelector']);
  const keyType = functions['keyType'] as Type<unknown> | undefined;
  return new KeyBinding(selector1, selector2, keyType);
}

/** A selector may be an object with `getKey`, as in Flink. */
function asSelector(selector: unknown): KeySelector {
  if (typeof selector === 'function') return selector as KeySelector;
  const object = selector as { getKey?: KeySelector } | undefined;
  if (typeof object?.getKey === 'function') return object.getKey.bind(object);
  return () => undefined;
}
