/** `snapshots show`: what is known of one snapshot, from its `_metadata` and from the index. */

import { snapshotOf } from '../../snapshot/found-snapshots.js';
import { sizeOfSubtask } from '../../snapshot/snapshot-files.js';
import { type LoadedSnapshot, loadSnapshot } from '../../snapshot/snapshot-pointer.js';
import { plainTable, printTable, sizeText, timeText } from '../table.js';
import type { SnapshotsCall } from './snapshots.js';

/** The action. @internal */
export async function showSnapshot(call: SnapshotsCall): Promise<number> {
  const { line, output, words } = call;
  const document = describe(await loadSnapshot(words[0] ?? ''), call);
  if (line.has('json')) {
    output.out(`${JSON.stringify(document, null, 2)}\n`);
    return 0;
  }
  const { operators, files, ...facts } = document;
  output.out(plainTable({ head: ['path', document.path], rows: factRows(facts) }));
  output.out('\n');
  await printTable(output, {
    head: ['OPERATOR', 'ID', 'PARALLELISM', 'MAX', 'STATE'],
    right: [2, 3, 4],
    rows: operators.map(({ uid, name, operatorId, parallelism, maxParallelism, stateSize }) => [
      uid ?? name ?? '-',
      operatorId,
      String(parallelism),
      String(maxParallelism),
      sizeText(stateSize),
    ]),
  });
  output.out(`\n${files.length} files\n`);
  for (const { path, size } of files) output.out(`${sizeText(size).padStart(10)}  ${path}\n`);
  return 0;
}

function factRows(facts: Readonly<Record<string, unknown>>): string[][] {
  return Object.entries(facts)
    .filter(([name, value]) => name !== 'path' && value !== null)
    .map(([name, value]) => [name, factText(name, value)]);
}

function factText(name: string, value: unknown): string {
  if (name === 'time') return timeText(value as number);
  if (name.endsWith('Size')) return sizeText(value as number);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function describe(snapshot: LoadedSnapshot, { index }: SnapshotsCall) {
  const { metadata, directory } = snapshot;
  const { trailer } = metadata;
  const { files = [], ...own } = snapshotOf(snapshot);
  const owner = index.snapshotAt(directory);
  const job = owner === null ? null : index.job(owner.jobId);
  const names = new Map(trailer?.operators.map((operator) => [operator.operatorId, operator]));
  return {
    path: directory,
    kind: own.kind,
    format: own.format,
    checkpointId: own.checkpointId,
    time: own.triggerTime,
    stateSize: own.stateSize,
    metadataVersion: metadata.version,
    writtenBy: trailer?.writtenBy ?? null,
    jobId: trailer?.jobId ?? owner?.jobId ?? null,
    jobName: trailer?.jobName ?? job?.name ?? null,
    jobStatus: job?.status ?? null,
    jobFileHash: trailer?.jobFileHash ?? null,
    arguments: trailer?.arguments ?? null,
    parent: trailer?.parent ?? null,
    lineage: trailer?.lineage ?? null,
    /** Other snapshots that refer to its files. */
    referencedBy: [
      ...new Set(files.flatMap(({ path }) => index.referencesTo(path)).filter((path) => path !== directory)),
    ],
    operators: metadata.operators.map((operator) => ({
      uid: operator.uid ?? names.get(operator.operatorId)?.uid ?? null,
      name: operator.name ?? names.get(operator.operatorId)?.name ?? null,
      operatorId: operator.operatorId,
      parallelism: operator.parallelism,
      maxParallelism: operator.maxParallelism,
      finished: operator.finished,
      stateSize: [...operator.subtasks.values()].reduce((sum, state) => sum + sizeOfSubtask(state), 0),
    })),
    files,
  };
}
