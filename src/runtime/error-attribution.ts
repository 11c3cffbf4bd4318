/**
 * Remembers which operator of a pipeline an error came from. Compiled chains attribute an error where it is thrown; the
 * innermost operator wins, and the task wraps the error once, with the operator's name.
 */

const origins = new WeakMap<object, number>();

/** Notes the operator's index, unless one nearer to the throw was noted; returns the error as an object. @internal */
export function attributeError(error: unknown, operatorIndex: number): unknown {
  const object = error instanceof Object ? error : new Error(String(error));
  if (!origins.has(object)) origins.set(object, operatorIndex);
  return object;
}

/** The index of the operator that an error came from, if it was noted. @internal */
export function originOf(error: unknown): number | undefined {
  return error instanceof Object ? origins.get(error) : undefined;
}
