/**
 * `snapshots verify`: whether every file of a snapshot is there and unchanged; with `--deep`, also whether every entry of
 * its state can be decoded.
 */

import { FlinkError, messageOf } from '../../common/errors.js';
import { SnapshotContents } from '../../snapshot/contents/snapshot-contents.js';
import { type LoadedSnapshot, loadSnapshot } from '../../snapshot/snapshot-pointer.js';
import { verifySnapshot } from '../../snapshot/verify-snapshot.js';
import type { SnapshotsCall } from './snapshots.js';

/** Exit codes beside 0: something is wrong; nothing is, but not everything could be decoded. */
const DAMAGED = 10;
const INCOMPLETE = 3;

/** The action. @internal */
export async function verifySnapshotAt({ line, output, words }: SnapshotsCall): Promise<number> {
  const path = words[0] ?? '';
  const found = await verify(path, line.has('deep'));
  if (line.has('json')) output.out(`${JSON.stringify(found, null, 2)}\n`);
  else output.out(textOf(found));
  if (found.problems.length > 0) return DAMAGED;
  return found.unread.length > 0 ? INCOMPLETE : 0;
}

interface Found {
  readonly path: string;
  readonly ok: boolean;
  readonly files: number;
  /** Files whose checksum is known, and right. */
  readonly checked: number;
  /** Entries that were decoded; null without `--deep`. */
  readonly entries: number | null;
  readonly problems: readonly string[];
  readonly unread: readonly { readonly operatorId: string; readonly reason: string }[];
}

async function verify(path: string, isDeep: boolean): Promise<Found> {
  let snapshot: LoadedSnapshot;
  try {
    snapshot = await loadSnapshot(path);
  } catch (error) {
    // A snapshot that is not there was not asked for rightly; one that cannot be read is what this looks for.
    if (!(error instanceof FlinkError) || error.code === 'SNAPSHOT_NOT_FOUND') throw error;
    return { path, ok: false, files: 0, checked: 0, entries: null, problems: [error.message], unread: [] };
  }
  const { files, checked, problems } = await verifySnapshot(snapshot);
  const all = [...problems];
  const contents = new SnapshotContents(snapshot);
  let entries: number | null = null;
  if (isDeep) {
    entries = 0;
    try {
      for (const _ of contents.lines()) entries++;
    } catch (error) {
      if (!(error instanceof FlinkError)) throw error;
      if (!all.includes(messageOf(error))) all.push(messageOf(error));
    }
  }
  const unread = contents.unread.map(({ operatorId, reason }) => ({ operatorId, reason }));
  return { path: snapshot.directory, ok: all.length === 0, files, checked, entries, problems: all, unread };
}

function textOf({ path, ok, files, checked, entries, problems, unread }: Found): string {
  const decoded = entries === null ? '' : `, ${entries} entries decoded`;
  const head = `${path}: ${ok ? 'OK' : 'DAMAGED'} (${files} files, ${checked} checksums compared${decoded})\n`;
  const lost = unread.map(({ operatorId, reason }) => `Not read, of operator ${operatorId}: ${reason}.\n`);
  return head + problems.map((problem) => `${problem}\n`).join('') + lost.join('');
}
