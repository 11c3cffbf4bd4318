/**
 * What `-s` means when it is no path: `latest`, `latest:<job name or id>`, or a number of `snapshots ls`. A path that
 * exists wins, as in Flink. What was chosen is told on stderr.
 */

import { existsSync } from 'node:fs';
import { FlinkError } from '../../common/errors.js';
import type { HomeDirectory } from '../../snapshot/home-directory.js';
import type { Output } from '../output.js';
import type { SnapshotRow } from './snapshots-ls.js';

const LATEST = /^latest(?::(?<job>.+))?$/s;
const NUMBER = /^[1-9]\d{0,8}$/;

/**
 * The path of the snapshot that a user means.
 *
 * @throws FlinkError `SNAPSHOT_NOT_FOUND` when the index has no such snapshot.
 * @internal
 */
export async function chooseSnapshot(text: string, home: HomeDirectory, output: Output): Promise<string> {
  const latest = LATEST.exec(text);
  if ((latest === null && !NUMBER.test(text)) || existsSync(text)) return text;
  const [{ SnapshotIndex }, { snapshotRows }] = await Promise.all([
    import('../../snapshot/snapshot-index.js'),
    import('./snapshots-ls.js'),
  ]);
  const index = SnapshotIndex.open(home);
  let chosen: SnapshotRow | undefined;
  try {
    const rows = snapshotRows(index, latest?.groups?.job);
    chosen = latest === null ? rows.find(({ number }) => number === Number(text)) : rows.find(({ exists }) => exists);
  } finally {
    index.close();
  }
  if (chosen === undefined) {
    throw new FlinkError(
      'SNAPSHOT_NOT_FOUND',
      `No snapshot of this home is meant by "-s ${text}"; see "snapshots ls".`,
    );
  }
  const { path, kind, checkpointId, jobName, triggerTime } = chosen;
  const time = new Date(triggerTime).toISOString();
  output.err(`"-s ${text}" is ${kind} ${checkpointId} of job "${jobName ?? '?'}", taken ${time}: ${path}\n`);
  return path;
}
