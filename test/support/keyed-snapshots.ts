/** Takes snapshots of keyed backends into memory, and restores them. */

import type { KeyedStateBackend } from '../../src/state/keyed-state-backend.js';
import type { KeyedSnapshotResult, KeyedStateSnapshot } from '../../src/state/keyed-state-snapshot.js';
import type { KeyedStateFile } from '../../src/state/restore-keyed.js';

/** A snapshot in memory. */
export interface WrittenSnapshot {
  readonly result: KeyedSnapshotResult;
  readonly bytes: Uint8Array;
  readonly file: KeyedStateFile;
}

/** Collects what a snapshot writes. */
export class MemorySink {
  readonly #chunks: Uint8Array[] = [];

  write(chunk: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(chunk));
  }

  bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#chunks));
  }
}

/** A state file over bytes. */
export function fileOf(
  bytes: Uint8Array,
  how: {
    readonly format: KeyedStateFile['format'];
    readonly firstKeyGroup: number;
    readonly offsets: readonly number[];
  },
): KeyedStateFile {
  return { ...how, size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
}

/** What a snapshot that is written to the end gives; undefined when it had nothing to write. */
export function written(snapshot: KeyedStateSnapshot, sink: MemorySink): WrittenSnapshot | undefined {
  const result = snapshot.result();
  if (result === null) return undefined;
  const bytes = sink.bytes();
  const file = fileOf(bytes, {
    format: result.format,
    firstKeyGroup: result.keyGroupRange.first,
    offsets: result.offsets,
  });
  return { result, bytes, file };
}

/** Takes a snapshot at one go. */
export function takeSnapshot(
  backend: Pick<KeyedStateBackend<never>, 'snapshot'>,
  format: 'canonical' | 'native' | 'incremental',
  checkpointId = 1,
): WrittenSnapshot | undefined {
  const snapshot = backend.snapshot({ checkpointId, format });
  const sink = new MemorySink();
  while (!snapshot.writeSlice(sink, Number.POSITIVE_INFINITY));
  return written(snapshot, sink);
}
