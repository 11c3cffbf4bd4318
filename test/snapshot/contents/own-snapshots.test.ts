import { describe, expect, it } from 'vitest';
import { operatorIdFromHex } from '../../../src/common/ids.js';
import { SnapshotContents } from '../../../src/snapshot/contents/snapshot-contents.js';
import { INCREMENTAL_MAGIC } from '../../../src/snapshot/incremental-files.js';
import { decodeMetadata, encodeMetadata } from '../../../src/snapshot/snapshot-metadata.js';
import type { KeyedStateHandle } from '../../../src/snapshot/state-handle.js';
import { HeapKeyedStateBackend } from '../../../src/state/heap-keyed-state-backend.js';
import { KeyTypeCell } from '../../../src/state/key-type-cell.js';
import { ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor } from '../../../src/state/state-descriptor.js';
import { Types } from '../../../src/state/types.js';
import { takeSnapshot, type WrittenSnapshot } from '../../support/keyed-snapshots.js';

const OPERATOR = operatorIdFromHex('aa'.repeat(16));
const SUBMISSION = { writtenBy: 'test', kind: 'checkpoint', jobId: '1', jobName: 'j', time: 1 } as const;

function newBackend() {
  const keyType = new KeyTypeCell({ maxParallelism: 128, declared: Types.STRING });
  const range = { first: 0, last: 127 };
  return new HeapKeyedStateBackend<string>({ keyType, keyGroupRange: range, maxParallelism: 128, ttlNow: () => 0 });
}

function inline({ bytes }: WrittenSnapshot) {
  return { kind: 'inline' as const, name: `${Math.random()}`, bytes };
}

/** The lines of a snapshot with this handle, with the types that its writer tells. */
function linesOf(
  handle: KeyedStateHandle,
  { result }: WrittenSnapshot,
  format: 'native' | 'canonical' | 'incremental',
) {
  const { keyType, states = [] } = result;
  const operators = [{ operatorId: OPERATOR, parallelism: 1, maxParallelism: 128, finished: 'none' as const }].map(
    (head) => ({ ...head, subtasks: new Map([[0, { managedKeyed: [handle] }]]) }),
  );
  const described = [{ operatorId: OPERATOR, uid: 'mine', ...(keyType !== undefined && { keyType }), states }];
  const trailer = { ...SUBMISSION, format, operators: described, files: [] };
  const bytes = encodeMetadata({ checkpointId: 1, masterStates: [], operators, trailer });
  const metadata = decodeMetadata(bytes, { file: '/x/_metadata' });
  const lines = [...new SnapshotContents({ metadata, directory: '/x' }).lines()];
  return lines.map((line) => ({ ...line, operatorId: undefined, keyGroup: undefined }));
}

function groupsHandle(snapshot: WrittenSnapshot): KeyedStateHandle {
  const isCanonical = snapshot.result.format === 'canonical';
  return {
    kind: 'key-groups',
    format: isCanonical ? 'canonical' : 'native',
    tag: isCanonical ? 7 : 12,
    firstKeyGroup: 0,
    offsets: snapshot.result.offsets,
    stream: inline(snapshot),
    ...(!isCanonical && { handleId: 'h' }),
  };
}

describe('the contents of a snapshot of ours', () => {
  it.each(['canonical', 'native'] as const)('have untyped values and rows decoded: %s', (format) => {
    const backend = newBackend();
    const untyped = backend.getState(new ValueStateDescriptor('untyped'));
    const bytes = backend.getState(new ValueStateDescriptor('bytes', Types.BYTES));
    const rows = backend.getState(new ListStateDescriptor('rows', Types.ROW({ n: Types.LONG, any: Types.ANY() })));
    backend.setCurrentKey('k', -1);
    untyped.update({ big: 5n, at: new Date(0), tags: new Set(['a']), map: new Map([['x', 1]]) });
    bytes.update(Uint8Array.of(1));
    rows.add({ n: 1, any: { deep: [null, true] } });

    const snapshot = takeSnapshot(backend, format)!;
    const lines = linesOf(groupsHandle(snapshot), snapshot, format);

    const values = Object.fromEntries(lines.map((line) => ['state' in line ? line.state : '', line]));
    expect(values.untyped).toMatchObject({
      uid: 'mine',
      value: { big: '5', at: '1970-01-01T00:00:00.000Z', tags: ['a'], map: [['x', 1]] },
    });
    expect(values.bytes).toMatchObject({ value: '01' });
    expect(values.rows).toMatchObject({ value: [{ n: '1', any: { deep: [null, true] } }] });
  });

  it('are a base with its deltas laid over it', () => {
    const backend = newBackend();
    const count = backend.getState(new ValueStateDescriptor('count', Types.LONG));
    const map = backend.getState(new MapStateDescriptor('map', Types.STRING, Types.LONG));
    for (const key of ['stays', 'changes', 'goes']) {
      backend.setCurrentKey(key, -1);
      count.update(1);
      map.put('x', 1);
    }
    const base = takeSnapshot(backend, 'incremental', 1)!;
    backend.notifyCheckpointComplete(1);
    backend.setCurrentKey('changes', -1);
    count.update(2);
    map.put('y', 2);
    backend.setCurrentKey('goes', -1);
    count.clear();
    map.clear();
    const delta = takeSnapshot(backend, 'incremental', 2)!;

    const files = [base, delta].map(({ result }, i) => ({
      checkpointId: i + 1,
      format: result.format,
      firstKeyGroup: 0,
      offsets: result.offsets,
    }));
    const lines = linesOf(
      {
        kind: 'incremental',
        tag: 11,
        checkpointId: 2,
        backendId: 'b',
        firstKeyGroup: 0,
        keyGroupCount: 128,
        checkpointedSize: 1,
        meta: {
          kind: 'inline',
          name: 'm',
          bytes: Buffer.concat([INCREMENTAL_MAGIC, Buffer.from(JSON.stringify(files))]),
        },
        shared: [base, delta].map((each, i) => ({ name: `f${i}`, stream: inline(each) })),
        private: [],
        handleId: 'h',
      },
      delta,
      'incremental',
    );

    expect(delta.result.format).toBe('delta');
    const found = lines.map((line) => ('value' in line && 'key' in line ? [line.state, line.key, line.value] : []));
    expect(found.sort()).toEqual([
      ['count', 'changes', '2'],
      ['count', 'stays', '1'],
      [
        'map',
        'changes',
        [
          ['x', '1'],
          ['y', '2'],
        ],
      ],
      ['map', 'stays', [['x', '1']]],
    ]);
  });
});
