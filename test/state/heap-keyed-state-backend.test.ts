import { describe, expect, it } from 'vitest';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { restoreKeyed } from '../../src/state/restore-keyed.js';
import { ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { Types } from '../../src/state/types.js';
import { takeSnapshot } from '../support/keyed-snapshots.js';
import { stateBackendSuite } from '../support/state-backend-suite.js';

stateBackendSuite({
  name: 'heap',
  factory: ({ keyType, keyGroupRange, maxParallelism }) =>
    new HeapKeyedStateBackend({
      keyType: new KeyTypeCell({ declared: keyType, maxParallelism }),
      keyGroupRange,
      maxParallelism,
      ttlNow: () => 0,
    }),
});

function newBackend() {
  const keyType = new KeyTypeCell({ maxParallelism: 4 });
  return new HeapKeyedStateBackend<unknown>({
    keyType,
    keyGroupRange: { first: 0, last: 3 },
    maxParallelism: 4,
    ttlNow: () => 0,
  });
}

describe('restored state', () => {
  function restoredFrom(write: (backend: HeapKeyedStateBackend<unknown>) => void) {
    const source = newBackend();
    write(source);
    const target = newBackend();
    restoreKeyed(target, [takeSnapshot(source, 'native')!.file]);
    return target;
  }

  it('fixes the type of the keys', () => {
    const backend = restoredFrom((source) => {
      source.setCurrentKey(1, -1);
      source.getState(new ValueStateDescriptor('v', Types.LONG)).update(5);
    });

    expect(backend.keyType).toBe(Types.LONG);
    expect(() => backend.setCurrentKey('a', -1)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });

  it('becomes what the job declares, and is refused as another type', () => {
    const backend = restoredFrom((source) => {
      source.setCurrentKey('a', -1);
      source.getState(new ValueStateDescriptor<unknown>('v')).update({ at: new Date(5) });
    });
    backend.setCurrentKey('a', -1);

    expect(() => backend.getState(new ValueStateDescriptor('v', Types.LONG))).toThrow(
      expect.objectContaining({ code: 'STATE_TYPE_MISMATCH', message: expect.stringMatching(/BytePrimitive.*Long/) }),
    );
    expect(backend.getState(new ValueStateDescriptor<unknown>('v')).value()).toEqual({ at: new Date(5) });
  });

  it('is written again when the job does not ask for it', () => {
    const backend = restoredFrom((source) => {
      source.setCurrentKey('a', -1);
      source.getState(new ValueStateDescriptor('kept', Types.STRING)).update('here');
    });

    const again = newBackend();
    restoreKeyed(again, [takeSnapshot(backend, 'canonical')!.file]);

    again.setCurrentKey('a', -1);
    expect(again.getState(new ValueStateDescriptor('kept', Types.STRING)).value()).toBe('here');
  });

  it('is nothing where no key was ever seen', () => {
    const source = newBackend();
    source.getState(new ValueStateDescriptor('v', Types.LONG));

    expect(takeSnapshot(source, 'native')).toBeUndefined();
  });

  it('is refused when the file was cut short', () => {
    const source = newBackend();
    source.setCurrentKey('a', -1);
    source.getState(new ValueStateDescriptor('v', Types.STRING)).update('x'.repeat(100));
    const { file, bytes } = takeSnapshot(source, 'canonical')!;
    const cut = { ...file, size: bytes.length - 20, read: (start: number, end: number) => bytes.subarray(start, end) };

    expect(() => restoreKeyed(newBackend(), [cut])).toThrow(expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }));
  });
});

describe('a snapshot that cannot be written', () => {
  it('names the state and the key', () => {
    const backend = newBackend();
    backend.setCurrentKey('a', -1);
    backend.getState(new ValueStateDescriptor('v', Types.LONG)).update(1.5);

    expect(() => takeSnapshot(backend, 'native')).toThrow(/State "v" of key "a".*1\.5 is no LONG/);
  });
});

describe('the key type', () => {
  const fresh = (words = new Int32Array(new SharedArrayBuffer(4))) =>
    new KeyTypeCell({ maxParallelism: 128, words, operatorName: 'count' });

  it('is fixed by the first key, in all threads', () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const [one, other] = [fresh(words), fresh(words)];

    expect(one.keyGroup('hello')).toBe(35);

    expect(other.type).toBe(Types.STRING);
    expect(() => other.keyGroup(1)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
  });

  it.each([
    [1.5, 'Types.DOUBLE'],
    [1n, 'Types.LONG_BIGINT'],
    [['a', 1], 'Types.TUPLE'],
    [null, 'Every element needs a key'],
    [undefined, 'Every element needs a key'],
  ])('is not found in %o, and the message says what to do', (key, hint) => {
    expect(() => fresh().keyGroup(key)).toThrow(
      expect.objectContaining({ code: 'KEY_INVALID', message: expect.stringContaining(hint) }),
    );
  });

  it('hashes declared types', () => {
    const cell = new KeyTypeCell({ declared: Types.TUPLE(Types.STRING, Types.INT), maxParallelism: 128 });

    expect(cell.keyGroup(['a', 1])).toBe(29);
    expect(new KeyTypeCell({ declared: Types.DOUBLE, maxParallelism: 128 }).keyGroup(3.14)).toBe(4);
    expect(new KeyTypeCell({ declared: Types.LONG, maxParallelism: 128 }).keyGroup(1234567890123)).toBe(92);
  });
});
