import { describe, expect, it } from 'vitest';
import { operatorIdOfUid } from '../../src/graph/operator-id.js';

describe('the id of a uid', () => {
  it.each([
    ['', '00000000000000000000000000000000'],
    ['a', '897859f6655555855a890e51483ab5e6'],
    ['counter', '0da08f51eaa85fc298e176a139b3649a'],
    ['ünïcode-é', '8a5a545cbe3fce712e71c714ba77f53d'],
    ['stateful-map-0123456789abcdef', 'dd82e97eeb47dad49f46585a20379d49'],
  ])('of "%s" is the murmur hash of its UTF-8 bytes', (uid, id) => {
    expect(operatorIdOfUid(uid)).toBe(id);
  });
});
