/**
 * What assigners, triggers, evictors and window functions see of the operator. An operator has one of each and sets the
 * window before each call, so that an element costs no allocation.
 */

import type { OutputTag } from '../../api/output-tag.js';
import type {
  EvictorContext,
  OnMergeContext,
  WindowAssignerContext,
  WindowContext,
  WindowStateStore,
} from '../../api/windowing/window-contracts.js';
import { FlinkError } from '../../common/errors.js';
import type { Window } from '../../common/windows.js';
import type {
  AnyStateDescriptor,
  KeyedStateBackend,
  NamespacedState,
  StateOf,
} from '../../state/keyed-state-backend.js';
import type { Type } from '../../state/type.js';
import type { Output } from '../stream-operator.js';
import type { InternalTimerService } from '../timer-service.js';

/** The parts of an operator that its contexts stand on. @internal */
export interface WindowSurroundings {
  readonly backend: KeyedStateBackend<unknown>;
  readonly windowType: Type<Window>;
  readonly timers: InternalTimerService<unknown, Window>;
  readonly output: Output;
}

/** State by key and window; a handle is made once a descriptor. */
class WindowStates {
  readonly #backend: KeyedStateBackend<unknown>;
  readonly #windowType: Type<Window>;
  readonly #handles = new Map<AnyStateDescriptor, NamespacedState<Window>>();

  constructor({ backend, windowType }: WindowSurroundings) {
    this.#backend = backend;
    this.#windowType = windowType;
  }

  of<D extends AnyStateDescriptor>(descriptor: D, window: Window): StateOf<D> {
    let handle = this.#handles.get(descriptor);
    if (handle === undefined) {
      handle = this.#backend.getNamespacedState(descriptor, this.#windowType) as unknown as NamespacedState<Window>;
      this.#handles.set(descriptor, handle);
    }
    handle.setCurrentNamespace(window);
    return handle as unknown as StateOf<D>;
  }

  merge(descriptor: AnyStateDescriptor, target: Window, sources: readonly Window[]): void {
    const handle = this.of(descriptor, target) as unknown as NamespacedState<Window>;
    handle.mergeNamespaces(target, sources);
  }
}

/** What assigners and evictors see. @internal */
export class ClockContext implements WindowAssignerContext, EvictorContext {
  readonly #timers: InternalTimerService<unknown, Window>;
  #stagger: number | undefined;

  constructor({ timers }: WindowSurroundings) {
    this.#timers = timers;
  }

  getCurrentProcessingTime(): number {
    return this.#timers.currentProcessingTime();
  }

  getCurrentWatermark(): number {
    return this.#timers.currentWatermark();
  }

  staggerOffset(compute: () => number): number {
    this.#stagger ??= compute();
    return this.#stagger;
  }
}

/** What triggers see. @internal */
export class WindowTriggerContext implements OnMergeContext {
  readonly #timers: InternalTimerService<unknown, Window>;
  readonly #states: WindowStates;
  /** The window of the call. */
  window!: Window;
  /** The windows that have become `window`, while `onMerge` is called. */
  mergedWindows: readonly Window[] = [];

  constructor(surroundings: WindowSurroundings) {
    this.#timers = surroundings.timers;
    this.#states = new WindowStates(surroundings);
  }

  getCurrentProcessingTime(): number {
    return this.#timers.currentProcessingTime();
  }

  getCurrentWatermark(): number {
    return this.#timers.currentWatermark();
  }

  registerEventTimeTimer(time: number): void {
    this.#timers.registerEventTimeTimer(this.window, time);
  }

  registerProcessingTimeTimer(time: number): void {
    this.#timers.registerProcessingTimeTimer(this.window, time);
  }

  deleteEventTimeTimer(time: number): void {
    this.#timers.deleteEventTimeTimer(this.window, time);
  }

  deleteProcessingTimeTimer(time: number): void {
    this.#timers.deleteProcessingTimeTimer(this.window, time);
  }

  getPartitionedState<D extends AnyStateDescriptor>(descriptor: D): StateOf<D> {
    return this.#states.of(descriptor, this.window);
  }

  mergePartitionedState(descriptor: AnyStateDescriptor): void {
    this.#states.merge(descriptor, this.window, this.mergedWindows);
  }
}

/** What window functions see. @internal */
export class WindowProcessContext implements WindowContext<Window> {
  readonly #surroundings: WindowSurroundings;
  readonly #windowState: WindowStateStore;
  readonly #globalState: WindowStateStore;
  /** The window of the call. */
  current!: Window;

  constructor(surroundings: WindowSurroundings, isMerging: boolean) {
    this.#surroundings = surroundings;
    const states = new WindowStates(surroundings);
    this.#windowState = isMerging ? NO_WINDOW_STATE : { getState: (descriptor) => states.of(descriptor, this.current) };
    this.#globalState = { getState: (descriptor) => surroundings.backend.getState(descriptor) };
  }

  window(): Window {
    return this.current;
  }

  currentProcessingTime(): number {
    return this.#surroundings.timers.currentProcessingTime();
  }

  currentWatermark(): number {
    return this.#surroundings.timers.currentWatermark();
  }

  windowState(): WindowStateStore {
    return this.#windowState;
  }

  globalState(): WindowStateStore {
    return this.#globalState;
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#surroundings.output.collectSide(tag.id, value, this.current.maxTimestamp());
  }
}

/** A merged window has another name than the ones it was made of, so state under its name would get lost. */
const NO_WINDOW_STATE: WindowStateStore = {
  getState(descriptor) {
    throw new FlinkError(
      'UNSUPPORTED',
      `State "${descriptor.name}" of a window is not there for session windows, which merge; use globalState().`,
    );
  },
};
