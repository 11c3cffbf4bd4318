import { inspect, isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlinkError } from '../../../src/common/errors.js';
import { ByteReader, READ_SLACK } from '../../../src/runtime/channel/byte-reader.js';
import { ByteWriter } from '../../../src/runtime/channel/byte-writer.js';
import { ELEMENT } from '../../../src/runtime/channel/input-channel.js';
import { ChannelDecoder, ChannelEncoder, EdgeShapes } from '../../../src/runtime/channel/record-codec.js';
import type { StreamEvent } from '../../../src/runtime/channel/stream-event.js';
import { StringCache } from '../../../src/runtime/channel/string-cache.js';

interface Element {
  readonly value?: unknown;
  readonly timestamp?: number;
  readonly keyGroup?: number;
  readonly event?: StreamEvent;
}

function encode(elements: readonly Element[], shapes = new EdgeShapes()): Uint8Array {
  const writer = new ByteWriter(64);
  const encoder = new ChannelEncoder(shapes, writer);
  for (const { value, timestamp = Number.NEGATIVE_INFINITY, keyGroup = -1, event } of elements) {
    if (event === undefined) encoder.writeRecord(value, timestamp, keyGroup);
    else encoder.writeEvent(event);
  }
  return writer.bytes.slice(0, writer.position);
}

function decode(encoded: Uint8Array): Element[] {
  const bytes = new Uint8Array(encoded.length + READ_SLACK);
  bytes.set(encoded);
  const reader = new ByteReader(new StringCache());
  reader.open(bytes, new DataView(bytes.buffer), 0);
  const decoder = new ChannelDecoder(reader);
  const elements: Element[] = [];
  while (reader.position < encoded.length) {
    const element = decoder.read();
    const { value, timestamp, keyGroup } = decoder;
    if (element === ELEMENT.RECORD) elements.push({ value, timestamp, keyGroup });
    if (element === ELEMENT.EVENT) elements.push({ event: decoder.event as StreamEvent });
  }
  expect(reader.position).toBe(encoded.length);
  return elements;
}

function roundTrip(values: readonly unknown[]): unknown[] {
  return decode(encode(values.map((value) => ({ value })))).map(({ value }) => value);
}

/** Equality that tells -0 from 0 and sees prototypes; and the order of the outermost fields. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect.fail(`${inspect(actual)} is not ${inspect(expected)}`);
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    expect(Object.keys(actual as object)).toEqual(Object.keys(expected));
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'é', '€', '\ud800', '\udc00', '😀', '\0'), maxLength: 300 }),
);
const scalar = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(-0, 0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)),
  text,
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
);
const rich = fc.oneof(
  scalar,
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    rich,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'a', '1')), tie('tree'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('tree'), { maxLength: 3 }).map((values) => new Set(values)),
  ),
}));

describe('the codec of a channel', () => {
  it('gives back any plain data (seeded)', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 6 }), (values) => {
        const decoded = roundTrip(values);

        expect(decoded.length).toBe(values.length);
        for (const [index, value] of values.entries()) expectSame(decoded[index], value);
      }),
      { seed: 41, numRuns: 600 },
    );
  });

  it('gives back records of a few field names whose kinds change (seeded)', () => {
    const record = fc.record(
      {
        key: scalar,
        value: scalar,
        nested: fc.record({ a: scalar, list: fc.array(scalar, { maxLength: 3 }) }, { noNullPrototype: true }),
        tail: text,
      },
      { requiredKeys: ['key', 'value'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (values) => {
        const decoded = roundTrip(values);

        for (const [index, value] of values.entries()) expectSame(decoded[index], value);
      }),
      { seed: 42, numRuns: 200 },
    );
  });

  it('carries timestamps and key groups', () => {
    const elements = [
      { value: { k: 'a' }, timestamp: 1_700_000_000_123, keyGroup: 32_767 },
      { value: { k: 'b' }, timestamp: Number.NEGATIVE_INFINITY, keyGroup: 0 },
      { value: new Map([[1, 2]]), timestamp: -5.5, keyGroup: 127 },
      { value: 'text', timestamp: Number.POSITIVE_INFINITY, keyGroup: -1 },
    ];

    expect(decode(encode(elements))).toEqual(elements);
  });

  it('carries every control element in its place', () => {
    const options = { checkpointId: 7, exactlyOnce: true, exclusiveDirectory: '/tmp/ü' };
    const events = [
      { kind: 'watermark', timestamp: 12 },
      { kind: 'watermark', timestamp: Number.POSITIVE_INFINITY },
      { kind: 'status', isIdle: true },
      { kind: 'status', isIdle: false },
      { kind: 'barrier', checkpointId: 7, options },
      { kind: 'cancel-barrier', checkpointId: 2 ** 40 },
      { kind: 'end-of-data' },
      { kind: 'end-of-partition' },
    ] as StreamEvent[];
    const elements = events.flatMap((event) => [{ value: 1 }, { event }]);

    const decoded = decode(encode(elements));

    expect(decoded.map(({ event }) => event ?? 1)).toEqual(events.flatMap((event) => [1, event]));
  });

  it('defines a shape once, and widens it when a field changes its kind', () => {
    const shapes = new EdgeShapes();

    const bytes = encode(
      [{ value: { a: 1 } }, { value: { a: 2 } }, { value: { a: null } }, { value: { a: 'x' } }],
      shapes,
    );

    expect(shapes.definitions.map((definition) => JSON.parse(definition))).toEqual([
      { kind: 'object', fields: [['a', { kind: 'number' }]] },
      { kind: 'object', fields: [['a', { kind: 'any' }]] },
    ]);
    expect(decode(bytes).map(({ value }) => value)).toEqual([{ a: 1 }, { a: 2 }, { a: null }, { a: 'x' }]);
  });

  it('stops learning shapes of records that have none in common', () => {
    const shapes = new EdgeShapes();
    const values = Array.from({ length: 3_000 }, (_, index) => ({ [`field ${index}`]: index }));

    const decoded = decode(
      encode(
        values.map((value) => ({ value })),
        shapes,
      ),
    );

    expect(decoded.map(({ value }) => value)).toEqual(values);
    expect(shapes.definitions.length).toBeLessThan(16);
  });

  it('treats the key __proto__ as data', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": 1}}') as object;

    const [decoded] = roundTrip([hostile]) as [Record<string, unknown>];

    expect(JSON.stringify(decoded)).toBe(JSON.stringify(hostile));
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('keeps field names that look like code as data', () => {
    const record = { "'];process.exit(1);['": 1, '"}': 'x', '\u2028': true, '${1}': [1], constructor: 2 };

    expectSame(roundTrip([record])[0], record);
  });

  it.each([
    ['a function', { a: { b: [1, () => 1] } }, 'Field "a.b[1]"', 'a function'],
    ['a symbol', { a: Symbol('x') }, 'Field "a"', 'a symbol'],
    ['an instance of a class', { a: [new (class Point {})()] }, 'Field "a[0]"', 'an instance of Point'],
    ['an error', new Error('x'), 'The record', 'an instance of Error'],
    ['a subclass of Map', { m: new (class Cache extends Map {})() }, 'Field "m"', 'an instance of Cache'],
  ])('refuses %s by the path of its field, and appends nothing', (_name, value, where, what) => {
    const writer = new ByteWriter(64);
    const encoder = new ChannelEncoder(new EdgeShapes(), writer);
    encoder.writeRecord({ a: 1 }, 0, -1);
    const before = writer.position;

    let thrown: unknown;
    try {
      encoder.writeRecord(value, 0, -1);
    } catch (error) {
      thrown = error;
    }

    expect(thrown).toBeInstanceOf(FlinkError);
    expect((thrown as FlinkError).code).toBe('RECORD_NOT_TRANSFERABLE');
    expect((thrown as FlinkError).message).toBe(
      `${where}${where === 'The record' ? '' : ' of the record'} cannot travel to another worker: it is ${what}.`,
    );
    expect(writer.position).toBe(before);
  });

  it('refuses a record that contains itself', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle['self'] = cycle;

    expect(() => roundTrip([cycle])).toThrow(/cannot travel/);
  });

  it('reads strings that the cache has given up on', () => {
    const values = Array.from({ length: 40_000 }, (_, index) => `key-${index}`);

    expect(roundTrip(values)).toEqual(values);
  });
});
