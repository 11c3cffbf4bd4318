/** Key hashes, key groups, ranges and default maximum parallelisms, against the ones that Flink computed. */

import { defaultMaxParallelism, keyGroupOf, murmur, rangeOf, subtaskOf } from '../../src/state/key-groups.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';

type KeyTypeName = string | readonly string[];

interface KeysCase {
  readonly op: 'key' | 'ranges' | 'defaultMaxParallelism';
  readonly type: KeyTypeName;
  readonly key: unknown;
  readonly hash: number;
  readonly murmur: number;
  readonly maxParallelism: number;
  readonly keyGroup: number;
  readonly parallelism: number;
  readonly subtask: number;
  readonly ranges: readonly unknown[];
  readonly defaultMaxParallelism: number;
}

/** What a row of `keys.jsonl` says, and what the engine computes. */
export function runCase(row: unknown): { readonly expected: unknown; readonly got: unknown } {
  const testCase = row as KeysCase;
  const { maxParallelism, parallelism } = testCase;
  switch (testCase.op) {
    case 'ranges': {
      const ranges = Array.from({ length: parallelism }, (_, subtask) => rangeOf(maxParallelism, parallelism, subtask));
      return { expected: testCase.ranges, got: ranges.map(({ first, last }) => [first, last]) };
    }
    case 'defaultMaxParallelism':
      return { expected: testCase.maxParallelism, got: defaultMaxParallelism(parallelism) };
    case 'key': {
      const { hash, murmur: mixed, keyGroup, subtask } = testCase;
      const ownHash = typeOf(testCase.type, testCase.key).hash!(keyOf(testCase.type, testCase.key));
      const ownGroup = keyGroupOf(ownHash, maxParallelism);
      return {
        expected: { hash, murmur: mixed, keyGroup, subtask },
        got: {
          hash: ownHash,
          murmur: murmur(ownHash),
          keyGroup: ownGroup,
          subtask: subtaskOf(ownGroup, maxParallelism, parallelism),
        },
      };
    }
  }
}

function typeOf(name: KeyTypeName, key: unknown): Type<unknown> {
  if (typeof name !== 'string') {
    const keys = key as readonly unknown[];
    return Types.TUPLE(...name.map((field, i) => typeOf(field, keys[i])));
  }
  if (name === 'LONG' && typeof key === 'string') return Types.LONG_BIGINT as Type<unknown>;
  return Types[name as 'INT'] as Type<unknown>;
}

function keyOf(name: KeyTypeName, key: unknown): unknown {
  if (typeof name !== 'string') return (key as readonly unknown[]).map((part, i) => keyOf(name[i]!, part));
  if (name === 'LONG' && typeof key === 'string') return BigInt(key);
  return name === 'DOUBLE' ? Number(key) : key;
}
