/** Decodes a `_metadata`: envelope, master states, operators, and what stands behind them in each version. */

import { FlinkError } from '../../common/errors.js';
import { type OperatorId, operatorIdFromHex } from '../../common/ids.js';
import { decodeTrailer, hasTrailerEnd } from '../metadata-trailer.js';
import type { MasterState, OperatorState, SnapshotMetadata } from '../snapshot-metadata.js';
import type { OperatorSubtaskState } from '../state-handle.js';
import { decodeProperties } from './checkpoint-properties.js';
import * as layout from './metadata-layout.js';
import { MetadataReader } from './metadata-reader.js';
import {
  decodeChannelStates,
  decodeKeyedStateHandle,
  decodeOperatorStateHandle,
  decodeStream,
} from './state-handle-decoder.js';

const UNEXPECTED_MAGIC =
  'Unexpected magic number. This can have multiple reasons: (1) You are trying to load a Flink 1.0 savepoint, which is ' +
  'not supported by this version of Flink. (2) The file you were pointing to is not a savepoint at all. (3) The savepoint ' +
  'file has been corrupted.';

/** Stands in place of the number of subtasks. */
const FULLY_FINISHED = -1;

/** Reads a whole `_metadata`; see `decodeMetadata`. @internal */
export function decodeSnapshotMetadata(bytes: Uint8Array, file: string): SnapshotMetadata {
  const envelope = new MetadataReader(bytes, file);
  if (envelope.remaining < 4 || envelope.readInt() !== layout.METADATA_MAGIC) {
    throw new FlinkError('SNAPSHOT_CORRUPT', `${UNEXPECTED_MAGIC} File: ${file}.`);
  }
  // The trailer holds a checksum of everything before it: looked at first, whatever the version claims to be.
  const trailer = hasTrailerEnd(bytes) ? decodeTrailer(bytes, file) : undefined;
  const version = envelope.readInt();
  if (version < layout.OLDEST_VERSION || version > layout.NEWEST_VERSION) {
    throw new FlinkError('SNAPSHOT_UNSUPPORTED', `Unrecognized checkpoint version number: ${version} (in ${file}).`);
  }
  const checksums = (trailer?.files ?? []).flatMap((each): [string, number][] =>
    each.crc32 === undefined ? [] : [[each.path, each.crc32]],
  );
  const end = trailer?.flinkPart.length ?? bytes.length;
  const reader = new MetadataReader(bytes, file, end, new Map(checksums));
  reader.skip(envelope.position);
  const body = decodeBody(reader, version);
  if (version >= layout.FIRST_VERSION_WITH_PROPERTIES) return { ...body, properties: decodeProperties(reader) };
  if (reader.remaining > 0) throw reader.corrupt('the bytes behind the snapshot are no whole trailer');
  return trailer === undefined ? body : { ...body, trailer };
}

function decodeBody(reader: MetadataReader, version: number): SnapshotMetadata {
  const checkpointId = reader.readSize('the checkpoint id');
  const masterStates: MasterState[] = [];
  const masterStateCount = reader.readCount('master states', 8);
  for (let i = 0; i < masterStateCount; i++) masterStates.push(decodeMasterState(reader));
  const operators = new Map<OperatorId, OperatorState>();
  const operatorCount = reader.readCount('operators', 28);
  for (let i = 0; i < operatorCount; i++) {
    const at = reader.position;
    const operator = decodeOperator(reader, version);
    if (operators.has(operator.operatorId)) throw reader.corrupt(`operator ${operator.operatorId} stands twice`, at);
    operators.set(operator.operatorId, operator);
  }
  return { version, checkpointId, masterStates, operators: [...operators.values()] };
}

function decodeMasterState(reader: MetadataReader): MasterState {
  const at = reader.position;
  if (reader.readInt() !== layout.MASTER_STATE_MAGIC) throw reader.corrupt('a master state has the wrong mark', at);
  const length = reader.readCount('bytes of a master state', 1);
  const end = reader.position + length;
  const state = { version: reader.readInt(), name: reader.readUtf(), bytes: reader.readCountedBytes('bytes') };
  if (reader.position !== end) throw reader.corrupt(`a master state does not end at byte ${end}`, at);
  return state;
}

function decodeOperator(reader: MetadataReader, version: number): OperatorState {
  const names = version >= layout.FIRST_VERSION_WITH_NAMES ? { name: reader.readUtf(), uid: reader.readUtf() } : null;
  const operatorId = operatorIdFromHex(Buffer.from(reader.readBytes(16)).toString('hex'));
  const at = reader.position;
  const parallelism = reader.readInt();
  const maxParallelism = reader.readInt();
  if (parallelism < 1 || maxParallelism < parallelism || maxParallelism > layout.MAX_KEY_GROUPS) {
    throw reader.corrupt(`operator ${operatorId} has parallelism ${parallelism} of at most ${maxParallelism}`, at);
  }
  const coordinatorState = decodeCoordinatorState(reader, version);
  const head = {
    operatorId,
    ...(names !== null && names.name !== '' && { name: names.name }),
    ...(names !== null && names.uid !== '' && { uid: names.uid }),
    parallelism,
    maxParallelism,
    ...(coordinatorState !== null && { coordinatorState }),
  };
  if (version >= layout.FIRST_VERSION_WITH_COORDINATORS && reader.skipInt(FULLY_FINISHED)) {
    if (coordinatorState !== null)
      throw reader.corrupt(`operator ${operatorId} has finished and has coordinator state`);
    return { ...head, finished: 'fully', subtasks: new Map() };
  }
  return { ...head, ...decodeSubtasks(reader, version, parallelism) };
}

function decodeCoordinatorState(reader: MetadataReader, version: number): Uint8Array | null {
  if (version < layout.FIRST_VERSION_WITH_COORDINATORS) {
    reader.readInt(); // The length of the operator's chain; unused.
    return null;
  }
  const at = reader.position;
  const stream = decodeStream(reader);
  if (stream === null) return null;
  if (stream.kind !== 'inline') throw reader.corrupt('coordinator state is not inline', at);
  return stream.bytes;
}

function decodeSubtasks(
  reader: MetadataReader,
  version: number,
  parallelism: number,
): Pick<OperatorState, 'finished' | 'finishedSubtasks' | 'subtasks'> {
  const counted = reader.readCount('subtasks', 4);
  const subtasks = new Map<number, OperatorSubtaskState>();
  const finishedSubtasks = new Set<number>();
  for (let i = 0; i < counted; i++) {
    const at = reader.position;
    const entry = reader.readInt();
    const subtask = entry < 0 ? -(entry + 1) : entry;
    if (subtask >= parallelism || subtasks.has(subtask) || finishedSubtasks.has(subtask)) {
      throw reader.corrupt(`subtask ${subtask} of ${parallelism} is out of range or stands twice`, at);
    }
    if (entry < 0) finishedSubtasks.add(subtask);
    else subtasks.set(subtask, decodeSubtaskState(reader, version));
  }
  if (finishedSubtasks.size === 0) return { finished: 'none', subtasks };
  return { finished: 'partly', finishedSubtasks, subtasks };
}

function decodeSubtaskState(reader: MetadataReader, version: number): OperatorSubtaskState {
  if (version < layout.FIRST_VERSION_WITH_COORDINATORS) {
    reader.readLong(); // The state size; always -1.
    if (reader.readInt() !== 0) throw reader.corrupt('a subtask has state of a Flink before 1.3');
  }
  const managedOperator = reader.readInt() === 0 ? null : decodeOperatorStateHandle(reader);
  const rawOperator = reader.readInt() === 0 ? null : decodeOperatorStateHandle(reader);
  const managedKeyed = decodeKeyedStateHandle(reader);
  const rawKeyed = decodeKeyedStateHandle(reader);
  const hasChannels = version >= layout.FIRST_VERSION_WITH_COORDINATORS;
  const inputChannels = hasChannels ? decodeChannelStates(reader, version) : [];
  const outputChannels = hasChannels ? decodeChannelStates(reader, version) : [];
  if (version >= layout.FIRST_VERSION_WITH_REFERENCES && reader.readBoolean()) reader.readLong();
  return {
    ...(managedOperator !== null && { managedOperator }),
    ...(rawOperator !== null && { rawOperator }),
    ...(managedKeyed !== null && { managedKeyed: [managedKeyed] }),
    ...(rawKeyed !== null && { rawKeyed: [rawKeyed] }),
    ...(inputChannels.length > 0 && { inputChannels }),
    ...(outputChannels.length > 0 && { outputChannels }),
  };
}
