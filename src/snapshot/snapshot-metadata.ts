/**
 * `_metadata`: what a snapshot consists of. The bytes are Flink's (versions 2 to 7 are read, version 3 is written), so
 * that a real Flink restores what is written here and the other way round; `docs/design/002-snapshot-format.md` has the
 * layout. Behind the body of version 3 stands our trailer, which Flink does not read.
 */

import type { OperatorId } from '../common/ids.js';
import { decodeSnapshotMetadata } from './metadata/metadata-decoder.js';
import { encodeSnapshotBody } from './metadata/metadata-encoder.js';
import { appendTrailer, type MetadataTrailer } from './metadata-trailer.js';
import type { OperatorSubtaskState } from './state-handle.js';

/** A snapshot, as its `_metadata` describes it. @internal */
export interface SnapshotMetadata {
  /** The version of the file; what is encoded has version 3 whatever stands here. */
  readonly version: number;
  readonly checkpointId: number;
  readonly masterStates: readonly MasterState[];
  /** Every operator of the job, those without state too, in the order of the file. */
  readonly operators: readonly OperatorState[];
  /** Of files of version 4 and up, as far as they could be read. */
  readonly properties?: SnapshotProperties;
  /** Of files that flink-ts wrote. */
  readonly trailer?: MetadataTrailer;
}

/** State of a hook of Flink's coordinator; nothing of flink-ts writes it. @internal */
export interface MasterState {
  readonly version: number;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The state of one operator. @internal */
export interface OperatorState {
  readonly operatorId: OperatorId;
  /** From files of version 5 and up; the trailer has it for ours. */
  readonly name?: string;
  readonly uid?: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** Of a source: the state of its split enumerator, with its serde version, serializer version and length. */
  readonly coordinatorState?: Uint8Array;
  /** Whether the operator had read all its input when the snapshot was taken: in no subtask, in some, in every one. */
  readonly finished: 'none' | 'partly' | 'fully';
  /** The subtasks that had finished, when `finished` is `partly`. */
  readonly finishedSubtasks?: ReadonlySet<number>;
  /** State by subtask; a subtask that is missing has none. */
  readonly subtasks: ReadonlyMap<number, OperatorSubtaskState>;
}

/** What Flink says about the kind of the snapshot. @internal */
export interface SnapshotProperties {
  readonly kind: 'checkpoint' | 'savepoint';
  /** Of a savepoint. */
  readonly format?: 'canonical' | 'native';
  /** Of a savepoint: what the job did after it. */
  readonly after?: 'none' | 'suspend' | 'terminate';
}

/**
 * Reads a `_metadata` of version 2 to 7.
 *
 * @throws FlinkError `SNAPSHOT_CORRUPT`, with file and offset, for anything that is no whole and sound `_metadata`;
 * `SNAPSHOT_UNSUPPORTED` for an unknown version.
 * @internal
 */
export function decodeMetadata(bytes: Uint8Array, options: { readonly file: string }): SnapshotMetadata {
  return decodeSnapshotMetadata(bytes, options.file);
}

/**
 * Writes a `_metadata` of version 3, with the trailer behind it when there is one. Every operator of the job has to be
 * listed, also one without state: a real Flink would otherwise guess its maximum parallelism.
 *
 * @internal
 */
export function encodeMetadata(
  metadata: Pick<SnapshotMetadata, 'checkpointId' | 'masterStates' | 'operators' | 'trailer'>,
): Uint8Array {
  const body = encodeSnapshotBody(metadata);
  return metadata.trailer === undefined ? body : appendTrailer(body, metadata.trailer);
}
