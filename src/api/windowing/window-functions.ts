/** The contracts of functions that get the contents of a window. */

import type { Window } from '../../common/windows.js';
import { AbstractRichFunction, type Collector, type LifecycleFunction } from '../functions.js';
import type { WindowContext } from './window-contracts.js';

/** Gets the contents of a window of a key when it fires. With `reduce` or `aggregate` these are one value. */
export abstract class ProcessWindowFunction<IN, OUT, KEY, W extends Window> extends AbstractRichFunction {
  abstract process(key: KEY, context: WindowContext<W>, elements: readonly IN[], out: Collector<OUT>): void;
  /** The window is gone: clear what was kept in `context.windowState()`. */
  clear(_context: WindowContext<W>): void {}
}

/** Gets the contents of a window of a whole stream when it fires. */
export abstract class ProcessAllWindowFunction<IN, OUT, W extends Window> extends AbstractRichFunction {
  abstract process(context: WindowContext<W>, elements: readonly IN[], out: Collector<OUT>): void;
  /** The window is gone: clear what was kept in `context.windowState()`. */
  clear(_context: WindowContext<W>): void {}
}

/** What `apply` of a keyed window takes. */
export type WindowFunction<IN, OUT, KEY, W extends Window> =
  | ((key: KEY, window: W, elements: readonly IN[], out: Collector<OUT>) => void)
  | ({ apply(key: KEY, window: W, elements: readonly IN[], out: Collector<OUT>): void } & LifecycleFunction);

/** What `apply` of a window of a whole stream takes. */
export type AllWindowFunction<IN, OUT, W extends Window> =
  | ((window: W, elements: readonly IN[], out: Collector<OUT>) => void)
  | ({ apply(window: W, elements: readonly IN[], out: Collector<OUT>): void } & LifecycleFunction);

/** What `apply` of a window join takes: called for each pair of a window. */
export type JoinFunction<T1, T2, OUT> =
  | ((first: T1, second: T2) => OUT)
  | ({ join(first: T1, second: T2): OUT } & LifecycleFunction);

/** A join of any number of results a pair. */
export interface FlatJoinFunction<T1, T2, OUT> extends LifecycleFunction {
  flatJoin(first: T1, second: T2, out: Collector<OUT>): void;
}

/** What `apply` of a coGroup takes: called for each window of a key with the elements of both streams. */
export type CoGroupFunction<T1, T2, OUT> =
  | ((first: readonly T1[], second: readonly T2[], out: Collector<OUT>) => void)
  | ({ coGroup(first: readonly T1[], second: readonly T2[], out: Collector<OUT>): void } & LifecycleFunction);
