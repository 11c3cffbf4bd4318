/**
 * The shape of a record: its fields in order, and what kind of value each holds. Shapes are learnt from the records
 * themselves, compiled into an encoder and a decoder (`shape-compiler.ts`), and sent to the receiver as JSON. A field
 * whose kind changes from record to record becomes `any`; so a record type needs few shapes, whatever is null in it.
 */

/** What a codec is generated from. @internal */
export type Shape =
  | { readonly kind: 'number' | 'string' | 'boolean' | 'any' }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, shape: Shape])[] }
  | { readonly kind: 'array'; readonly of: Shape };

/** Generated code grows with the fields, so wide records travel as dynamic values. */
const FIELDS_MAX = 128;
/** Deeper parts travel as dynamic values. */
const DEPTH_MAX = 6;

const ANY: Shape = { kind: 'any' };

/** The shape of a record; undefined when it has none and travels as a dynamic value. @internal */
export function learnShape(record: unknown): Shape | undefined {
  const shape = learn(record, 0);
  return shape.kind === 'any' || countFields(shape) > FIELDS_MAX ? undefined : shape;
}

/**
 * The shape that fits whatever fits `a` or `b`. `any` when the two have nothing in common, such as objects with other
 * fields.
 *
 * @internal
 */
export function widenShape(a: Shape, b: Shape): Shape {
  if (a.kind === 'object' && b.kind === 'object') {
    if (!hasSameFields(a.fields, b.fields)) return ANY;
    return {
      kind: 'object',
      fields: a.fields.map(([name, shape], index) => [name, widenShape(shape, b.fields[index]?.[1] ?? ANY)] as const),
    };
  }
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', of: widenShape(a.of, b.of) };
  return a.kind === b.kind ? a : ANY;
}

/** Numbers, strings and flags in a shape, nested ones included. @internal */
export function countFields(shape: Shape): number {
  if (shape.kind === 'object') return shape.fields.reduce((sum, [, field]) => sum + countFields(field), 1);
  return shape.kind === 'array' ? 1 + countFields(shape.of) : 1;
}

function learn(value: unknown, depth: number): Shape {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return { kind: typeof value as 'number' | 'string' | 'boolean' };
    case 'object':
      if (value === null || depth >= DEPTH_MAX) return ANY;
      if (Array.isArray(value)) return learnArray(value, depth);
      return Object.getPrototypeOf(value) === Object.prototype ? learnObject(value as object, depth) : ANY;
    default:
      return ANY;
  }
}

function learnArray(values: readonly unknown[], depth: number): Shape {
  if (values.length === 0) return { kind: 'array', of: ANY };
  let of = learn(values[0], depth + 1);
  for (let index = 1; index < values.length && of.kind !== 'any'; index++) {
    of = widenShape(of, learn(values[index], depth + 1));
  }
  return { kind: 'array', of };
}

function learnObject(value: object, depth: number): Shape {
  const names = Object.keys(value);
  // The encoder tells plain objects by `constructor`; and `__proto__` in a literal would not make a field.
  if (names.length > FIELDS_MAX || names.includes('__proto__') || names.includes('constructor')) return ANY;
  const fields = names.map((name) => [name, learn((value as Record<string, unknown>)[name], depth + 1)] as const);
  return { kind: 'object', fields };
}

function hasSameFields(a: readonly (readonly [string, Shape])[], b: readonly (readonly [string, Shape])[]): boolean {
  return a.length === b.length && a.every(([name], index) => name === b[index]?.[0]);
}
