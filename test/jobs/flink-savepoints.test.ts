import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CliSandbox, JOBS, REPOSITORY } from '../support/run-cli.js';

/** What the job of the fixtures wrote is known by its rules: 240 numbers over 20 keys, watermarks 30 minutes behind. */
const KEYS = 20;
const NUMBERS = 240;
const MINUTE = 60_000;
const T0 = 1_700_000_000_000;
const SPECIAL = ['', 'é-1', '日本', '😀'];
const keyOf = (k: number) => SPECIAL[k] ?? `key-${k}`;
const hex = (i: number) => Buffer.from(Array.from({ length: i % 5 }, (_, j) => (i + j) & 255)).toString('hex');
const numbersOf = (k: number) =>
  Array.from({ length: NUMBERS }, (_, i) => i).filter((i) => Math.floor(i / 3) % KEYS === k);
/** A timer of number i is set to minute i + 180; the last watermark was minute 209. */
const hasFired = (i: number) => i + 180 <= NUMBERS - 1 - 30;

function expectedState(k: number) {
  const all = numbersOf(k);
  const last = all.at(-1) as number;
  const lastWith = (test: (i: number) => boolean) => all.filter(test).at(-1);
  const sum = all.reduce((a, b) => a + b, 0);
  const pairs = (count: number, of: (rest: number) => [string | number, unknown] | undefined) =>
    Array.from({ length: count }, (_, rest) => of(rest)).filter((pair) => pair !== undefined);
  const fired = all.filter(hasFired).length;
  return {
    key: keyOf(k),
    'v-long': sum,
    'v-fired': fired === 0 ? null : fired,
    'v-cleared': last % 2 === 0 ? last : null,
    'v-string': `s-${last}${last % 2 === 0 ? 'é😀' : ''}`,
    'v-bytes': hex(last),
    'v-tuple': [last, `t${last}`],
    'v-int': last - 100,
    'v-double': last / 4,
    'v-bool': last % 2 === 0,
    'v-list': Array.from({ length: last % 4 }, (_, j) => last * 10 + j),
    'v-map': [
      ['null', null],
      ['x', last],
    ],
    'v-ttl': `ttl-${last}`,
    'l-long': all,
    'l-string': all.map((i) => `e${i}`),
    m: pairs(4, (rest) => {
      const found = lastWith((i) => i % 4 === rest);
      return found === undefined ? undefined : [`a${rest}`, found];
    }),
    'm-null': [['k', `v${last}`], ...[...new Set(all.map((i) => `n${i % 3}`))].sort().map((name) => [name, null])],
    'm-bytes': pairs(2, (rest) => {
      const found = lastWith((i) => i % 2 === rest);
      return found === undefined ? undefined : [rest, hex(found)];
    }),
    red: sum,
    agg: sum / all.length,
  };
}

let sandbox: CliSandbox;
beforeEach(() => {
  sandbox = new CliSandbox();
});
afterEach(() => sandbox.remove());

/** The copied savepoint, as a directory. */
function savepoint(name: string): string {
  const directory = join(sandbox.directory, name);
  mkdirSync(directory);
  const packed = readFileSync(join(REPOSITORY, `test/fixtures/flink-state/${name}._metadata.gz`));
  writeFileSync(join(directory, '_metadata'), gunzipSync(packed));
  return directory;
}

/** Runs the probing job from a savepoint; the lines that it prints, as objects. */
async function probe(path: string, parallelism: string): Promise<readonly Record<string, unknown>[]> {
  const job = join(JOBS, 'flink-fixture.js');
  const { stdout, stderr, exit } = await sandbox.run(['run', '-s', path, '-n', '-p', parallelism, job]);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  return stdout
    .split('\n')
    .map((line) => line.replace(/^\d+> /, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a savepoint that Flink wrote', () => {
  const cases = [
    ['1.20-hashmap-p1-canonical', '1'],
    ['1.20-hashmap-p1-canonical', '3'],
    ['1.20-hashmap-p1-native', '2'],
    ['1.20-rocksdb-p1-canonical', '2'],
    ['2.3-hashmap-p1-snappy-canonical', '1'],
  ] as const;

  it.each(cases)('restores with equal state of every kind: %s, parallelism %s', async (name, parallelism) => {
    const lines = await probe(savepoint(name), parallelism);

    const states = new Map(lines.filter((line) => 'v-long' in line).map((line) => [line['key'], line]));
    expect(states.size).toBe(KEYS);
    for (let k = 0; k < KEYS; k++) expect(states.get(keyOf(k))).toEqual(expectedState(k));
    const timers = lines.filter((line) => 'timer' in line).map((line) => line['timer'] as number);
    const left = Array.from({ length: NUMBERS }, (_, i) => i).filter((i) => !hasFired(i));
    expect(timers.sort((a, b) => a - b)).toEqual(left.map((i) => T0 + (i + 180) * MINUTE));
    const operator = lines.filter((line) => 'union' in line);
    const lists = new Set(operator.flatMap((line) => line['list'] as number[]));
    expect([...lists].sort((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => 10 * i));
    for (const line of operator) {
      expect(line).toMatchObject({
        union: ['u0', 'u40', 'u80', 'u120', 'u160', 'u200'],
        empty: [],
        broadcast: [
          ['const', 42],
          ['mod', 7],
        ],
      });
    }
  });
});
