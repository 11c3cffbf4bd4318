/**
 * What a window holds: one folded value, or all its elements, with their timestamps where an evictor wants them. The state
 * is called `window-contents`, as in Flink, with the window as its namespace.
 */

import type { Window } from '../../common/windows.js';
import type { FoldingState, FoldStep, KeyedStateBackend, NamespacedState } from '../../state/keyed-state-backend.js';
import { streamRecordType, type TimestampedValue } from '../../state/serializers/stream-record-serializer.js';
import {
  type AggregateFunction,
  AggregatingStateDescriptor,
  type ListState,
  ListStateDescriptor,
  type Reducer,
  ReducingStateDescriptor,
} from '../../state/state-descriptor.js';
import type { Type } from '../../state/type.js';
import { Types } from '../../state/types.js';

/** The name that Flink gives the state. */
const STATE_NAME = 'window-contents';

/** The contents of the window of the current namespace, of the current key. @internal */
export interface WindowContents extends NamespacedState<Window> {
  /** See `FoldingState`; `RESTORED` where it is not known what became of the entry. */
  add(value: unknown, timestamp: number): FoldStep;
  /** The folded value, or a copy of the elements; null when there are none. */
  get(): unknown;
  clear(): void;
}

/** Makes the contents over a backend. @internal */
export type ContentsMaker = (backend: KeyedStateBackend<unknown>, windowType: Type<Window>) => WindowContents;

type AnyType = Type<unknown> | undefined;
interface FoldedState extends FoldingState<unknown>, NamespacedState<Window> {
  get(): unknown;
  clear(): void;
}

/** One value by a reducer. @internal */
export function reducedContents(reducer: Reducer<unknown>, type: AnyType): ContentsMaker {
  return (backend, windowType) => {
    const descriptor = new ReducingStateDescriptor<unknown>(STATE_NAME, reducer, type ?? Types.ANY());
    return new FoldedContents(backend.getNamespacedState(descriptor, windowType) as unknown as FoldedState);
  };
}

/** One value by an aggregate function. @internal */
export function aggregatedContents(
  aggregate: AggregateFunction<unknown, unknown, unknown>,
  type: AnyType,
): ContentsMaker {
  return (backend, windowType) => {
    const descriptor = new AggregatingStateDescriptor(STATE_NAME, aggregate, type ?? Types.ANY());
    return new FoldedContents(backend.getNamespacedState(descriptor, windowType) as unknown as FoldedState);
  };
}

/** All elements. @internal */
export function listedContents(type: AnyType): ContentsMaker {
  return (backend, windowType) => {
    const descriptor = new ListStateDescriptor<unknown>(STATE_NAME, type ?? Types.ANY());
    return new ListedContents(backend.getNamespacedState(descriptor, windowType) as unknown as ListedState);
  };
}

/** All elements with their timestamps. @internal */
export class TimestampedContents implements WindowContents {
  readonly #state: ListState<TimestampedValue<unknown>> & NamespacedState<Window>;

  constructor(backend: KeyedStateBackend<unknown>, windowType: Type<Window>, type: AnyType) {
    const descriptor = new ListStateDescriptor(STATE_NAME, streamRecordType(type ?? Types.ANY()));
    this.#state = backend.getNamespacedState(descriptor, windowType);
  }

  setCurrentNamespace(window: Window): void {
    this.#state.setCurrentNamespace(window);
  }

  mergeNamespaces(target: Window, sources: readonly Window[]): void {
    this.#state.mergeNamespaces(target, sources);
  }

  add(value: unknown, timestamp: number): FoldStep {
    this.#state.add({ value, timestamp });
    return 'RESTORED';
  }

  /** A copy, which an evictor may change. */
  get(): TimestampedValue<unknown>[] | null {
    const elements = this.#state.get();
    return elements.length === 0 ? null : [...elements];
  }

  /** Replaces the elements by those that an evictor left. */
  replace(elements: readonly TimestampedValue<unknown>[]): void {
    this.#state.update(elements);
  }

  clear(): void {
    this.#state.clear();
  }
}

class FoldedContents implements WindowContents {
  readonly #state: FoldedState;

  constructor(state: FoldedState) {
    this.#state = state;
  }

  setCurrentNamespace(window: Window): void {
    this.#state.setCurrentNamespace(window);
  }

  mergeNamespaces(target: Window, sources: readonly Window[]): void {
    this.#state.mergeNamespaces(target, sources);
  }

  add(value: unknown): FoldStep {
    return this.#state.fold(value);
  }

  get(): unknown {
    return this.#state.get();
  }

  clear(): void {
    this.#state.clear();
  }
}

type ListedState = ListState<unknown> & FoldingState<unknown> & NamespacedState<Window>;

class ListedContents implements WindowContents {
  readonly #state: ListedState;

  constructor(state: ListedState) {
    this.#state = state;
  }

  setCurrentNamespace(window: Window): void {
    this.#state.setCurrentNamespace(window);
  }

  mergeNamespaces(target: Window, sources: readonly Window[]): void {
    this.#state.mergeNamespaces(target, sources);
  }

  add(value: unknown): FoldStep {
    return this.#state.fold(value);
  }

  get(): unknown {
    const elements = this.#state.get();
    return elements.length === 0 ? null : elements.slice();
  }

  clear(): void {
    this.#state.clear();
  }
}
