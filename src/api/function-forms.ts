/**
 * The forms in which a transformation takes its function: a plain function, or an object of the function's interface. The
 * checks here are those that a compiler has already made for a job file in TypeScript; they are for plain JavaScript.
 */

import { FlinkError } from '../common/errors.js';
import type { Collector, FilterFunction, FlatMapFunction, MapFunction, ReduceFunction } from './functions.js';

/**
 * Makes a function that returns a promise a compile error: user functions are synchronous. A type that is a promise has no
 * value of this type; any other type is left as it is.
 */
export type Synchronous<OUT> = 0 extends 1 & OUT
  ? unknown
  : [Extract<OUT, PromiseLike<unknown>>] extends [never]
    ? unknown
    : { readonly 'A function of a stream must not return a promise': never };

/** What `map` takes. */
export type Mapper<T, OUT> = ((value: T) => OUT) | MapFunction<T, OUT>;
/** What `filter` takes. */
export type Predicate<T> = ((value: T) => boolean) | FilterFunction<T>;
/** What `reduce` takes. */
export type ReducerForm<T> = ((a: T, b: T) => T) | ReduceFunction<T>;
/** What `flatMap` takes: a function that returns its results, or one that emits them. */
export type FlatMapper<T, OUT> =
  // biome-ignore lint/suspicious/noConfusingVoidType: plain void would accept an async function, undefined alone would refuse a plain one.
  ((value: T, out: Collector<OUT>) => Iterable<OUT> | void | undefined) | FlatMapFunction<T, OUT>;

/**
 * Checks that a value is a function, or an object with the method.
 *
 * @throws FlinkError `GRAPH_INVALID` that names the call.
 * @internal
 */
export function checkFunction(form: unknown, method: string, call: string): void {
  if (typeof form === 'function' && !isClass(form)) return;
  if (hasMethod(form, method)) return;
  const hint = isClass(form) ? ' It was given a class: make an instance of it with new.' : '';
  throw new FlinkError('GRAPH_INVALID', `${call} needs a function, or an object with a method ${method}.${hint}`);
}

/**
 * Checks that a value is a plain function.
 *
 * @throws FlinkError `GRAPH_INVALID` that names the call.
 * @internal
 */
export function checkPlainFunction(form: unknown, call: string): void {
  if (typeof form === 'function' && !isClass(form)) return;
  throw new FlinkError('GRAPH_INVALID', `${call} needs a function, not ${form === null ? 'null' : typeof form}.`);
}

/**
 * Checks that a value is an object with the method.
 *
 * @throws FlinkError `GRAPH_INVALID` that names the call.
 * @internal
 */
export function checkObject(form: unknown, method: string, call: string): void {
  if (hasMethod(form, method)) return;
  const hint = isClass(form) ? ' It was given a class: make an instance of it with new.' : '';
  throw new FlinkError('GRAPH_INVALID', `${call} needs an object with a method ${method}.${hint}`);
}

/** Whether an object has the method. @internal */
export function hasMethod(form: unknown, method: string): boolean {
  return typeof form === 'object' && form !== null && typeof (form as Record<string, unknown>)[method] === 'function';
}

function isClass(form: unknown): boolean {
  return typeof form === 'function' && /^class[\s{]/.test(Function.prototype.toString.call(form));
}
