import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../src/common/windows.js';
import { DataInput } from '../../src/state/data-input.js';
import { DataOutput } from '../../src/state/data-output.js';
import { readSnapshot, writeSnapshot } from '../../src/state/files/serializer-snapshot-codec.js';
import { GLOBAL_WINDOW, TIME_WINDOW, VOID_NAMESPACE } from '../../src/state/namespaces.js';
import type { TypeSerializer } from '../../src/state/serializer.js';
import { TimerSerializer, TtlSerializer } from '../../src/state/serializers/window-serializers.js';
import { Types } from '../../src/state/types.js';
import { parseType } from '../support/flink-values.js';

const folder = join(import.meta.dirname, '../fixtures/flink-serializers');
const json = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown;
const written = (json('serializer-snapshots.json') as { snapshots: Record<string, { hex: string }> }).snapshots;
const testData = json('test-data.json') as Record<string, { snapshot: string; data: string }>;

function hexOf<T>(serializer: TypeSerializer<T>, value: unknown): string {
  const output = new DataOutput();
  serializer.serialize(value as T, output);
  return Buffer.from(output.view()).toString('hex');
}

function serializerOf(name: string): TypeSerializer<unknown> {
  const namespaces: Readonly<Record<string, unknown>> = {
    VOID: VOID_NAMESPACE.serializer,
    GLOBAL_WINDOW: GLOBAL_WINDOW.serializer,
    TIME_WINDOW: TIME_WINDOW.serializer,
  };
  const known = namespaces[name];
  if (known !== undefined) return known as TypeSerializer<unknown>;
  const [, outer, inner] = /^(TIMER|TTL)<(.*)>$/.exec(name) ?? [];
  if (outer === 'TTL') return new TtlSerializer(parseType(inner!.slice(5)).serializer) as TypeSerializer<unknown>;
  if (outer === undefined) return parseType(name).serializer;
  const cut = inner!.lastIndexOf(',');
  const [key, namespace] = [serializerOf(inner!.slice(0, cut)), serializerOf(inner!.slice(cut + 1))];
  return new TimerSerializer(key, namespace) as TypeSerializer<unknown>;
}

describe('serializer snapshots', () => {
  it.each(Object.entries(written))('are Flink’s bytes: %s', (name, { hex }) => {
    const output = new DataOutput();

    writeSnapshot(serializerOf(name).snapshot, output);

    expect(Buffer.from(output.view()).toString('hex')).toBe(hex);
    expect(readSnapshot(new DataInput(output.toUint8Array()))).toEqual(serializerOf(name).snapshot);
  });

  it('of an unknown class are refused by name', () => {
    const output = new DataOutput();
    writeSnapshot({ className: 'com.example.MySerializerSnapshot', version: 1 }, output);

    expect(() => readSnapshot(new DataInput(output.toUint8Array()))).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_UNSUPPORTED', message: expect.stringContaining('com.example') }),
    );
  });
});

describe('values', () => {
  it.each([
    ['boolean', Types.BOOLEAN, true],
    ['byte', Types.BYTE, 42],
    ['short', Types.SHORT, 123],
    ['int', Types.INT, 123456],
    ['long', Types.LONG, 1234567890],
    ['long', Types.LONG_BIGINT, 1234567890n],
    ['float', Types.FLOAT, Math.fround(123.456)],
    ['double', Types.DOUBLE, 12345.6789],
    ['string', Types.STRING, '123456789012345678901234567890123456'],
    ['byte-primitive-array', Types.BYTES, new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])],
    ['list', Types.LIST(Types.STRING), ['Apache', 'Flink']],
    ['tuple', Types.TUPLE(Types.STRING, Types.STRING, Types.INT), ['hello Gordon', 'ciao', 14]],
    ['row', Types.ROW({ a: Types.STRING, b: Types.STRING, c: Types.INT }), { a: 'hello Gordon', b: 'ciao', c: 14 }],
    ['time-window', TIME_WINDOW, new TimeWindow(12345, 67890)],
  ] as const)('are Flink’s bytes: %s', (name, type, value) => {
    const data = testData[name === 'row' ? 'tuple' : name]!.data;

    expect(hexOf(type.serializer as TypeSerializer<unknown>, value)).toBe(data);
    expect(type.serializer.deserialize(new DataInput(Buffer.from(data, 'hex')))).toEqual(value);
  });

  it.each([
    [0, '8000000000000000'],
    [1_700_000_000_000, '8000018bcfe56800'],
    [-1, '7fffffffffffffff'],
    [Number.POSITIVE_INFINITY, 'ffffffffffffffff'],
    [Number.NEGATIVE_INFINITY, '0000000000000000'],
  ])('flip the sign bit of a timer at %d', (timestamp, hex) => {
    const timer = new TimerSerializer(Types.STRING.serializer, VOID_NAMESPACE.serializer);

    expect(hexOf(timer, { timestamp, key: 'a', namespace: null })).toBe(`${hex}026100`);
  });

  it.each([
    ['', '01'],
    ['a', '0261'],
    ['é', '02e901'],
    ['日本', '03e5cb01acce01'],
    ['😀', '03bdb00380bc03'],
    ['x'.repeat(127), `8001${'78'.repeat(127)}`],
    [null, '00'],
  ])('write the text %j', (text, hex) => {
    expect(hexOf(Types.STRING.serializer, text)).toBe(hex);
    expect(Types.STRING.serializer.deserialize(new DataInput(Buffer.from(hex, 'hex')))).toBe(text);
  });

  it.each([
    [Types.LONG, 2 ** 53],
    [Types.LONG, 1.5],
    [Types.LONG, 1n],
    [Types.LONG_BIGINT, 2n ** 63n],
    [Types.INT, 2 ** 31],
    [Types.BYTE, 128],
    [Types.STRING, 1],
    [Types.BOOLEAN, 'true'],
    [Types.BYTES, [1]],
    [Types.LIST(Types.INT), 'no list'],
    [Types.TUPLE(Types.INT), [1, 2]],
  ] as const)('refuse what is not of the type: %o', (type, value) => {
    expect(() => hexOf(type.serializer as TypeSerializer<unknown>, value)).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    );
  });

  it('name the type that holds a long beyond the safe integers', () => {
    const bytes = Buffer.from('7fffffffffffffff', 'hex');

    expect(() => Types.LONG.serializer.deserialize(new DataInput(bytes))).toThrow(/9223372036854775807n.*LONG_BIGINT/);
  });
});

describe('a reader', () => {
  it('copies bytes, also out of a Buffer', () => {
    const bytes = Buffer.from('000000020102', 'hex');

    const value = Types.BYTES.serializer.deserialize(new DataInput(bytes));
    bytes.fill(0);

    expect(value).toEqual(new Uint8Array([1, 2]));
  });

  it('refuses to read beyond the end, with the offset', () => {
    const input = new DataInput(new Uint8Array(6), 100);
    input.readInt();

    expect(() => input.readInt()).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_CORRUPT', message: expect.stringContaining('offset 104') }),
    );
  });

  it('refuses a count that cannot be there', () => {
    const bytes = Buffer.from('7fffffff', 'hex');

    expect(() => Types.LIST(Types.INT).serializer.deserialize(new DataInput(bytes))).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }),
    );
  });

  it('reads Java’s modified UTF-8', () => {
    const output = new DataOutput();
    output.writeUtf('a\0é日😀');

    expect(Buffer.from(output.view()).toString('hex')).toBe('000e61c080c3a9e697a5eda0bdedb880');
    expect(new DataInput(output.toUint8Array()).readUtf()).toBe('a\0é日😀');
  });
});
