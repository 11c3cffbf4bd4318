import { describe, expect, it } from 'vitest';
import { createSource } from '../../src/connectors/custom-source.js';
import { checkSource, readAll } from '../support/source-harness.js';

const letters = (boundedness: 'BOUNDED' | 'CONTINUOUS_UNBOUNDED' = 'BOUNDED', last = 10) =>
  createSource({
    boundedness,
    splits: () => ['a', 'b', 'c'],
    read: async function* (split, position: { n: bigint } | undefined) {
      for (let n = position?.n ?? 0n; n < last; n++) yield [`${split}${n}`, { n: n + 1n }] as const;
    },
  });

describe('createSource', () => {
  it('reads each record exactly once in every mode', async () => {
    const expected = ['a', 'b', 'c'].flatMap((split) => Array.from({ length: 10 }, (_, n) => `${split}${n}`));

    await checkSource({ source: () => letters(), expected });
  });

  it('reads all splits of an unbounded source side by side', async () => {
    await checkSource({ source: () => letters('CONTINUOUS_UNBOUNDED', 1_000_000), expected: [], stopAfter: 60 });
  });

  it('accepts a plain generator', async () => {
    const source = createSource({
      splits: () => ['x'],
      *read(_split, position: number | undefined) {
        for (let n = position ?? 0; n < 2000; n++) yield [n, n + 1];
      },
    });

    expect(await readAll(source)).toHaveLength(2000);
  });

  it('runs the finally of the reading function when it is closed', async () => {
    const closed: string[] = [];
    const source = createSource({
      boundedness: 'CONTINUOUS_UNBOUNDED',
      splits: () => ['x'],
      read: async function* (split, _position: number | undefined, signal) {
        try {
          for (let n = 0; ; n++) yield [n, n + 1];
        } finally {
          closed.push(`${split} ${signal.aborted}`);
        }
      },
    });

    await readAll(source, 1, 10);
    await new Promise((resolve) => setImmediate(resolve));

    expect(closed).toEqual(['x true']);
  });

  it('names the split when reading fails, behind the records before', async () => {
    const source = createSource({
      splits: () => ['broken'],
      read: async function* (): AsyncGenerator<readonly [number, number]> {
        yield [1, 1];
        throw new Error('no such topic');
      },
    });

    await expect(readAll(source)).rejects.toMatchObject({
      code: 'USER_FUNCTION_FAILED',
      message: 'Reading split "broken" failed: no such topic',
    });
  });

  it('refuses two splits with one name', async () => {
    const source = createSource({ splits: () => ['a', 'a'], read: () => [] });

    await expect(readAll(source)).rejects.toMatchObject({ code: 'USER_FUNCTION_FAILED' });
  });

  it('refuses a position that is no plain data', () => {
    const { splitSerializer } = letters();

    expect(() => splitSerializer.serialize({ splitId: 'a', position: () => 1 } as never)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    );
    expect(() => splitSerializer.deserialize(1, Buffer.from('0000000161000000020000', 'hex'))).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }),
    );
  });
});
