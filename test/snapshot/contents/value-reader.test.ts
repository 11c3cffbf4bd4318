import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTree, readSerializerTree } from '../../../src/snapshot/contents/serializer-tree.js';
import { parseTypeName } from '../../../src/snapshot/contents/type-name.js';
import { isUndecodable, valueReader } from '../../../src/snapshot/contents/value-reader.js';
import { DataInput } from '../../../src/state/data-input.js';
import { DataOutput } from '../../../src/state/data-output.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures/flink-serializers');
type Samples = Record<string, { readonly snapshot: string; readonly data: string }>;
const samples: Samples = {
  ...(JSON.parse(readFileSync(join(FIXTURES, 'test-data.json'), 'utf8')) as Samples),
  ...(JSON.parse(readFileSync(join(FIXTURES, 'more-test-data.json'), 'utf8')) as Samples),
};

/** What Flink's upgrade tests of serializers have stored. */
const VALUES: Record<string, unknown> = {
  'big-dec': '123456789012345678901234567890123456.789',
  'big-int': '123456789012345678901234567890123456',
  boolean: true,
  'byte-primitive-array': '00010203040506070809',
  date: '1580382960',
  enum: 'EMMA',
  float: 123.456,
  'int-primitive-array': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  long: '1234567890',
  'long-primitive-array': ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  map: [
    [0, '0'],
    [1, '1'],
    [2, '2'],
  ],
  'nullable-not-padded': null,
  'nullable-padded': null,
  'pojo-identical-schema': { age: 27, favoriteColor: 'BLUE', married: false, name: 'Gordon' },
  'pojo-with-modified-schema': { age: 27, height: 172.8, id: 911108, name: 'Gordon' },
  timer: { timestamp: '12345', key: 'key', namespace: 678 },
  tuple: ['hello Gordon', 'ciao', 14],
};

describe('a value that Flink wrote', () => {
  it.each(Object.keys(VALUES))('is decoded by what its snapshot says: %s', (name) => {
    const { snapshot, data } = samples[name]!;
    const input = new DataInput(Buffer.from(data, 'hex'));

    const value = valueReader(readSerializerTree(new DataInput(Buffer.from(snapshot, 'hex')))).read(input);

    expect(JSON.parse(JSON.stringify(value))).toEqual(VALUES[name]);
    expect(input.remaining).toBe(0);
  });

  it('that only Kryo can read is named, and known to be that', () => {
    const output = new DataOutput();
    output.writeInt(2);
    output.writeUtf('org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializerSnapshot');
    output.writeInt(2);
    output.writeUtf('com.example.Order');
    for (let maps = 0; maps < 3; maps++) {
      output.writeLong(0x4f2c69a3d70n);
      output.writeInt(0);
    }

    const tree = readSerializerTree(new DataInput(output.toUint8Array()));

    expect(describeTree(tree)).toBe('KRYO<com.example.Order>');
    expect(() => valueReader(tree).read(new DataInput(Uint8Array.of(1)))).toThrow(/KRYO<com\.example\.Order>/);
    try {
      valueReader(tree).read(new DataInput(Uint8Array.of(1)));
    } catch (error) {
      expect(isUndecodable(error)).toBe(true);
    }
  });
});

describe('parseTypeName', () => {
  it('takes nested names apart, and refuses what is none', () => {
    expect(parseTypeName('MAP(STRING, ROW(id: LONG, tags: LIST(ANY)))')).toEqual({
      name: 'MAP',
      parts: [
        { name: 'STRING', parts: [] },
        {
          name: 'ROW',
          parts: [
            { name: 'LONG', parts: [] },
            { name: 'LIST', parts: [{ name: 'ANY', parts: [] }] },
          ],
          fields: ['id', 'tags'],
        },
      ],
    });
    for (const text of ['', 'LIST(', 'LIST(ANY', 'ROW(ANY)', 'LIST()ANY', `${'LIST('.repeat(99)}`]) {
      expect(parseTypeName(text)).toBeUndefined();
    }
  });
});
