/**
 * Which keyed state files an operator's subtask has written, so that an incremental checkpoint can name the base and the
 * deltas that it consists of. In `_metadata` it is Flink's incremental handle: the files are its shared state, and its meta
 * stream is ours and says what each file is. A real Flink refuses that stream by its first bytes.
 */

import { randomUUID } from 'node:crypto';
import { assert } from '../common/assert.js';
import { FlinkError } from '../common/errors.js';
import type { KeyedStateHandle, StreamHandle } from '../snapshot/state-handle.js';
import type { KeyedSnapshotResult } from '../state/keyed-state-snapshot.js';

/** Begins the meta stream of our incremental handles: "FTSI" and a version. */
const MAGIC = Buffer.from('FTSI\x01', 'latin1');
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

/** The files of one operator's subtask. @internal */
export class KeyedFileHistory {
  readonly #backendId = randomUUID();
  readonly #files = new Map<number, KeyedFile>();

  /** The handle of a file that stands for itself. */
  wholeHandle(result: KeyedSnapshotResult, stream: StreamHandle): KeyedStateHandle {
    const isCanonical = result.format === 'canonical';
    return {
      kind: 'key-groups',
      format: isCanonical ? 'canonical' : 'native',
      tag: isCanonical ? 7 : 12,
      firstKeyGroup: result.keyGroupRange.first,
      offsets: result.offsets,
      stream,
      ...(!isCanonical && { handleId: randomUUID() }),
    };
  }

  /** The handle of a base, or of a delta with all that it builds on. */
  incrementalHandle(checkpointId: number, result: KeyedSnapshotResult, stream: StreamHandle): KeyedStateHandle {
    const file: KeyedFile = {
      checkpointId,
      format: result.format === 'delta' ? 'delta' : 'native',
      firstKeyGroup: result.keyGroupRange.first,
      offsets: result.offsets,
      stream,
    };
    this.#files.set(checkpointId, file);
    const files = [...this.#basedOn(result.basedOn), file];
    const meta = Buffer.concat([MAGIC, Buffer.from(JSON.stringify(files.map(({ stream: _, ...rest }) => rest)))]);
    return {
      kind: 'incremental',
      tag: 11,
      checkpointId,
      backendId: this.#backendId,
      firstKeyGroup: result.keyGroupRange.first,
      keyGroupCount: result.offsets.length,
      checkpointedSize: result.bytes,
      meta: { kind: 'inline', name: randomUUID(), bytes: new Uint8Array(meta) },
      shared: files.map((each) => ({ name: `${each.format}-${each.checkpointId}`, stream: each.stream })),
      private: [],
      handleId: randomUUID(),
    };
  }

  /** Bytes of the files of these checkpoints. */
  sharedBytes(checkpointIds: readonly number[]): number {
    return this.#basedOn(checkpointIds).reduce((sum, file) => sum + sizeOf(file.stream), 0);
  }

  /** Forgets files that no later delta can build on. */
  retain(checkpointIds: readonly number[]): void {
    for (const id of this.#files.keys()) if (!checkpointIds.includes(id)) this.#files.delete(id);
  }

  #basedOn(checkpointIds: readonly number[]): KeyedFile[] {
    return checkpointIds.map((id) => {
      const file = this.#files.get(id);
      assert(file !== undefined, `the file of checkpoint ${id} is known`);
      return file;
    });
  }
}

/**
 * The files behind an incremental handle of ours, oldest first.
 *
 * @throws FlinkError `SNAPSHOT_UNSUPPORTED` for another backend's handle, `SNAPSHOT_CORRUPT` for a broken one of ours.
 * @internal
 */
export function filesOfIncremental(handle: KeyedStateHandle & { kind: 'incremental' }): readonly KeyedFile[] {
  const { meta } = handle;
  if (meta.kind !== 'inline' || Buffer.compare(Buffer.from(meta.bytes.subarray(0, MAGIC.length)), MAGIC) !== 0) {
    throw new FlinkError(
      'SNAPSHOT_UNSUPPORTED',
      'The snapshot holds keyed state in the format of another state backend.',
    );
  }
  const described = parseDescription(meta.bytes.subarray(MAGIC.length));
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

function sizeOf(stream: StreamHandle): number {
  if (stream.kind === 'inline') return stream.bytes.length;
  return stream.kind === 'empty-segment' ? 0 : stream.size;
}
