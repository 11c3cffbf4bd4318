/**
 * `sum`, `min`, `max`, `minBy`, `maxBy` on a keyed stream: rolling aggregates of one field of tuples (arrays) or objects.
 * `sum`, `min` and `max` keep the other fields of the key's first element; `minBy` and `maxBy` keep the whole element.
 */

import { FlinkError } from '../common/errors.js';
import type { RollingAggregate } from '../graph/transformation.js';
import type { Type } from '../state/type.js';
import type { KeyBinding } from './key-binding.js';
import { ReduceOperator } from './reduce-operator.js';

/** Which aggregate of which field. @internal */
export interface AggregateSpec {
  readonly kind: RollingAggregate;
  /** A field's name, or the index in a tuple. */
  readonly field: string | number;
  /** `minBy`, `maxBy`: on ties keep the first element (true) or the newest. */
  readonly first: boolean;
}

/** Aggregates a field by key. @internal */
export class AggregateOperator extends ReduceOperator {
  constructor(spec: AggregateSpec, keys: KeyBinding, type?: Type<unknown>) {
    super(foldOf(spec), keys, type);
  }
}

type Fields = Record<string | number, unknown>;

/** The step from the aggregate so far and an element to the aggregate with it; neither is changed. @internal */
export function foldOf(spec: AggregateSpec): (a: unknown, b: unknown) => unknown {
  const { kind, field, first } = spec;
  switch (kind) {
    case 'sum':
      return (a, b) => withField(a, field, add(fieldOf(a, spec), fieldOf(b, spec), spec));
    case 'min':
      return (a, b) => (compare(fieldOf(a, spec), fieldOf(b, spec)) <= 0 ? a : withField(a, field, fieldOf(b, spec)));
    case 'max':
      return (a, b) => (compare(fieldOf(a, spec), fieldOf(b, spec)) >= 0 ? a : withField(a, field, fieldOf(b, spec)));
    case 'minBy':
      return (a, b) => {
        const order = compare(fieldOf(a, spec), fieldOf(b, spec));
        return order < 0 || (order === 0 && first) ? a : b;
      };
    case 'maxBy':
      return (a, b) => {
        const order = compare(fieldOf(a, spec), fieldOf(b, spec));
        return order > 0 || (order === 0 && first) ? a : b;
      };
  }
}

function fieldOf(value: unknown, spec: AggregateSpec): unknown {
  const field = typeof value === 'object' && value !== null ? (value as Fields)[spec.field] : undefined;
  if (field === undefined || field === null) {
    throw new FlinkError(
      'VALUE_INVALID',
      `${spec.kind}(${JSON.stringify(spec.field)}) found an element without the field.`,
    );
  }
  return field;
}

function add(a: unknown, b: unknown, spec: AggregateSpec): unknown {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  throw new FlinkError(
    'VALUE_INVALID',
    `${spec.kind}(${JSON.stringify(spec.field)}) needs numbers or bigints, not ${typeof a} and ${typeof b}.`,
  );
}

function compare(a: unknown, b: unknown): number {
  if ((a as number) < (b as number)) return -1;
  return (a as number) > (b as number) ? 1 : 0;
}

/** A copy with one field changed: emitted records are never changed. */
function withField(value: unknown, field: string | number, changed: unknown): unknown {
  if (Array.isArray(value)) {
    const copy = value.slice();
    copy[field as number] = changed;
    return copy;
  }
  const object = value as Fields;
  const prototype = Object.getPrototypeOf(object);
  if (prototype === Object.prototype) return { ...object, [field]: changed };
  const copy = Object.create(prototype, Object.getOwnPropertyDescriptors(object)) as Fields;
  copy[field] = changed;
  return copy;
}
