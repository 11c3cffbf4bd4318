import { describe, expect, it } from 'vitest';
import { CollectionSource } from '../../src/connectors/collection-source.js';
import { DataGeneratorSource } from '../../src/connectors/datagen-source.js';
import { NumberSequenceSource } from '../../src/connectors/sequence-source.js';
import {
  sequenceEnumeratorSerializer,
  sequenceSplitSerializer,
  splitSequence,
} from '../../src/connectors/sequence-split.js';
import { ManualClock } from '../support/manual-clock.js';
import { checkSource, readAll, SourceRun } from '../support/source-harness.js';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('NumberSequenceSource', () => {
  it('emits each number exactly once in every mode', async () => {
    await checkSource({ source: () => new NumberSequenceSource(-5, 17), expected: range(-5, 17) });
  });

  it('emits a single number', async () => {
    expect(await readAll(new NumberSequenceSource(7, 7), 3)).toEqual([7]);
  });

  it('refuses a range that is reversed or not exact', () => {
    expect(() => new NumberSequenceSource(2, 1)).toThrow('must not end (1) before it begins (2)');
    expect(() => new NumberSequenceSource(0.5, 1)).toThrow(TypeError);
  });

  it('shares the range among the subtasks, the first ones taking one more', () => {
    expect(splitSequence(1, 10, 4).map(({ next, last }) => [next, last])).toEqual([
      [1, 3],
      [4, 6],
      [7, 8],
      [9, 10],
    ]);
    expect(splitSequence(1, 2, 4)).toHaveLength(2);
  });

  it('writes the bytes of Flink', () => {
    const split = { splitId: '1', next: 3, last: -2 };

    expect(hex(sequenceSplitSerializer.serialize(split))).toBe(`000131${'0000000000000003'}${'fffffffffffffffe'}`);
    expect(hex(sequenceEnumeratorSerializer.serialize([]))).toBe('00000000');
    expect(sequenceSplitSerializer.version).toBe(1);
  });

  it.each([
    ['cut short', 1, '000131000000000000000300000000'],
    ['with bytes behind its end', 1, '00013100000000000000030000000000000005ff'],
    ['of an unknown version', 9, '00013100000000000000030000000000000005'],
    ['with a number beyond 2^53', 1, '0001317fffffffffffffff0000000000000005'],
  ])('refuses a split %s', (_, version, bytes) => {
    expect(() => sequenceSplitSerializer.deserialize(version, Buffer.from(bytes, 'hex'))).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }),
    );
  });

  it('refuses a count that does not fit the bytes', () => {
    expect(() => sequenceEnumeratorSerializer.deserialize(1, Buffer.from('7fffffff', 'hex'))).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }),
    );
  });
});

describe('CollectionSource', () => {
  it('emits each element exactly once in every mode', async () => {
    const records = range(1, 9).map((n) => ({ n }));

    await checkSource({ source: () => new CollectionSource(records), expected: records });
  });

  it('keeps the order with one reader', async () => {
    expect(await readAll(new CollectionSource(['b', 'a', 'c']), 2)).toEqual(['b', 'a', 'c']);
  });

  it('ends at once when it is empty', async () => {
    expect(await readAll(new CollectionSource([]), 2)).toEqual([]);
  });
});

describe('DataGeneratorSource', () => {
  it('emits the record of each index exactly once in every mode', async () => {
    const generate = (index: number) => `e${index}`;

    await checkSource({
      source: () => new DataGeneratorSource(generate, { count: 20 }),
      expected: range(0, 19).map(generate),
    });
  });

  it('does not end without a count', async () => {
    const source = new DataGeneratorSource((index) => index);

    expect(source.boundedness).toBe('CONTINUOUS_UNBOUNDED');
    await checkSource({ source: () => source, expected: [], stopAfter: 50 });
  });

  it('emits no more than its rate allows, and is woken by the clock', async () => {
    const clock = new ManualClock();
    const run = new SourceRun(new DataGeneratorSource((index) => index, { ratePerSecond: 1000, clock }));
    await run.start(1);
    const turn = { maxRecords: 1000, isStarved: false };
    await run.turn(turn);
    await run.turn(turn);
    const atStart = run.records.length;

    for (let elapsed = 0; elapsed < 1000; elapsed += 10) {
      const waiting = run.turn(turn);
      clock.advance(10);
      await waiting;
    }

    expect(atStart).toBe(10);
    expect(run.records.length).toBeGreaterThan(900);
    expect(run.records.length).toBeLessThanOrEqual(1010);
    await run.close();
    expect(clock.pending).toEqual([]);
  });

  it('refuses a rate that is not positive', () => {
    expect(() => new DataGeneratorSource((index) => index, { ratePerSecond: 0 })).toThrow('positive');
  });
});
