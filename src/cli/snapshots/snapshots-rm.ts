/** `snapshots rm`: deletes snapshots, unless somebody needs them. */

import { loadSnapshot } from '../../snapshot/snapshot-pointer.js';
import { checkRemoval, planRemoval } from '../../snapshot/snapshot-removal.js';
import { sizeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

/** The action. @internal */
export async function removeSnapshots(call: SnapshotsCall): Promise<number> {
  const { index, operations, line, output, words } = call;
  const removed = await operations.locked(async () => {
    index.catchUp();
    const plans = [];
    for (const path of words) plans.push(planRemoval(index, await loadSnapshot(path)));
    // All are looked at before the first one goes.
    for (const plan of plans) {
      if (line.has('force'))
        for (const objection of plan.objections) output.err(`Deleted all the same: ${objection}\n`);
      else checkRemoval(plan);
    }
    for (const { deletion } of plans) await operations.delete(deletion);
    return plans.map(({ deletion, freedBytes }) => ({ path: deletion.path, freedBytes }));
  });
  if (line.has('json')) output.out(`${JSON.stringify({ removed }, null, 2)}\n`);
  else for (const { path, freedBytes } of removed) output.out(`Deleted ${path} (${sizeText(freedBytes)}).\n`);
  return 0;
}
