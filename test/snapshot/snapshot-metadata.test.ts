import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlinkError } from '../../src/common/errors.js';
import { operatorIdFromHex } from '../../src/common/ids.js';
import { decodeMetadata, encodeMetadata, type SnapshotMetadata } from '../../src/snapshot/snapshot-metadata.js';
import { seededRandom } from '../support/seeded-random.js';
import { sampleMetadata, sampleTrailer } from './sample-metadata.js';

const FIXTURES = new URL('../fixtures/flink-snapshots/', import.meta.url).pathname;
const files = readdirSync(FIXTURES).filter((name) => name.endsWith('_metadata'));
const example = readFileSync(join(FIXTURES, 'example-v3-canonical._metadata'));

function decode(bytes: Uint8Array): SnapshotMetadata {
  return decodeMetadata(bytes, { file: '/snapshots/chk-1/_metadata' });
}

/** The error of decoding, or null; anything but a FlinkError fails the test. */
function errorOf(bytes: Uint8Array): FlinkError | null {
  try {
    decode(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof FlinkError)) throw error;
    return error;
  }
}

describe('decodeMetadata of files that Flink wrote', () => {
  it.each(files)('reads %s to its end and writes the same operators again', (name) => {
    const bytes = readFileSync(join(FIXTURES, name));

    const metadata = decode(bytes);

    expect(metadata.operators.length).toBeGreaterThan(0);
    expect(metadata.properties === undefined).toBe(metadata.version < 4);
    if (name.includes('changelog')) return;
    const again = encodeMetadata(metadata);
    expect(stripped(decode(again))).toEqual(stripped(metadata));
    if (metadata.version === 3) expect(Buffer.from(again).equals(bytes)).toBe(true);
  });

  it('finds the handles of the worked example', () => {
    const [operator] = decode(example).operators;

    expect(operator).toMatchObject({
      operatorId: '0da08f51eaa85fc298e176a139b3649a',
      parallelism: 1,
      maxParallelism: 128,
      finished: 'none',
    });
    const [handle] = operator?.subtasks.get(0)?.managedKeyed ?? [];
    expect(handle).toMatchObject({ kind: 'key-groups', format: 'canonical', tag: 7, firstKeyGroup: 0 });
    if (handle?.kind !== 'key-groups') throw new Error('no key groups');
    expect([handle.offsets[35], handle.offsets[66], handle.offsets[98], handle.offsets[0]]).toEqual([371, 399, 427, 0]);
  });

  it('reads the names of version 6 and the references of incremental checkpoints', () => {
    const merged = decode(readFileSync(join(FIXTURES, '2.3-hashmap-p2-filemerging-checkpoint._metadata')));
    const incremental = decode(readFileSync(join(FIXTURES, '1.20-rocksdb-p2-incremental-checkpoint._metadata')));

    expect(merged.operators.map((operator) => operator.uid)).toContain('keyed-string');
    const kinds = incremental.operators.flatMap((operator) =>
      [...operator.subtasks.values()].flatMap((state) => (state.managedKeyed ?? []).map((handle) => handle.kind)),
    );
    expect(kinds).toContain('incremental');
  });

  it('reads the changelog as foreign handles and refuses to write them', () => {
    const metadata = decode(readFileSync(join(FIXTURES, '1.20-hashmap-p1-changelog-checkpoint._metadata')));

    expect(() => encodeMetadata(metadata)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_UNSUPPORTED' }));
  });
});

describe('encodeMetadata', () => {
  it('writes what it reads, handle by handle, and the same bytes for the same input', () => {
    const metadata = sampleMetadata();

    const bytes = encodeMetadata(metadata);
    const again = decode(bytes);

    expect(again).toEqual({ ...metadata, trailer: { ...metadata.trailer, flinkPart: expect.anything() } });
    expect(encodeMetadata(metadata)).toEqual(bytes);
    expect(encodeMetadata(again)).toEqual(bytes);
  });

  it('writes names in Java’s modified UTF-8', () => {
    const stream = { kind: 'inline' as const, name: 'nul \0, é, 日本, 😀', bytes: new Uint8Array() };
    const handle = { states: [{ name: '\0é日😀', mode: 'UNION' as const, offsets: [1] }], stream };
    const [operator] = sampleMetadata().operators;
    const operators = [{ ...operator!, subtasks: new Map([[0, { managedOperator: handle }]]) }];

    const bytes = encodeMetadata({ checkpointId: 1, masterStates: [], operators });

    expect(decode(bytes).operators[0]?.subtasks.get(0)?.managedOperator).toEqual(handle);
    expect(Buffer.from(bytes).includes(Buffer.from('000dc080c3a9e697a5eda0bdedb880', 'hex'))).toBe(true);
  });

  it('refuses an operator whose parallelism is above its maximum', () => {
    const operatorId = operatorIdFromHex('ab'.repeat(16));
    const operators = [
      { operatorId, parallelism: 5, maxParallelism: 4, finished: 'none' as const, subtasks: new Map<number, never>() },
    ];

    expect(() => encodeMetadata({ checkpointId: 1, masterStates: [], operators })).toThrow(
      /parallelism 5 of at most 4/,
    );
  });
});

describe('decodeMetadata of damaged files', () => {
  it('refuses the example cut short at any byte', () => {
    for (let length = 0; length < example.length; length++) {
      expect(errorOf(example.subarray(0, length))?.code, `cut at ${length}`).toBe('SNAPSHOT_CORRUPT');
    }
  });

  it('refuses a file of its own, with trailer, cut short at any byte but the end of Flink’s part', () => {
    const bytes = encodeMetadata(sampleMetadata());
    const flinkPart = encodeMetadata({ ...sampleMetadata(), trailer: undefined as never }).length;

    for (let length = 0; length < bytes.length; length++) {
      if (length === flinkPart) continue;
      expect(errorOf(bytes.subarray(0, length))?.code, `cut at ${length}`).toBe('SNAPSHOT_CORRUPT');
    }
  });

  it('notices every flipped bit of a file with trailer', () => {
    const bytes = encodeMetadata(sampleMetadata());

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(errorOf(damaged), `bit ${bit}`).not.toBeNull();
    }
  });

  it.each([1, 2, 3])('ends in a FlinkError or a snapshot for random damage (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const sources = files.map((name) => readFileSync(join(FIXTURES, name)));

    for (let round = 0; round < 400; round++) {
      const damaged = new Uint8Array(sources[random.integer(sources.length)]!);
      const flips = 1 + random.integer(4);
      for (let i = 0; i < flips; i++) damaged[random.integer(damaged.length)]! ^= 1 << random.integer(8);
      errorOf(damaged);
    }
  });

  it('believes no count that the file is too short for', () => {
    const hostile = Buffer.from(example);
    hostile.writeInt32BE(0x7fffffff, 20); // The number of operators.

    expect(errorOf(hostile)?.message).toContain('the number of operators is 2147483647');
  });

  it('stops at handles that hold handles without end', () => {
    const head = Buffer.from(example.subarray(0, 24 + 16 + 8 + 1 + 4 + 4 + 8));
    const nested = Buffer.alloc(9 * 100_000);
    for (let at = 0; at < nested.length; at += 9) nested[at] = 3;

    expect(errorOf(Buffer.concat([head, nested]))?.message).toContain('nested too deeply');
  });

  it('names the file, the offset and Flink’s text', () => {
    const future = Buffer.from(example);
    future.writeInt32BE(8, 4);

    expect(errorOf(Buffer.from('no snapshot'))?.message).toMatch(/^Unexpected magic number\. .*_metadata\.$/);
    expect(errorOf(future)?.message).toMatch(/^Unrecognized checkpoint version number: 8/);
    expect(errorOf(example.subarray(0, 100))?.message).toMatch(/_metadata: .* \(at byte \d+ of 100\)\.$/);
  });

  it('refuses bytes behind the body that are no trailer', () => {
    expect(errorOf(Buffer.concat([example, Buffer.from([0])]))?.message).toContain('no whole trailer');
  });
});

describe('the trailer', () => {
  it('is read back, and its unknown fields are skipped', () => {
    const trailer = { ...sampleTrailer(), later: { __proto__: null, x: 1 } };

    const metadata = decode(encodeMetadata({ ...sampleMetadata(), trailer }));

    expect(metadata.trailer).toMatchObject(sampleTrailer());
    expect(metadata.trailer).not.toHaveProperty('later');
  });

  it('is refused when a field has the wrong type', () => {
    const trailer = { ...sampleTrailer(), jobName: 7 as never };

    expect(errorOf(encodeMetadata({ ...sampleMetadata(), trailer }))?.message).toContain('"jobName" of the trailer');
  });
});

/** Names and uids of version 5 and up are not in version 3; the properties neither. */
function stripped(metadata: SnapshotMetadata): unknown {
  return metadata.operators.map(({ name, uid, ...rest }) => rest);
}
