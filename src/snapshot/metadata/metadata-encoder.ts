/** Encodes the body of a `_metadata` of version 3: everything but the trailer. */

import { FlinkError } from '../../common/errors.js';
import type { OperatorState, SnapshotMetadata } from '../snapshot-metadata.js';
import type { OperatorSubtaskState } from '../state-handle.js';
import { MASTER_STATE_MAGIC, MAX_KEY_GROUPS, METADATA_MAGIC, WRITTEN_VERSION } from './metadata-layout.js';
import { MetadataWriter } from './metadata-writer.js';
import {
  encodeChannelStates,
  encodeKeyedStateHandles,
  encodeOperatorStateHandle,
  encodeStream,
} from './state-handle-encoder.js';

/** Magic, version and body. Operators and subtasks keep their order, so equal input gives equal bytes. @internal */
export function encodeSnapshotBody(
  metadata: Pick<SnapshotMetadata, 'checkpointId' | 'masterStates' | 'operators'>,
): Uint8Array {
  const writer = new MetadataWriter();
  writer.writeInt(METADATA_MAGIC);
  writer.writeInt(WRITTEN_VERSION);
  writer.writeLong(metadata.checkpointId);
  writer.writeInt(metadata.masterStates.length);
  for (const state of metadata.masterStates) {
    const content = new MetadataWriter();
    content.writeInt(state.version);
    content.writeUtf(state.name);
    content.writeCountedBytes(state.bytes);
    writer.writeInt(MASTER_STATE_MAGIC);
    writer.writeCountedBytes(content.toBytes());
  }
  writer.writeInt(metadata.operators.length);
  for (const operator of metadata.operators) encodeOperator(writer, operator);
  return writer.toBytes();
}

function encodeOperator(writer: MetadataWriter, operator: OperatorState): void {
  const { operatorId, parallelism, maxParallelism, coordinatorState } = operator;
  if (parallelism < 1 || maxParallelism < parallelism || maxParallelism > MAX_KEY_GROUPS) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      `Operator ${operatorId} has parallelism ${parallelism} of at most ${maxParallelism}: no Flink restores that.`,
    );
  }
  writer.writeBytes(Buffer.from(operatorId, 'hex'));
  writer.writeInt(parallelism);
  writer.writeInt(maxParallelism);
  if (operator.finished === 'fully') {
    encodeStream(writer, undefined);
    writer.writeInt(-1);
    return;
  }
  encodeStream(writer, coordinatorState && { kind: 'inline', name: operatorId, bytes: coordinatorState });
  const finished = operator.finished === 'partly' ? [...(operator.finishedSubtasks ?? [])] : [];
  writer.writeInt(operator.subtasks.size + finished.length);
  for (const [subtask, state] of operator.subtasks) {
    writer.writeInt(subtask);
    encodeSubtaskState(writer, state);
  }
  for (const subtask of finished) writer.writeInt(-(subtask + 1));
}

function encodeSubtaskState(writer: MetadataWriter, state: OperatorSubtaskState): void {
  encodeOperatorStateHandle(writer, state.managedOperator);
  encodeOperatorStateHandle(writer, state.rawOperator);
  encodeKeyedStateHandles(writer, state.managedKeyed);
  encodeKeyedStateHandles(writer, state.rawKeyed);
  encodeChannelStates(writer, state.inputChannels);
  encodeChannelStates(writer, state.outputChannels);
}
