import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryIndex } from '../../../src/state/heap/entry-index.js';
import { hashOf } from '../../../src/state/heap/heap-context.js';
import { StateEntry } from '../../../src/state/heap/state-entry.js';

function all(index: EntryIndex): StateEntry[] {
  const found: StateEntry[] = [];
  const entries = index.entries();
  for (let step = entries.next(); !step.done; step = entries.next()) found.push(step.value);
  return found;
}

describe('an entry index', () => {
  test('finds what a Map finds, whatever is added and removed, with hashes that clash too', () => {
    const action = fc.record({ key: fc.integer({ min: 0, max: 60 }), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), fc.constantFrom(1, 4, 2 ** 31), (actions, kinds) => {
        const index = new EntryIndex();
        const model = new Map<number, StateEntry>();
        for (const { key, removes } of actions) {
          const hash = hashOf(key) % kinds;
          const present = model.get(key);
          expect(index.find(hash, key)).toBe(present);
          if (removes && present !== undefined) {
            index.delete(hash, present);
            model.delete(key);
          } else if (!removes && present === undefined) {
            const entry = new StateEntry(key, key, 1, 0);
            index.add(hash, entry);
            model.set(key, entry);
          }
          expect(index.size).toBe(model.size);
        }
        expect(new Set(all(index))).toEqual(new Set(model.values()));
      }),
      { seed: 1101, numRuns: 200 },
    );
  });

  test('shows every entry that stays, though it grows while it is read', () => {
    const index = new EntryIndex();
    const early = Array.from({ length: 50 }, (_, key) => new StateEntry(`early-${key}`, key, 1, 0));
    for (const entry of early) index.add(hashOf(entry.key as string), entry);
    const seen = new Set<StateEntry>();
    const entries = index.entries();
    for (let i = 0; i < 20; i++) seen.add(entries.next().value as StateEntry);
    for (let key = 0; key < 500; key++) index.add(hashOf(`late-${key}`), new StateEntry(`late-${key}`, key, 2, 0));
    for (let step = entries.next(); !step.done; step = entries.next()) seen.add(step.value);
    for (const entry of early) expect(seen).toContain(entry);
  });

  test('does not grow when entries come and go', () => {
    const index = new EntryIndex();
    for (let key = 0; key < 10_000; key++) {
      const entry = new StateEntry(key, key, 1, 0);
      index.add(hashOf(key), entry);
      expect(index.find(hashOf(key), key)).toBe(entry);
      index.delete(hashOf(key), entry);
    }
    expect(index.size).toBe(0);
    expect(all(index)).toEqual([]);
  });

  test('compares identities where keys are not their own', () => {
    const index = new EntryIndex();
    const identify = (key: unknown): string => (key as readonly string[]).join('/');
    const entry = new StateEntry(['a', 'b'], 1, 1, 0);
    index.add(hashOf('a/b'), entry);
    expect(index.findIdentity(hashOf('a/b'), 'a/b', identify)).toBe(entry);
    expect(index.findIdentity(hashOf('a/b'), 'a/c', identify)).toBeUndefined();
  });
});
