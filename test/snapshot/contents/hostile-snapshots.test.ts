import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FlinkError } from '../../../src/common/errors.js';
import { plainObject } from '../../../src/snapshot/contents/plain-value.js';
import { SnapshotContents } from '../../../src/snapshot/contents/snapshot-contents.js';
import { decodeMetadata } from '../../../src/snapshot/snapshot-metadata.js';
import { seededRandom } from '../../support/seeded-random.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures/flink-snapshots');
const DIRECTORY = '/snapshots/hostile';
const FILE = `${DIRECTORY}/_metadata`;
const EXAMPLE = readFileSync(join(FIXTURES, 'example-v3-canonical._metadata'));
const SMALL = readFileSync(join(FIXTURES, 'whole/1.20-rocksdb-p1-small-canonical/_metadata'));
const MAX_MS = 1000;
const MAX_BYTES = 256 * 1024 * 1024;

/** Reads everything; undefined, or the error, which must name the file, and the place where bytes are damaged. */
function readAll(bytes: Uint8Array): FlinkError | undefined {
  const start = performance.now();
  const memory = process.memoryUsage().rss;
  try {
    const contents = new SnapshotContents({ metadata: decodeMetadata(bytes, { file: FILE }), directory: DIRECTORY });
    for (const line of contents.lines()) JSON.stringify(line);
    return undefined;
  } catch (error) {
    if (!(error instanceof FlinkError)) throw error;
    expect(error.code).toMatch(/^SNAPSHOT_(CORRUPT|UNSUPPORTED)$/);
    expect(error.message).toContain(DIRECTORY);
    return error;
  } finally {
    expect(performance.now() - start).toBeLessThan(MAX_MS);
    expect(process.memoryUsage().rss - memory).toBeLessThan(MAX_BYTES);
  }
}

describe('a damaged snapshot', () => {
  it('is refused wherever it is cut', () => {
    for (let length = 0; length < EXAMPLE.length; length++) {
      expect(readAll(EXAMPLE.subarray(0, length)), `cut at ${length}`).toBeInstanceOf(FlinkError);
    }
  });

  it('names the offset of the damage', () => {
    const error = readAll(EXAMPLE.subarray(0, EXAMPLE.length - 20));

    expect(error?.message).toMatch(/(offset|byte) \d+/);
  });

  it('ends in an error or in other values when a bit is flipped', () => {
    for (let bit = 0; bit < EXAMPLE.length * 8; bit += 5) {
      const bytes = Uint8Array.from(EXAMPLE);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      readAll(bytes);
    }
  }, 60_000);

  it('survives lengths of 2^31 - 1, -1 and 2^16 everywhere', () => {
    for (const value of [0x7fffffff, -1, 0x10000]) {
      for (let at = 0; at + 4 <= EXAMPLE.length; at++) {
        const bytes = Uint8Array.from(EXAMPLE);
        new DataView(bytes.buffer).setInt32(at, value);
        readAll(bytes);
      }
    }
  }, 60_000);

  it('of more kinds of state survives seeded damage', () => {
    const random = seededRandom(20_261_121);
    for (let run = 0; run < 3000; run++) {
      const bytes = Uint8Array.from(SMALL);
      for (let flips = 1 + Math.floor(random.next() * 8); flips > 0; flips--) {
        bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
      }
      readAll(random.next() < 0.2 ? bytes.subarray(0, Math.floor(random.next() * bytes.length)) : bytes);
    }
  }, 60_000);

  it('cannot name a file outside of its directory', () => {
    const name = Buffer.from('../../../etc/passwd');
    const handle = Buffer.concat([Buffer.from([6, 0, name.length]), name, Buffer.alloc(8)]);
    const inline = EXAMPLE.indexOf(Buffer.from([1, 0]), 120);

    const error = readAll(Buffer.concat([EXAMPLE.subarray(0, inline), handle, EXAMPLE.subarray(inline)]));

    expect(error).toBeInstanceOf(FlinkError);
  });
});

describe('a name from a snapshot', () => {
  it('is data, also when it is __proto__', () => {
    const value = plainObject([['__proto__', { admin: true }]]);

    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true}}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});
