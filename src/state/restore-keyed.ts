/**
 * Reads keyed state files into a heap backend: the key groups of the backend's range, and no others. States that the job
 * has not registered are read by what the file says of them; they get their type when the job registers them.
 */

import { FlinkError } from '../common/errors.js';
import type { BucketedTimerQueue } from './bucketed-timer-queue.js';
import { DataInput } from './data-input.js';
import { readCanonicalGroup, readDeltaGroup, readNativeGroup } from './files/body-readers.js';
import { readDeltaPrologue } from './files/delta-format.js';
import { GroupReader } from './files/group-reader.js';
import { restoredNamespaceType, restoredSerializer } from './files/restored-serializers.js';
import { readSnappyStreams } from './files/snappy-framing.js';
import { readKeyedHeader, type StateMeta } from './files/state-header.js';
import { mapMaker } from './heap/composite-key-map.js';
import type { HeapContext } from './heap/heap-context.js';
import type { StateDefinition } from './heap/state-definition.js';
import type { StateRegistry } from './heap/state-registry.js';
import type { StateTable } from './heap/state-table.js';
import type { HeapKeyedStateBackend } from './heap-keyed-state-backend.js';
import type { KeyTypeCell } from './key-type-cell.js';
import type { SerializerSnapshot, TypeSerializer } from './serializer.js';
import { MapSerializer } from './serializers/composite-serializers.js';
import { describeSnapshot, SNAPSHOT_CLASS, snapshotsAgree } from './serializers/snapshots.js';
import type { Type } from './type.js';
import { Types } from './types.js';

/** A file of keyed state, as a restore reads it. @internal */
export interface KeyedStateFile {
  readonly format: 'canonical' | 'native' | 'delta';
  readonly firstKeyGroup: number;
  /** A byte offset for each key group from `firstKeyGroup` on; 0 = empty (never in native files). */
  readonly offsets: readonly number[];
  /** Number of bytes of the file. */
  readonly size: number;
  /** The bytes from `start` to `end` (exclusive); the array is not kept. */
  read(start: number, end: number): Uint8Array;
}

/** What is filled: see `HeapKeyedStateBackend.restoreTarget`. @internal */
export interface RestoreTarget {
  readonly context: HeapContext;
  readonly registry: StateRegistry;
  readonly cell: KeyTypeCell;
  readonly maxParallelism: number;
}

/** A state of a file while its groups are read: where its values go. @internal */
export type RestoredState =
  | { readonly type: 'keyed'; readonly definition: StateDefinition; readonly table: StateTable }
  | {
      readonly type: 'timers';
      readonly queue: BucketedTimerQueue<unknown, unknown>;
      readonly namespace: TypeSerializer<unknown>;
      /** False: a later file has the timers, these are read over. */
      readonly isKept: boolean;
    };

/** What the readers of groups need. @internal */
export interface RestoreContext {
  readonly key: TypeSerializer<unknown>;
  readonly states: readonly RestoredState[];
  readonly context: HeapContext;
  readonly maxParallelism: number;
}

/**
 * Fills a backend from files, before the first element. Files of one chain are given oldest first; otherwise the order is
 * free.
 *
 * @throws FlinkError `STATE_TYPE_MISMATCH`, `SNAPSHOT_CORRUPT` or `SNAPSHOT_UNSUPPORTED`.
 * @internal
 */
export function restoreKeyed<K>(backend: HeapKeyedStateBackend<K>, files: readonly KeyedStateFile[]): void {
  const target = backend.restoreTarget;
  files.forEach((file, i) => {
    restoreFile(target, file, !files.slice(i + 1).some((later) => isDeltaOver(later, file)));
  });
}

/** Whether a later file of the same chain writes the timers again. */
function isDeltaOver(later: KeyedStateFile, file: KeyedStateFile): boolean {
  const isSameRange = later.firstKeyGroup === file.firstKeyGroup && later.offsets.length === file.offsets.length;
  return later.format === 'delta' && isSameRange;
}

function restoreFile(target: RestoreTarget, file: KeyedStateFile, keepsTimers: boolean): void {
  const { context } = target;
  const first = Math.max(file.firstKeyGroup, context.firstKeyGroup);
  const last = Math.min(file.firstKeyGroup + file.offsets.length, context.firstKeyGroup + context.groupCount) - 1;
  if (first > last) return;
  const groups = new GroupReader(file);
  const input = new DataInput(groups.header());
  if (file.format === 'delta') readDeltaPrologue(input);
  const header = readKeyedHeader(input);
  const key = keySerializerOf(target.cell, header.key);
  const states = header.states.map((meta) => restoredState(target, meta, keepsTimers));
  const restore: RestoreContext = { key, states, context, maxParallelism: target.maxParallelism };
  for (const { keyGroup, bytes, origin } of groups.groups(first, last)) {
    const group = keyGroup - context.firstKeyGroup;
    if (file.format === 'native') {
      readNativeGroup(restore, keyGroup, nativeSections(bytes, origin, header.isCompressed));
      continue;
    }
    const isPacked = header.isCompressed;
    const body = isPacked ? Buffer.concat(readSnappyStreams(bytes, origin)) : bytes;
    const bodyInput = new DataInput(body, isPacked ? 0 : origin);
    if (file.format === 'delta') readDeltaGroup(restore, group, bodyInput);
    else readCanonicalGroup(restore, group, bodyInput);
  }
}

/** The inputs of a native group: the group's number, then the sections, each a stream of its own where compressed. */
function nativeSections(bytes: Uint8Array, origin: number, isCompressed: boolean): readonly DataInput[] {
  if (!isCompressed) return [new DataInput(bytes, origin)];
  const groupBytes = 4;
  const streams = readSnappyStreams(bytes.subarray(groupBytes), origin + groupBytes);
  return [new DataInput(bytes.subarray(0, groupBytes), origin), ...streams.map((stream) => new DataInput(stream))];
}

/** The serializer of the job's keys, which must be that of the file; fixes the key type where the job declares none. */
function keySerializerOf(cell: KeyTypeCell, stored: SerializerSnapshot): TypeSerializer<unknown> {
  if (cell.type === undefined) {
    const candidates: readonly Type<unknown>[] = [Types.STRING, Types.LONG, Types.BOOLEAN];
    const type = candidates.find((candidate) => snapshotsAgree(candidate.serializer.snapshot, stored));
    if (type === undefined) {
      throw new FlinkError(
        'STATE_TYPE_MISMATCH',
        `The restored keys are ${describeSnapshot(stored)}; pass that type to keyBy, which finds only STRING, LONG and BOOLEAN by itself.`,
      );
    }
    cell.preset(type);
  }
  const serializer = cell.type!.serializer;
  if (snapshotsAgree(serializer.snapshot, stored)) return serializer;
  throw new FlinkError(
    'STATE_TYPE_MISMATCH',
    `The restored keys are ${describeSnapshot(stored)}, the job's keys are ${describeSnapshot(serializer.snapshot)}.`,
  );
}

function restoredState(target: RestoreTarget, meta: StateMeta, keepsTimers: boolean): RestoredState {
  if (meta.type === 'timers') {
    const namespace = meta.value.composite?.nested[1];
    if (meta.value.className !== SNAPSHOT_CLASS.timer || namespace === undefined) {
      throw new FlinkError('SNAPSHOT_UNSUPPORTED', `Timer queue "${meta.name}" is written as ${meta.value.className}.`);
    }
    const namespaceType = restoredNamespaceType(namespace);
    const queue = target.registry.queue(meta.name, namespaceType, false);
    return { type: 'timers', queue, namespace: queue.namespaceType.serializer, isKept: keepsTimers };
  }
  if (meta.type !== 'keyed') {
    throw new FlinkError('SNAPSHOT_CORRUPT', `State "${meta.name}" of a keyed state file is no keyed state.`);
  }
  const serializer = restoredSerializer(meta.value);
  const state = target.registry.restored({
    name: meta.name,
    kind: meta.kind,
    namespaceType: restoredNamespaceType(meta.namespace),
    serializer,
    ttl: undefined,
    createMap: serializer instanceof MapSerializer ? mapMaker({ name: '', serializer: serializer.key }) : undefined,
  });
  return { type: 'keyed', definition: state.definition, table: state.table };
}
