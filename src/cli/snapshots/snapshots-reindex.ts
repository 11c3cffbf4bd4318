/** `snapshots reindex`: makes the index anew from the journals, and takes in snapshots that lie under the given directories. */

import { resolve } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { describeFound, snapshotDirectories } from '../../snapshot/found-snapshots.js';
import type { SnapshotsCall } from './snapshots.js';

/** The action. @internal */
export async function reindex({ index, operations, words, line, output }: SnapshotsCall): Promise<number> {
  const added: string[] = [];
  const problems: { path: string; message: string }[] = [];
  await operations.locked(async () => {
    index.rebuild();
    problems.push(...index.problems.map(({ path, message }) => ({ path, message })));
    for (const root of words) {
      for (const path of snapshotDirectories(resolve(root))) {
        if (index.snapshotAt(path) !== null) continue;
        try {
          const { jobId, snapshot } = await describeFound(path);
          index.addFound(jobId, snapshot);
          added.push(path);
        } catch (error) {
          problems.push({ path, message: messageOf(error) });
        }
      }
    }
  });
  const document = { jobs: index.jobs().length, snapshots: index.allSnapshots().length, added, problems };
  if (line.has('json')) output.out(`${JSON.stringify(document, null, 2)}\n`);
  else {
    output.out(`${document.jobs} jobs, ${document.snapshots} snapshots (${added.length} found in directories).\n`);
    for (const { path, message } of problems) output.err(`Not read: ${path}: ${message}\n`);
  }
  return 0;
}
