/**
 * How values become bytes. The encodings are Flink's (`docs/design/002-snapshot-format.md`), so that a state written here
 * is read by a real Flink. Serializers are stateless and shared.
 */

import type { DataInput } from './data-input.js';
import type { DataOutput } from './data-output.js';

/** Encodes and decodes the values of one type. */
export interface TypeSerializer<T> {
  /** Bytes of every value, or -1 when values differ in length; decides the key format of canonical snapshots. */
  readonly length: number;
  /** Appends the value; throws a FlinkError `VALUE_INVALID` that shows the value when it is not of the type. */
  serialize(value: T, output: DataOutput): void;
  /** Reads one value; throws a FlinkError `SNAPSHOT_CORRUPT` when the bytes are no such value. */
  deserialize(input: DataInput): T;
  /** What the snapshot says of this serializer; two serializers with equal snapshots read each other's bytes. */
  readonly snapshot: SerializerSnapshot;
}

/** What Flink writes about a serializer: its snapshot class, the version, and what the class adds. */
export interface SerializerSnapshot {
  /** Binary name of Flink's snapshot class. */
  readonly className: string;
  readonly version: number;
  /** Absent for a simple serializer; the outer version, the outer bytes and the nested snapshots of a composite one. */
  readonly composite?: {
    readonly outerVersion: number;
    readonly outerBytes: Uint8Array;
    readonly nested: readonly SerializerSnapshot[];
  };
}
