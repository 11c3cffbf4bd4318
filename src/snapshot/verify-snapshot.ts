/**
 * Looks whether every file of a snapshot is there and unchanged, before a job depends on it. Files are read in parts, so
 * that the size of the state does not matter. Files without a known checksum (a real Flink wrote them) are looked at for
 * their size alone.
 */

import { messageOf } from '../common/errors.js';
import { BUFFER_BYTES } from './buffer-pool.js';
import { crc32 } from './checksum.js';
import { pathOfStream, streamsOfSnapshot } from './snapshot-files.js';
import type { LoadedSnapshot } from './snapshot-pointer.js';
import { StateFileReader } from './state-file-reader.js';
import type { StreamHandle } from './state-handle.js';

/** What was found. @internal */
export interface Verification {
  readonly files: number;
  /** Files of which the checksum is known, and right. */
  readonly checked: number;
  /** What is wrong, one sentence a file; empty = nothing. */
  readonly problems: readonly string[];
}

/** Reads all files of a snapshot; problems are returned, not thrown. @internal */
export async function verifySnapshot(snapshot: Pick<LoadedSnapshot, 'metadata' | 'directory'>): Promise<Verification> {
  const { directory } = snapshot;
  const seen = new Set<string>();
  const problems: string[] = [];
  let checked = 0;
  for (const stream of streamsOfSnapshot(snapshot.metadata)) {
    try {
      const path = pathOfStream(stream, directory);
      if (path === null) continue;
      const part = stream.kind === 'segment' ? `${path}@${stream.start}` : path;
      if (seen.has(part)) continue;
      seen.add(part);
      if (await verifyStream(stream, directory, path)) checked++;
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return { files: seen.size, checked, problems };
}

/** Whether the checksum was compared. */
async function verifyStream(stream: StreamHandle, directory: string, path: string): Promise<boolean> {
  const reader = await StateFileReader.open(stream, directory);
  try {
    const expected = stream.kind === 'relative' || stream.kind === 'absolute' ? stream.crc32 : undefined;
    if (expected === undefined) return false;
    const buffer = new Uint8Array(Math.min(reader.size, BUFFER_BYTES * 16));
    let sum = 0;
    for (let at = 0; at < reader.size; at += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, reader.size - at));
      await reader.readInto(part, at);
      sum = crc32(part, sum);
    }
    if (sum !== expected)
      throw new Error(`The state file ${path} was changed since it was written: its checksum is wrong.`);
    return true;
  } finally {
    await reader.close();
  }
}
