/** `snapshots ls`: the snapshots of the home, newest first. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { IndexedSnapshot, SnapshotIndex } from '../../snapshot/snapshot-index.js';
import { METADATA_FILE } from '../../snapshot/snapshot-pointer.js';
import { printTable, sizeText, timeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

/** A row of the list; its fields are documented in `docs/cli.md`, and stable. @internal */
export interface SnapshotRow extends IndexedSnapshot {
  /** What `run -s <n>` takes: 1 is the newest. */
  readonly number: number;
  readonly jobName: string | null;
  readonly jobStatus: string | null;
  /** Whether its `_metadata` is there. */
  readonly exists: boolean;
}

/** The snapshots of a home, newest first; of jobs with that name or id if one is given. @internal */
export function snapshotRows(index: SnapshotIndex, job?: string): SnapshotRow[] {
  const jobs = new Map(index.jobs().map((each) => [each.jobId, each]));
  const rows = index.allSnapshots().map((snapshot) => ({ ...snapshot, owner: jobs.get(snapshot.jobId) }));
  const newestFirst = rows.sort((a, b) => b.triggerTime - a.triggerTime || b.checkpointId - a.checkpointId);
  return newestFirst
    .map(({ owner, ...snapshot }, i) => ({
      number: i + 1,
      ...snapshot,
      jobName: owner?.name ?? null,
      jobStatus: owner?.status ?? null,
      exists: existsSync(join(snapshot.path, METADATA_FILE)),
    }))
    .filter((row) => job === undefined || row.jobName === job || row.jobId === job);
}

/** The action. @internal */
export async function listSnapshots({ index, line, output }: SnapshotsCall): Promise<number> {
  const rows = snapshotRows(index, line.value('job'));
  if (line.has('json')) {
    output.out(`${JSON.stringify({ snapshots: rows }, null, 2)}\n`);
    return 0;
  }
  await printTable(output, {
    head: ['#', 'TIME', 'JOB', 'STATUS', 'KIND', 'FORMAT', 'ID', 'SIZE', 'PATH'],
    right: [0, 6, 7],
    rows: rows.map((row) => [
      String(row.number),
      timeText(row.triggerTime),
      row.jobName ?? '-',
      row.jobStatus ?? '-',
      row.kind,
      row.format,
      String(row.checkpointId),
      sizeText(row.stateSize),
      row.exists ? row.path : `${row.path} (missing)`,
    ]),
  });
  return 0;
}
