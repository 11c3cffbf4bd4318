import { describe, expect, it } from 'vitest';
import { SharedStateRegistry } from '../../src/snapshot/shared-state-registry.js';

describe('SharedStateRegistry', () => {
  it('gives up a file when the last checkpoint that refers to it is subsumed', () => {
    const registry = new SharedStateRegistry();
    registry.register(1, ['base']);
    registry.register(2, ['base', 'delta-2']);
    registry.register(3, ['base-3']);

    expect(registry.referencesTo('base')).toBe(2);
    expect(registry.subsume(1)).toEqual([]);
    expect(registry.subsume(2)).toEqual(['base', 'delta-2']);
    expect([...registry.referencedFiles()]).toEqual(['base-3']);
    expect(registry.checkpointIds()).toEqual([3]);
  });

  it('keeps files that a checkpoint under way may build on', () => {
    const registry = new SharedStateRegistry();
    registry.register(1, ['a']);
    registry.begin(2);
    registry.begin(3);
    registry.register(2, ['b']);

    expect(registry.subsume(1)).toEqual([]);
    expect(registry.register(3, ['a', 'c'])).toEqual([]);
    expect(registry.subsume(2)).toEqual(['b']);
    expect(registry.subsume(3)).toEqual(['a', 'c']);
  });

  it('lets the files go when that checkpoint does not need them, or is aborted', () => {
    const registry = new SharedStateRegistry();
    registry.register(1, ['a']);
    registry.begin(2);
    registry.begin(3);
    registry.subsume(1);

    expect(registry.register(2, ['b'])).toEqual([]);
    expect(registry.subsume(3)).toEqual(['a']);
    expect(registry.subsume(99)).toEqual([]);
  });
});
