/**
 * Takes plain functions and function objects alike, and gives each operator a step of its own: generated code, so that two
 * operators never share the inline caches of the call into user code. The step also notices a promise, which would
 * otherwise travel on as a record.
 */

import { FlinkError } from '../common/errors.js';

/** A step from one value to a result. @internal */
export type UserStep<R = unknown> = (value: unknown) => R;

type AnyFunction = (...args: unknown[]) => unknown;

/** The function itself, or the method of a function object, bound to it. @internal */
export function callableOf(userFunction: unknown, method: string): AnyFunction {
  if (typeof userFunction === 'function') return userFunction as AnyFunction;
  const member = (userFunction as Record<string, unknown> | null | undefined)?.[method];
  if (typeof member !== 'function') {
    throw new FlinkError('GRAPH_INVALID', `A function, or an object with a method "${method}", is needed.`);
  }
  return (member as AnyFunction).bind(userFunction);
}

/** A step that calls the user function (or its `method`) and refuses promises, naming `operation`. @internal */
export function userStep<R = unknown>(userFunction: unknown, method: string, operation: string): UserStep<R> {
  const callable = callableOf(userFunction, method);
  const refuse = (): never => refusePromise(operation);
  return new Function(
    'call',
    'refuse',
    'return (value) => { const result = call(value); if (typeof result === "object" && result instanceof Promise) refuse(); return result; };',
  )(callable, refuse) as UserStep<R>;
}

/** Refuses a promise that a function returned which should return nothing. @internal */
export function checkNoPromise(result: unknown, operation: string): void {
  if (result instanceof Promise) {
    // The job fails with the message below; what becomes of the promise no longer matters.
    result.catch(() => {});
    refusePromise(operation);
  }
}

/** Reports a user function that returned a promise. @internal */
export function refusePromise(operation: string): never {
  throw new FlinkError(
    'VALUE_INVALID',
    `The function given to ${operation}() returned a promise. User functions are synchronous: wait with AsyncDataStream.orderedWait() or unorderedWait().`,
  );
}
