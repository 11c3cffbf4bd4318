/**
 * `snapshots gc`: of the checkpoints that ended jobs left, the newest of each job name stay and the others go; then what
 * crashes left in the directories of those jobs. Savepoints are the user's and never go; a job that runs cleans up after
 * itself.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../common/errors.js';
import { collectJobGarbage } from '../../snapshot/job-garbage.js';
import type { IndexedJob, IndexedSnapshot } from '../../snapshot/snapshot-index.js';
import { loadSnapshot, METADATA_FILE } from '../../snapshot/snapshot-pointer.js';
import { planKnownRemoval, planRemoval, type RemovalPlan } from '../../snapshot/snapshot-removal.js';
import { CliUsageError } from '../cli-errors.js';
import { sizeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

interface Kept {
  readonly path: string;
  readonly reason: string;
}

interface Result {
  readonly removed: { readonly path: string; readonly freedBytes: number }[];
  /** What was to go and stays, and why. */
  readonly kept: Kept[];
  /** Files and directories without a snapshot. */
  readonly garbage: string[];
}

/** The action. @internal */
export async function collectGarbage(call: SnapshotsCall): Promise<number> {
  const { line, output, operations } = call;
  const keep = readCount(line.value('keep'));
  const isDry = line.has('dry-run');
  const result = await operations.locked(() => collect(call, keep, isDry));
  if (line.has('json')) {
    output.out(`${JSON.stringify({ dryRun: isDry, ...result }, null, 2)}\n`);
    return 0;
  }
  const verb = isDry ? 'Would delete' : 'Deleted';
  for (const { path, freedBytes } of result.removed) output.out(`${verb} ${path} (${sizeText(freedBytes)}).\n`);
  for (const path of result.garbage) output.out(`${verb} ${path} (garbage).\n`);
  for (const { path, reason } of result.kept) output.out(`Kept ${path}: ${reason}\n`);
  const freed = result.removed.reduce((sum, { freedBytes }) => sum + freedBytes, 0);
  output.out(`${result.removed.length} snapshots, ${result.garbage.length} leftovers, ${sizeText(freed)}.\n`);
  return 0;
}

function readCount(text: string | undefined): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) {
    throw new CliUsageError('How many checkpoints of each job shall stay? Give a number with --keep.');
  }
  return Number(text);
}

async function collect(call: SnapshotsCall, keep: number, isDry: boolean): Promise<Result> {
  const { index, line, operations } = call;
  index.catchUp();
  const result: Result = { removed: [], kept: [], garbage: [] };
  const jobs = index.jobs().filter((job) => line.value('job') === undefined || isNamed(job, line.value('job')));
  for (const snapshot of surplus(jobs, (job) => index.snapshots(job.jobId), keep)) {
    const plan = await planOf(call, snapshot, result.kept);
    if (plan === undefined) continue;
    if (plan.objections.length > 0) {
      result.kept.push({ path: snapshot.path, reason: plan.objections.join(' ') });
      continue;
    }
    if (!isDry) {
      await operations.delete(plan.deletion);
      index.catchUp();
    }
    result.removed.push({ path: snapshot.path, freedBytes: plan.freedBytes });
  }
  for (const job of jobs) result.garbage.push(...(await collectJobGarbage(index, job, isDry)));
  return result;
}

function isNamed(job: IndexedJob, name: string | undefined): boolean {
  return job.name === name || job.jobId === name;
}

/** The checkpoints of ended jobs beyond the newest `keep` of their job's name. */
function surplus(
  jobs: readonly IndexedJob[],
  snapshotsOf: (job: IndexedJob) => readonly IndexedSnapshot[],
  keep: number,
): IndexedSnapshot[] {
  const byName = new Map<string, IndexedSnapshot[]>();
  for (const job of jobs) {
    if (!job.isTerminal) continue;
    const checkpoints = snapshotsOf(job).filter(({ kind }) => kind === 'checkpoint');
    byName.set(job.name, [...(byName.get(job.name) ?? []), ...checkpoints]);
  }
  return [...byName.values()].flatMap((snapshots) => {
    const newestFirst = snapshots.sort((a, b) => b.triggerTime - a.triggerTime || b.checkpointId - a.checkpointId);
    return newestFirst.slice(keep);
  });
}

async function planOf(
  { index }: SnapshotsCall,
  { path }: IndexedSnapshot,
  kept: Kept[],
): Promise<RemovalPlan | undefined> {
  try {
    if (!existsSync(join(path, METADATA_FILE))) return planKnownRemoval(index, path) ?? undefined;
    return planRemoval(index, await loadSnapshot(path));
  } catch (error) {
    kept.push({ path, reason: messageOf(error) });
    return undefined;
  }
}
