/** `snapshots du`: how much the snapshots of each job take; a file that several of them share counts once. */

import type { IndexedSnapshot, SnapshotIndex } from '../../snapshot/snapshot-index.js';
import { printTable, sizeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

/** What the snapshots of one job name take; documented in `docs/cli.md`, and stable. */
interface Usage {
  readonly job: string;
  readonly checkpoints: number;
  readonly savepoints: number;
  /** Bytes in files: all, and those that more than one snapshot refers to. */
  readonly bytes: number;
  readonly sharedBytes: number;
}

/** The action. @internal */
export async function showUsage({ index, line, output }: SnapshotsCall): Promise<number> {
  const names = new Map(index.jobs().map((job) => [job.jobId, job.name]));
  const byName = new Map<string, IndexedSnapshot[]>();
  for (const snapshot of index.allSnapshots()) {
    const name = names.get(snapshot.jobId) ?? snapshot.jobId;
    byName.set(name, [...(byName.get(name) ?? []), snapshot]);
  }
  const jobs = [...byName].map(([name, snapshots]) => usageOf(index, name, snapshots));
  const wanted = jobs.filter(({ job }) => line.value('job') === undefined || line.value('job') === job);
  const total = { bytes: wanted.reduce((sum, { bytes }) => sum + bytes, 0) };
  if (line.has('json')) {
    output.out(`${JSON.stringify({ jobs: wanted, total }, null, 2)}\n`);
    return 0;
  }
  await printTable(output, {
    head: ['JOB', 'CHECKPOINTS', 'SAVEPOINTS', 'SIZE', 'SHARED'],
    right: [1, 2, 3, 4],
    rows: wanted.map((usage) => [
      usage.job,
      String(usage.checkpoints),
      String(usage.savepoints),
      sizeText(usage.bytes),
      sizeText(usage.sharedBytes),
    ]),
  });
  return 0;
}

function usageOf(index: SnapshotIndex, job: string, snapshots: readonly IndexedSnapshot[]): Usage {
  const sizes = new Map<string, number>();
  const shared = new Map<string, number>();
  for (const { path } of snapshots) {
    for (const file of index.filesOf(path)) {
      if (sizes.has(file.path)) shared.set(file.path, file.size);
      sizes.set(file.path, file.size);
    }
  }
  const sum = (files: ReadonlyMap<string, number>) => [...files.values()].reduce((total, size) => total + size, 0);
  const checkpoints = snapshots.filter(({ kind }) => kind === 'checkpoint').length;
  return {
    job,
    checkpoints,
    savepoints: snapshots.length - checkpoints,
    bytes: sum(sizes),
    sharedBytes: sum(shared),
  };
}
