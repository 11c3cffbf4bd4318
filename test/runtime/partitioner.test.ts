import { describe, expect, it } from 'vitest';
import { createPartitioner, sourcesOf, targetsOf } from '../../src/runtime/partitioner.js';
import { subtaskOf } from '../../src/state/key-groups.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';

describe('which channel a record takes', () => {
  it.each([0, 1, 2])('PA-001 rebalance starts at random (%i) and goes round', (start) => {
    const partitioner = createPartitioner({ kind: 'REBALANCE', channels: 3, random: () => start / 3 + 0.1 });

    const chosen = [1, 2, 3, 4].map((value) => partitioner.select(value));

    expect(chosen).toEqual([start, (start + 1) % 3, (start + 2) % 3, start]);
  });

  it('rescale goes round from its first target', () => {
    const partitioner = createPartitioner({ kind: 'RESCALE', channels: 2 });

    expect([1, 2, 3].map((value) => partitioner.select(value))).toEqual([0, 1, 0]);
  });

  it('shuffle chooses at random', () => {
    const draws = [0.99, 0, 0.5];
    const partitioner = createPartitioner({ kind: 'SHUFFLE', channels: 4, random: () => draws.shift() ?? 0 });

    expect([1, 2, 3].map((value) => partitioner.select(value))).toEqual([3, 0, 2]);
  });

  it.each(['GLOBAL', 'FORWARD'] as const)('%s takes the first channel', (kind) => {
    expect(createPartitioner({ kind, channels: 1 }).select('x')).toBe(0);
  });

  it('hash sends a key to the subtask that owns its key group, and tells the group', () => {
    const grouping = new KeyTypeCell({ maxParallelism: 128 });
    const keySelector = (value: { k: string }) => value.k;
    const partitioner = createPartitioner({ kind: 'HASH', channels: 3, keySelector, grouping, maxParallelism: 128 });

    for (let index = 0; index < 200; index++) {
      const channel = partitioner.select({ k: `key ${index}` });

      expect(partitioner.keyGroup).toBe(grouping.keyGroup(`key ${index}`));
      expect(channel).toBe(subtaskOf(partitioner.keyGroup, 128, 3));
    }
  });

  it('custom asks the program, and refuses a channel that does not exist', () => {
    const keySelector = (value: number) => value;
    const partitioner = createPartitioner({
      kind: 'CUSTOM',
      channels: 2,
      keySelector,
      partitioner: (key: number) => key,
    });

    expect(partitioner.select(1)).toBe(1);
    for (const wrong of [2, -1, 0.5, Number.NaN]) expect(() => partitioner.select(wrong)).toThrow(/from 0 to 1/);
  });
});

describe('which subtasks an edge connects', () => {
  it('PA-002 rescale from 2 to 4 to 2 gives each map one source and each sink two maps of its own', () => {
    const sourcesOfMaps = [0, 1, 2, 3].map((map) => sourcesOf('RESCALE', 2, 4, map));
    const mapsOfSinks = [0, 1].map((sink) => sourcesOf('RESCALE', 4, 2, sink));

    expect(sourcesOfMaps).toEqual([[0], [0], [1], [1]]);
    expect([0, 1].map((source) => targetsOf('RESCALE', 2, 4, source))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(mapsOfSinks).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it.each([
    [2, 3, [[0, 1], [2]]],
    [3, 2, [[0], [1], [1]]],
    [
      3,
      7,
      [
        [0, 1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [5, 2, [[0], [0], [1], [1], [1]]],
  ])('rescale from %i to %i joins runs, also when they are no multiples', (source, target, expected) => {
    expect(expected.map((_, subtask) => targetsOf('RESCALE', source, target, subtask))).toEqual(expected);
  });

  it('leaves no target without an input and no sender without a target, whatever the parallelisms', () => {
    for (let source = 1; source <= 12; source++) {
      for (let target = 1; target <= 12; target++) {
        const targets = Array.from({ length: source }, (_, subtask) => targetsOf('RESCALE', source, target, subtask));

        expect(targets.every((list) => list.length > 0)).toBe(true);
        expect(new Set(targets.flat()).size).toBe(target);
        expect(targets.flat()).toEqual([...targets.flat()].sort((a, b) => a - b));
        expect(targets.flat().length).toBe(Math.max(source, target));
      }
    }
  });

  it('forward joins equal numbers, all others join everything', () => {
    expect(targetsOf('FORWARD', 3, 3, 2)).toEqual([2]);
    for (const kind of ['HASH', 'REBALANCE', 'BROADCAST', 'GLOBAL', 'SHUFFLE', 'CUSTOM'] as const) {
      expect(targetsOf(kind, 2, 3, 1)).toEqual([0, 1, 2]);
    }
  });
});
