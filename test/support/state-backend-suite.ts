/** What every keyed state backend must do. A backend runs it with a factory: `stateBackendSuite({ name, factory })`. */

import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../src/common/windows.js';
import type { KeyGroupRange } from '../../src/state/key-groups.js';
import type { KeyedStateBackend } from '../../src/state/keyed-state-backend.js';
import { TIME_WINDOW, VOID_NAMESPACE } from '../../src/state/namespaces.js';
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../src/state/state-descriptor.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';

export interface BackendOptions {
  readonly keyType: Type<unknown>;
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
}

/** Registers the suite for one backend. */
export function stateBackendSuite(backend: {
  readonly name: string;
  readonly factory: (options: BackendOptions) => KeyedStateBackend<unknown>;
}): void {
  const open = (keyType = Types.STRING as Type<unknown>) =>
    backend.factory({ keyType, keyGroupRange: { first: 0, last: 127 }, maxParallelism: 128 });

  describe(`${backend.name}: kinds of state`, () => {
    it('keeps a value for each key', () => {
      const keyed = open();
      const state = keyed.getState(new ValueStateDescriptor('v', Types.LONG));

      for (const [key, value] of [
        ['a', 1],
        ['b', 2],
        ['a', 3],
      ] as const) {
        keyed.setCurrentKey(key, -1);
        state.update(value);
      }

      keyed.setCurrentKey('a', -1);
      expect(state.value()).toBe(3);
      keyed.setCurrentKey('b', -1);
      expect(state.value()).toBe(2);
      state.update(null);
      expect(state.value()).toBeNull();
      expect([...keyed.getKeys('v')]).toEqual(['a']);
      expect(keyed.numEntries()).toBe(1);
    });

    it('tells composite keys apart by value', () => {
      const keyed = open(Types.TUPLE(Types.STRING, Types.LONG) as Type<unknown>);
      const state = keyed.getState(new ValueStateDescriptor('v', Types.LONG));
      keyed.setCurrentKey(['a', 1], -1);
      state.update(7);

      keyed.setCurrentKey(['a', 1], -1);
      const same = state.value();
      keyed.setCurrentKey(['a', 2], -1);

      expect([same, state.value()]).toEqual([7, null]);
    });

    it('appends to lists, and refuses null in them', () => {
      const keyed = open();
      const state = keyed.getState(new ListStateDescriptor('l', Types.LONG));
      keyed.setCurrentKey('a', -1);

      state.add(1);
      state.addAll([2, 3]);

      expect(state.get()).toEqual([1, 2, 3]);
      state.update([]);
      expect(keyed.numEntries()).toBe(0);
      expect(() => state.add(null as never)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
    });

    it('keeps maps, also with keys that are objects', () => {
      const keyed = open();
      const state = keyed.getState(new MapStateDescriptor<readonly [string, number], number>('m'));
      keyed.setCurrentKey('a', -1);

      state.put(['x', 1], 1);
      state.put(['x', 1], 2);
      state.put(['y', 1], 3);

      expect([...state.entries()]).toEqual([
        [['x', 1], 2],
        [['y', 1], 3],
      ]);
      state.remove(['x', 1]);
      state.remove(['y', 1]);
      expect([state.isEmpty(), keyed.numEntries()]).toEqual([true, 0]);
    });

    it('folds reducing and aggregating state', () => {
      const keyed = open();
      const sum = keyed.getState(new ReducingStateDescriptor<number>('r', (a, b) => a + b, Types.LONG));
      const average = {
        createAccumulator: () => [0, 0] as readonly [number, number],
        add: (value: number, [total, n]: readonly [number, number]) => [total + value, n + 1] as const,
        getResult: ([total, n]: readonly [number, number]) => total / n,
      };
      const mean = keyed.getState(new AggregatingStateDescriptor('a', average));
      keyed.setCurrentKey('a', -1);

      for (const value of [1, 2, 6]) {
        sum.add(value);
        mean.add(value);
      }

      expect([sum.get(), mean.get()]).toEqual([9, 3]);
    });

    it('refuses a state under two kinds or types', () => {
      const keyed = open();
      keyed.getState(new ValueStateDescriptor('s', Types.LONG));

      for (const other of [new ListStateDescriptor('s', Types.LONG), new ValueStateDescriptor('s', Types.STRING)]) {
        expect(() => keyed.getState(other as ValueStateDescriptor<unknown>)).toThrow(
          expect.objectContaining({ code: 'STATE_TYPE_MISMATCH' }),
        );
      }
    });
  });

  describe(`${backend.name}: namespaces`, () => {
    it.each([3, 40])('keeps %d windows of a key apart, and merges them', (count) => {
      const keyed = open();
      const state = keyed.getNamespacedState(new ListStateDescriptor('w', Types.LONG), TIME_WINDOW);
      const windows = Array.from({ length: count }, (_, i) => new TimeWindow(i, i + 1));
      keyed.setCurrentKey('a', -1);
      for (const window of windows) {
        state.setCurrentNamespace(window);
        state.add(window.start);
      }
      state.setCurrentNamespace(new TimeWindow(1, 2));
      expect(state.get()).toEqual([1]);
      expect(keyed.numEntries()).toBe(count);

      state.mergeNamespaces(windows[0]!, windows.slice(1));

      expect(state.get()).toEqual([0, ...windows.slice(1).map(({ start }) => start)].toSorted((a, b) => a - b));
      expect(keyed.numEntries()).toBe(1);
    });
  });

  describe(`${backend.name}: timers`, () => {
    it('hands timers out by time, each once, in order of registration', () => {
      const keyed = open();
      const queue = keyed.getTimerQueue('t', VOID_NAMESPACE);
      const register = (key: string, time: number) => {
        keyed.setCurrentKey(key, -1);
        return queue.register(time, null);
      };

      const accepted = [register('b', 5), register('a', 5), register('a', 1), register('a', 5), register('c', 9)];
      keyed.setCurrentKey('b', -1);
      const deleted = [queue.delete(5, null), queue.delete(5, null)];
      const polled: unknown[] = [];
      while (queue.poll(8)) polled.push([queue.polledTimestamp, queue.polledKey]);

      expect(accepted).toEqual([true, true, true, false, true]);
      expect(deleted).toEqual([true, false]);
      expect(polled).toEqual([
        [1, 'a'],
        [5, 'a'],
      ]);
      expect([queue.size, queue.nextTimestamp()]).toEqual([1, 9]);
    });

    it('stays in order over many registrations and deletions', () => {
      const keyed = open();
      const queue = keyed.getTimerQueue('t', VOID_NAMESPACE);
      keyed.setCurrentKey('a', -1);
      for (let i = 0; i < 5000; i++) queue.register((i * 7919) % 5003, null);
      for (let time = 0; time < 5003; time++) if (time % 3 !== 0) queue.delete(time, null);

      const times: number[] = [];
      while (queue.poll(Number.POSITIVE_INFINITY)) times.push(queue.polledTimestamp);

      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.every((time) => time % 3 === 0)).toBe(true);
      expect(queue.nextTimestamp()).toBe(Number.POSITIVE_INFINITY);
    });
  });
}
