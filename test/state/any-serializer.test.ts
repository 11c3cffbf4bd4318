import { expect, it } from 'vitest';
import { DataInput } from '../../src/state/data-input.js';
import { DataOutput } from '../../src/state/data-output.js';
import { Types } from '../../src/state/types.js';

function roundTrip(value: unknown): unknown {
  const output = new DataOutput();
  Types.ANY().serializer.serialize(value, output);
  return Types.ANY().serializer.deserialize(new DataInput(output.toUint8Array()));
}

it.each([
  ['text', 'é😀'],
  ['numbers', [0, -1, 2 ** 40, 1.5, Number.NaN, Number.POSITIVE_INFINITY]],
  ['null and undefined', [null, undefined]],
  ['undefined fields', { a: undefined, b: null }],
  ['dates', new Date(1_700_000_000_123)],
  [
    'maps with keys of any kind',
    new Map<unknown, unknown>([
      [1, 'a'],
      [{ x: 1 }, new Map([['b', 2n]])],
    ]),
  ],
  ['sets', new Set([1, 'a', 3n])],
  ['bigints', [5n, -(2n ** 63n), 2n ** 80n]],
  ['bytes', new Uint8Array([1, 2, 3])],
  ['typed arrays', { a: new Float64Array([1.5]), b: new Int32Array([1, -2]), c: new BigInt64Array([7n]) }],
  ['nested records', [{ a: { b: [{ c: 1 }] } }, { a: 2 }]],
  ['names of Object.prototype', { toString: 1, constructor: 2, hasOwnProperty: 3 }],
] as const)('keeps %s', (_name, value) => {
  expect(roundTrip(value)).toStrictEqual(value);
});

it('keeps a field named __proto__ as data', () => {
  const value = JSON.parse('[{"__proto__": {"polluted": true}, "x": {"__proto__": 1}}]') as unknown;

  const back = roundTrip(value) as [Record<string, unknown>];

  expect(JSON.stringify(back)).toBe(JSON.stringify(value));
  expect(Object.getPrototypeOf(back[0])).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

class Point {
  readonly x = 1;
}

it.each([
  ['a function', { f: () => 1 }],
  ['a symbol', [Symbol('s')]],
  ['an instance of a class', new Map([[1, new Point()]])],
])('refuses %s', (_name, value) => {
  expect(() => roundTrip(value)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
});

it('refuses a cycle', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);

  expect(() => roundTrip(cycle)).toThrow(expect.objectContaining({ code: 'VALUE_INVALID' }));
});

it('says that bytes which are no MessagePack are damaged', () => {
  const output = new DataOutput();
  output.writeInt(2);
  output.writeBytes(new Uint8Array([0xdc, 0xff]));

  expect(() => Types.ANY().serializer.deserialize(new DataInput(output.toUint8Array()))).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }),
  );
});
