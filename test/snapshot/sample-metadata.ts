/** A small snapshot with every kind of handle that flink-ts writes. */

import { operatorIdFromHex } from '../../src/common/ids.js';
import type { MetadataTrailer } from '../../src/snapshot/metadata-trailer.js';
import type { SnapshotMetadata } from '../../src/snapshot/snapshot-metadata.js';
import type { OperatorSubtaskState, StreamHandle } from '../../src/snapshot/state-handle.js';

const inline: StreamHandle = { kind: 'inline', name: 'a0d3', bytes: Uint8Array.of(1, 2, 3) };
const relative: StreamHandle = { kind: 'relative', fileName: '4f1c', size: 70_000, crc32: 0xdeadbeef };
const absolute: StreamHandle = { kind: 'absolute', path: 'file:/ck/job/shared/77', size: 9 };

export function sampleTrailer(): MetadataTrailer {
  return {
    writtenBy: '0.1.0',
    kind: 'checkpoint',
    format: 'incremental',
    jobId: '12'.repeat(16),
    jobName: 'word count',
    time: 1_700_000_000_000,
    jobFileHash: 'cd'.repeat(32),
    arguments: ['--input', 'x'],
    parent: { path: '/ck/old/chk-4', checkpointId: 4, jobId: '34'.repeat(16) },
    lineage: [{ path: '/ck/old/chk-4', checkpointId: 4 }],
    operators: [
      {
        operatorId: 'aa'.repeat(16),
        name: 'Count',
        uid: 'count',
        keyType: 'STRING',
        states: [{ name: 'n', kind: 'VALUE', type: 'LONG' }],
      },
    ],
    files: [{ path: '4f1c', size: 70_000, crc32: 0xdeadbeef }],
  };
}

export function sampleMetadata(): SnapshotMetadata & { readonly trailer: MetadataTrailer } {
  const keyed: OperatorSubtaskState = {
    managedKeyed: [
      {
        kind: 'key-groups',
        format: 'native',
        tag: 12,
        firstKeyGroup: 0,
        offsets: [10, 20],
        stream: relative,
        handleId: 'h',
      },
    ],
  };
  const incremental: OperatorSubtaskState = {
    managedKeyed: [
      {
        kind: 'incremental',
        tag: 11,
        checkpointId: 7,
        backendId: 'b',
        firstKeyGroup: 2,
        keyGroupCount: 2,
        checkpointedSize: 9,
        meta: inline,
        shared: [{ name: 'base', stream: absolute }],
        private: [],
        handleId: 'i',
      },
    ],
  };
  const operator: OperatorSubtaskState = {
    managedOperator: {
      states: [
        { name: 'splits', mode: 'SPLIT_DISTRIBUTE', offsets: [4, 8] },
        { name: 'rules', mode: 'BROADCAST', offsets: [12] },
      ],
      stream: inline,
    },
    inputChannels: [{ subtask: 1, gate: 0, channel: 2, offsets: [4], size: 30, stream: relative }],
  };
  return {
    version: 3,
    checkpointId: 7,
    masterStates: [{ version: 1, name: 'hook', bytes: Uint8Array.of(9) }],
    operators: [
      {
        operatorId: operatorIdFromHex('aa'.repeat(16)),
        parallelism: 2,
        maxParallelism: 4,
        finished: 'none',
        subtasks: new Map([
          [0, keyed],
          [1, incremental],
        ]),
      },
      {
        operatorId: operatorIdFromHex('bb'.repeat(16)),
        parallelism: 2,
        maxParallelism: 128,
        coordinatorState: Uint8Array.of(0, 0, 0, 1),
        finished: 'partly',
        finishedSubtasks: new Set([0]),
        subtasks: new Map([[1, operator]]),
      },
      {
        operatorId: operatorIdFromHex('cc'.repeat(16)),
        parallelism: 1,
        maxParallelism: 128,
        finished: 'fully',
        subtasks: new Map(),
      },
      {
        operatorId: operatorIdFromHex('dd'.repeat(16)),
        parallelism: 1,
        maxParallelism: 128,
        finished: 'none',
        subtasks: new Map(),
      },
    ],
    trailer: sampleTrailer(),
  };
}
