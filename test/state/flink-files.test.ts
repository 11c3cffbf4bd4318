/** Keyed and operator state that a real Flink wrote: every value is read, and survives being written again. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeMetadata, type OperatorState } from '../../src/snapshot/snapshot-metadata.js';
import type { StreamHandle } from '../../src/snapshot/state-handle.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { HeapOperatorState } from '../../src/state/heap-operator-state.js';
import { rangeOf } from '../../src/state/key-groups.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { type KeyedStateFile, restoreKeyed } from '../../src/state/restore-keyed.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import { dumpBackend, jsonOf, parseType } from '../support/flink-values.js';
import { fileOf, takeSnapshot } from '../support/keyed-snapshots.js';

interface ExpectedState {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  readonly truncated?: boolean;
  readonly sha256?: string;
  readonly entries: readonly (readonly [key: unknown, namespace: unknown, value: unknown])[];
}

interface ExpectedOperatorState {
  readonly name: string;
  readonly mode: string;
  readonly type?: string;
  readonly keyType?: string;
  readonly valueType?: string;
  readonly perSubtask?: readonly (readonly unknown[])[];
  readonly entries?: readonly unknown[];
}

interface ExpectedOperator {
  readonly id: string;
  readonly keyType?: string;
  readonly keyed?: readonly ExpectedState[];
  readonly operatorState?: readonly ExpectedOperatorState[];
}

const folder = join(import.meta.dirname, '../fixtures/flink-state');
const snapshots = [
  '1.20-hashmap-p1-canonical',
  '1.20-hashmap-p1-native',
  '1.20-hashmap-p2-5000-snappy-native',
  '1.20-hashmap-p4-maxp32768-canonical',
  '1.20-rocksdb-p1-canonical',
  '2.3-hashmap-p1-snappy-canonical',
];

function read(name: string) {
  const bytes = gunzipSync(readFileSync(join(folder, `${name}._metadata.gz`)));
  const text = gunzipSync(readFileSync(join(folder, `${name}.json.gz`))).toString();
  const metadata = decodeMetadata(bytes, { file: name });
  const expected = (JSON.parse(text) as { readonly operators: readonly ExpectedOperator[] }).operators;
  const found = new Map(metadata.operators.map((operator) => [operator.operatorId as string, operator]));
  return expected.map((operator) => ({ expected: operator, found: found.get(operator.id)! }));
}

function bytesOf(stream: StreamHandle): Uint8Array {
  if (stream.kind !== 'inline') throw new Error(`The fixture has a file: ${stream.kind}`);
  return stream.bytes;
}

function keyedFiles(operator: OperatorState): KeyedStateFile[] {
  return [...operator.subtasks.values()].flatMap(({ managedKeyed = [] }) =>
    managedKeyed.map((handle) => {
      if (handle.kind !== 'key-groups') throw new Error(`The fixture has a handle of kind ${handle.kind}`);
      return fileOf(bytesOf(handle.stream), handle);
    }),
  );
}

function restored(
  keyType: Type<unknown>,
  maxParallelism: number,
  files: readonly KeyedStateFile[],
  part = { of: 1, at: 0 },
) {
  const backend = new HeapKeyedStateBackend<never>({
    keyType: new KeyTypeCell({ declared: keyType, maxParallelism }),
    keyGroupRange: rangeOf(maxParallelism, part.of, part.at),
    maxParallelism,
    ttlNow: () => 0,
  });
  restoreKeyed(backend, files);
  return backend;
}

/** Python's `json.dumps`, in which the digests were made. */
function digest(entries: readonly (readonly [unknown, unknown, unknown])[]): string {
  const ascii = (value: unknown, separator: string): string => {
    if (Array.isArray(value)) return `[${value.map((item) => ascii(item, separator)).join(separator)}]`;
    const text = JSON.stringify(value);
    return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  };
  const lines = entries.map(([key, namespace, value]) => ({
    by: ascii([key, namespace], ', '),
    line: ascii([key, namespace, value], ','),
  }));
  lines.sort((a, b) => (a.by < b.by ? -1 : 1));
  return createHash('sha256')
    .update(lines.map(({ line }) => line).join('\n'))
    .digest('hex');
}

function checkStates(expected: readonly ExpectedState[], dump: ReturnType<typeof dumpBackend>): void {
  for (const state of expected) {
    const entries = dump.get(state.name) ?? [];
    expect([state.name, entries.length]).toEqual([state.name, state.count]);
    if (state.sha256 !== undefined) expect([state.name, digest(entries)]).toEqual([state.name, state.sha256]);
    if (state.truncated === true) continue;
    const byText = (list: readonly unknown[]) => list.map((entry) => JSON.stringify(entry)).sort();
    expect([state.name, byText(entries)]).toEqual([state.name, byText(state.entries)]);
  }
}

describe.each(snapshots)('the snapshot %s of Flink', (name) => {
  it('gives every keyed value', () => {
    for (const { expected, found } of read(name)) {
      if (expected.keyed === undefined) continue;
      const backend = restored(parseType(expected.keyType!), found.maxParallelism, keyedFiles(found));

      checkStates(expected.keyed, dumpBackend(backend));
    }
  });

  it.each(['canonical', 'native', 'incremental'] as const)('gives the same values once written as %s', (format) => {
    for (const { expected, found } of read(name)) {
      if (expected.keyed === undefined) continue;
      const keyType = parseType(expected.keyType!);
      const { maxParallelism } = found;
      const files = [0, 1, 2].map((at) => {
        const backend = restored(keyType, maxParallelism, keyedFiles(found), { of: 3, at });
        return takeSnapshot(backend, format)!.file;
      });

      const again = restored(keyType, maxParallelism, files);

      checkStates(expected.keyed, dumpBackend(again));
    }
  });

  it('gives every element of operator state', () => {
    for (const { expected, found } of read(name)) {
      for (const state of expected.operatorState ?? []) {
        if (state.perSubtask !== undefined) checkList(found, state, state.perSubtask);
        else if (state.mode === 'BROADCAST') checkBroadcast(found, state);
      }
    }
  });
});

function checkList(
  found: OperatorState,
  state: ExpectedOperatorState,
  perSubtask: readonly (readonly unknown[])[],
): void {
  const type = parseType(state.type!);
  for (const [subtask, elements] of perSubtask.entries()) {
    const store = new HeapOperatorState();
    const handle = found.subtasks.get(subtask)?.managedOperator;
    if (handle !== undefined) store.restore(bytesOf(handle.stream), handle.states);
    const descriptor = { name: state.name, type };
    const list = state.mode === 'UNION' ? store.getUnionListState(descriptor) : store.getListState(descriptor);
    expect(list.get().map((value) => jsonOf(state.type!, value))).toEqual(elements);
  }
}

function checkBroadcast(found: OperatorState, state: ExpectedOperatorState): void {
  const store = new HeapOperatorState();
  const handle = found.subtasks.get(0)!.managedOperator!;
  store.restore(bytesOf(handle.stream), handle.states);
  const again = new HeapOperatorState();
  const copy = store.snapshot()!;
  again.restore(copy.bytes, copy.states);
  const map = again.getBroadcastState({
    name: state.name,
    keyType: parseType(state.keyType!),
    type: parseType(state.valueType!),
  });
  const entries = [...map.entries()].map(([key, value]) => [
    jsonOf(state.keyType!, key),
    jsonOf(state.valueType!, value),
  ]);
  const byText = (list: readonly unknown[]) => list.map((entry) => JSON.stringify(entry)).sort();
  expect(byText(entries)).toEqual(byText(state.entries!));
}

it('refuses keys of another type than the file has', () => {
  const { found } = read('1.20-hashmap-p1-native').find(({ expected }) => expected.keyType === 'LONG')!;

  expect(() => restored(Types.STRING as Type<unknown>, 128, keyedFiles(found))).toThrow(
    expect.objectContaining({ code: 'STATE_TYPE_MISMATCH', message: expect.stringContaining('Long') }),
  );
});
