/**
 * Which keyed state files an operator's subtask has written, so that an incremental checkpoint can name the base and the
 * deltas that it consists of; `snapshot/incremental-files.ts` reads the handles that are made here.
 */

import { randomUUID } from 'node:crypto';
import { assert } from '../common/assert.js';
import { INCREMENTAL_MAGIC, type KeyedFile } from '../snapshot/incremental-files.js';
import type { KeyedStateHandle, StreamHandle } from '../snapshot/state-handle.js';
import type { KeyedSnapshotResult } from '../state/keyed-state-snapshot.js';

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
    const meta = Buffer.concat([
      INCREMENTAL_MAGIC,
      Buffer.from(JSON.stringify(files.map(({ stream: _, ...rest }) => rest))),
    ]);
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

function sizeOf(stream: StreamHandle): number {
  if (stream.kind === 'inline') return stream.bytes.length;
  return stream.kind === 'empty-segment' ? 0 : stream.size;
}
