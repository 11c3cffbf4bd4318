/**
 * The windows of a key that may merge, each with the window under whose name its contents lie. When a session grows its
 * contents stay where they are: the set remembers the name. It is keyed state itself, `merging-window-set`, as in Flink.
 *
 * The list that the state hands out is the stored one, and reading it has marked it as changed; so it is changed in place.
 */

import type { MergeCallback } from '../../api/windowing/window-contracts.js';
import { assert } from '../../common/assert.js';
import type { TimeWindow } from '../../common/windows.js';
import type { KeyedStateBackend } from '../../state/keyed-state-backend.js';
import { TIME_WINDOW } from '../../state/namespaces.js';
import { type ListState, ListStateDescriptor } from '../../state/state-descriptor.js';
import type { QueuedTimer } from '../../state/timer-queue.js';
import type { Type } from '../../state/type.js';
import { Types } from '../../state/types.js';

/** Merges windows; the part of an assigner that the set needs. @internal */
export interface WindowMerger {
  /** True when windows merge exactly when they overlap or touch: then single windows are compared right here. */
  readonly mergesOnTouch: boolean;
  mergeWindows(windows: readonly TimeWindow[], callback: MergeCallback): void;
}

/** Is told that windows have become one. @internal */
export interface MergeTarget {
  /** `result` takes the place of `merged`, with the contents of the first; those of the others are to be folded into them. */
  onMerge(result: WindowMapping, merged: readonly WindowMapping[]): void;
  /** The only window of the key becomes `result`; the mapping still has what it was. */
  onGrow(mapping: WindowMapping, result: TimeWindow): void;
}

/** A window with the window under whose name its contents lie; `timer` is not stored. @internal */
export interface WindowMapping extends Array<TimeWindow> {
  0: TimeWindow;
  1: TimeWindow;
  /** The timer at the end of the window, where its owner postpones it; unknown after a restore. */
  timer?: QueuedTimer | undefined;
}

type Mapping = WindowMapping;

const TYPE = Types.TUPLE(TIME_WINDOW, TIME_WINDOW) as unknown as Type<Mapping>;

/** See the file comment. @internal */
export class MergingWindowSet {
  readonly #state: ListState<Mapping>;
  readonly #merger: WindowMerger;
  readonly #target: MergeTarget;
  /** Of the last `add`: where the window has gone, and whether there is a new window. */
  added!: Mapping;
  hasChanged = false;

  constructor(backend: KeyedStateBackend<unknown>, merger: WindowMerger, target: MergeTarget) {
    this.#state = backend.getState(new ListStateDescriptor<Mapping>('merging-window-set', TYPE));
    this.#merger = merger;
    this.#target = target;
  }

  /** Adds a window to those of the current key; returns the window that it is a part of from now on. */
  add(window: TimeWindow): TimeWindow {
    const mappings = this.#state.get() as Mapping[];
    this.hasChanged = true;
    if (mappings.length === 0) {
      this.added = [window, window];
      this.#state.add(this.added);
      return window;
    }
    if (mappings.length === 1 && this.#merger.mergesOnTouch) return this.#addToOne(mappings, window);
    return this.#addToMany(mappings, window);
  }

  /** The window under whose name the contents of a window lie; undefined when the window is not there (any more). */
  stateWindowOf(window: TimeWindow): TimeWindow | undefined {
    for (const mapping of this.#state.get()) if (isSame(mapping[0], window)) return mapping[1];
    return undefined;
  }

  /** Forgets a window. */
  retire(window: TimeWindow): void {
    const mappings = this.#state.get() as Mapping[];
    const index = mappings.findIndex((mapping) => isSame(mapping[0], window));
    if (index < 0) return;
    mappings.splice(index, 1);
    if (mappings.length === 0) this.#state.clear();
  }

  #addToOne(mappings: Mapping[], window: TimeWindow): TimeWindow {
    const mapping = mappings[0]!;
    const present = mapping[0];
    if (window.start > present.end || window.end < present.start) {
      return this.#push(mappings, window);
    }
    this.added = mapping;
    if (window.start >= present.start && window.end <= present.end) {
      this.hasChanged = false;
      return present;
    }
    const result = present.cover(window);
    this.#target.onGrow(mapping, result);
    mapping[0] = result;
    return result;
  }

  #addToMany(mappings: Mapping[], window: TimeWindow): TimeWindow {
    // A window that is there already stays what it is, whatever it was merged from.
    const same = mappings.find((mapping) => isSame(mapping[0], window));
    if (same !== undefined) {
      this.added = same;
      this.hasChanged = false;
      return same[0];
    }
    const merges: { readonly merged: readonly TimeWindow[]; readonly result: TimeWindow }[] = [];
    const windows = mappings.map(([present]) => present);
    this.#merger.mergeWindows([...windows, window], (merged, result) => merges.push({ merged, result }));
    let owner: TimeWindow | undefined;
    for (const { merged, result } of merges) {
      if (merged.some((each) => isSame(each, window))) owner = result;
      this.#merge(
        mappings,
        merged.filter((each) => !isSame(each, window)),
        result,
      );
    }
    if (owner !== undefined) {
      const result = owner;
      this.added = mappings.find((mapping) => isSame(mapping[0], result))!;
      return owner;
    }
    return this.#push(mappings, window);
  }

  #push(mappings: Mapping[], window: TimeWindow): TimeWindow {
    this.added = [window, window];
    mappings.push(this.added);
    return window;
  }

  /** Puts one mapping in the place of those that are merged. */
  #merge(mappings: Mapping[], merged: readonly TimeWindow[], result: TimeWindow): void {
    const taken = merged.map((window) => {
      const index = mappings.findIndex((mapping) => isSame(mapping[0], window));
      assert(index >= 0, 'a window that is merged is in the set');
      return mappings.splice(index, 1)[0]!;
    });
    const first = taken[0]!;
    const mapping: Mapping = [result, first[1]];
    mapping.timer = first.timer;
    mappings.push(mapping);
    // A window that lies inside the only one there changes nothing.
    if (taken.length === 1 && isSame(first[0], result)) return;
    this.#target.onMerge(mapping, taken);
  }
}

function isSame(a: TimeWindow, b: TimeWindow): boolean {
  return a.start === b.start && a.end === b.end;
}
