/**
 * Assertions of invariants. A failed assertion is a bug of flink-ts, never a user's mistake: what can happen in use is a
 * `FlinkError` with a code.
 */

/** Throws when an invariant of the engine does not hold. @internal */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`);
}

/** Marks a branch that the types exclude, such as the default of an exhaustive `switch`. @internal */
export function unreachable(value: never): never {
  throw new Error(`Broken invariant: unexpected value ${JSON.stringify(value)}`);
}
