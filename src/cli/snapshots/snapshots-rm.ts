/** `snapshots rm`: deletes snapshots, unless somebody needs them. */

import { FlinkError } from '../../common/errors.js';
import { loadSnapshot, pathOfPointer } from '../../snapshot/snapshot-pointer.js';
import { checkRemoval, planKnownRemoval, planRemoval, type RemovalPlan } from '../../snapshot/snapshot-removal.js';
import { sizeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

/** The action. @internal */
export async function removeSnapshots(call: SnapshotsCall): Promise<number> {
  const { index, operations, line, output, words } = call;
  const removed = await operations.locked(async () => {
    index.catchUp();
    const plans = [];
    for (const path of words) plans.push(await planOf(call, path));
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

/** One that is gone is forgotten; a damaged one goes, when a person insists, by what the index knows of it. */
async function planOf({ index, line }: SnapshotsCall, path: string): Promise<RemovalPlan> {
  try {
    return planRemoval(index, await loadSnapshot(path));
  } catch (error) {
    if (!(error instanceof FlinkError)) throw error;
    const known = planKnownRemoval(index, pathOfPointer(path));
    if (known === null || (error.code !== 'SNAPSHOT_NOT_FOUND' && !line.has('force'))) throw error;
    return known;
  }
}
