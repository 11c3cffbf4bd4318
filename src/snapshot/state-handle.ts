/**
 * References to state bytes, as they stand in `_metadata` and travel from task to coordinator and back. Plain data: they
 * cross threads by structured clone. Tags and fields are those of `docs/design/002-snapshot-format.md`.
 */

import type { DistributionMode } from '../state/operator-state.js';
import type { StateDescription } from '../state/serializers/type-names.js';

/** Where a stream of bytes lies. `crc32` of a file is known to its writer; the trailer of `_metadata` keeps it. @internal */
export type StreamHandle =
  | { readonly kind: 'inline'; readonly name: string; readonly bytes: Uint8Array }
  /** A file beside `_metadata`. */
  | { readonly kind: 'relative'; readonly fileName: string; readonly size: number; readonly crc32?: number }
  /** A file anywhere: a `file:` URI or a path. */
  | { readonly kind: 'absolute'; readonly path: string; readonly size: number; readonly crc32?: number }
  /** A part of a bigger file (Flink's merged files). */
  | {
      readonly kind: 'segment';
      readonly path: string;
      readonly start: number;
      readonly size: number;
      readonly scope: number;
      readonly logicalId: string;
    }
  | { readonly kind: 'empty-segment' };

/** Operator state of one subtask: where each element begins in the stream. @internal */
export interface OperatorStateHandle {
  readonly states: readonly {
    readonly name: string;
    readonly mode: DistributionMode;
    readonly offsets: readonly number[];
  }[];
  readonly stream: StreamHandle;
}

/** Keyed state of one subtask. @internal */
export type KeyedStateHandle =
  /** Canonical (tag 7), or native of a heap backend (tags 3 and 12): offsets, one a key group. */
  | {
      readonly kind: 'key-groups';
      readonly format: 'canonical' | 'native';
      readonly tag: 3 | 7 | 12;
      readonly firstKeyGroup: number;
      readonly offsets: readonly number[];
      readonly stream: StreamHandle;
      readonly handleId?: string;
    }
  /** Incremental (tags 5 and 11): a meta stream, files shared between checkpoints, and files of this one alone. */
  | {
      readonly kind: 'incremental';
      readonly tag: 5 | 11;
      readonly checkpointId: number;
      readonly backendId: string;
      readonly firstKeyGroup: number;
      readonly keyGroupCount: number;
      readonly checkpointedSize: number;
      readonly meta: StreamHandle;
      readonly shared: readonly { readonly name: string; readonly stream: StreamHandle }[];
      readonly private: readonly { readonly name: string; readonly stream: StreamHandle }[];
      readonly handleId?: string;
    }
  /** What only a real Flink's other backends read (changelog, tags 8 to 10, 13, 14): kept as bytes for listing. */
  | {
      readonly kind: 'foreign';
      readonly tag: number;
      readonly streams: readonly StreamHandle[];
      readonly firstKeyGroup?: number;
      readonly keyGroupCount?: number;
    };

/** All state of one operator in one subtask; absent parts had nothing to store. @internal */
export interface OperatorSubtaskState {
  readonly managedOperator?: OperatorStateHandle;
  readonly rawOperator?: OperatorStateHandle;
  readonly managedKeyed?: readonly KeyedStateHandle[];
  readonly rawKeyed?: readonly KeyedStateHandle[];
  readonly inputChannels?: readonly ChannelStateHandle[];
  readonly outputChannels?: readonly ChannelStateHandle[];
  /** What the states are called and of which types, from the task that wrote them; the trailer tells it. */
  readonly described?: { readonly keyType?: string; readonly states: readonly StateDescription[] };
}

/** Records that were in flight (unaligned checkpoints). @internal */
export interface ChannelStateHandle {
  readonly subtask: number;
  /** Gate and channel of an input; partition and subpartition of an output. */
  readonly gate: number;
  readonly channel: number;
  readonly offsets: readonly number[];
  readonly size: number;
  readonly stream: StreamHandle;
}
