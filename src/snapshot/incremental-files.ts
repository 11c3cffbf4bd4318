/**
 * The files behind an incremental handle of ours: a base and the deltas over it. In `_metadata` it is Flink's incremental
 * handle: the files are its shared state, and its meta stream is ours and says what each file is. A real Flink refuses
 * that stream by its first bytes.
 */

import { FlinkError } from '../common/errors.js';
import type { KeyedStateHandle, StreamHandle } from './state-handle.js';

/** Begins the meta stream of our incremental handles: "FTSI" and a version. @internal */
export const INCREMENTAL_MAGIC = Buffer.from('FTSI\x01', 'latin1');
/** A chain of deltas is cut long before; more is hostile. */
const MAX_FILES = 10_000;

/** One file of an incremental checkpoint. @internal */
export interface KeyedFile {
  readonly checkpointId: number;
  readonly format: 'native' | 'delta';
  readonly firstKeyGroup: number;
  readonly offsets: readonly number[];
  readonly stream: StreamHandle;
}

/** Whether an incremental handle is ours; else it is of Flink's RocksDB backend. @internal */
export function isOwnIncremental({ meta }: KeyedStateHandle & { kind: 'incremental' }): boolean {
  return meta.kind === 'inline' && INCREMENTAL_MAGIC.equals(meta.bytes.subarray(0, INCREMENTAL_MAGIC.length));
}

/**
 * The files behind an incremental handle of ours, oldest first.
 *
 * @throws FlinkError `SNAPSHOT_UNSUPPORTED` for another backend's handle, `SNAPSHOT_CORRUPT` for a broken one of ours.
 * @internal
 */
export function filesOfIncremental(handle: KeyedStateHandle & { kind: 'incremental' }): readonly KeyedFile[] {
  const { meta } = handle;
  if (meta.kind !== 'inline' || !isOwnIncremental(handle)) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      'The snapshot holds keyed state in the format of another state backend.',
    );
  }
  const described = parseDescription(meta.bytes.subarray(INCREMENTAL_MAGIC.length));
  if (described.length !== handle.shared.length) throw corrupt('names another number of files than it has');
  return described.map((file, index) => {
    const shared = handle.shared[index];
    if (shared === undefined) throw corrupt('lacks a file');
    return { ...file, stream: shared.stream };
  });
}

function parseDescription(bytes: Uint8Array): Omit<KeyedFile, 'stream'>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw corrupt('does not describe its files');
  }
  if (!Array.isArray(parsed) || parsed.length > MAX_FILES) throw corrupt('does not describe its files');
  return parsed.map((entry: unknown) => {
    const { checkpointId, format, firstKeyGroup, offsets } = (entry ?? {}) as Record<string, unknown>;
    const isValid =
      isCount(checkpointId) &&
      (format === 'native' || format === 'delta') &&
      isCount(firstKeyGroup) &&
      Array.isArray(offsets) &&
      offsets.every(isCount);
    if (!isValid) throw corrupt('describes a file that cannot be');
    return { checkpointId, format, firstKeyGroup, offsets } as Omit<KeyedFile, 'stream'>;
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function corrupt(what: string): FlinkError {
  return new FlinkError('SNAPSHOT_CORRUPT', `An incremental state handle of the snapshot ${what}.`);
}
