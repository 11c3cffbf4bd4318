import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type JobId, operatorIdFromHex } from '../../src/common/ids.js';
import { SnapshotDirectory } from '../../src/snapshot/snapshot-directory.js';
import { describeFiles, filesOfSnapshot } from '../../src/snapshot/snapshot-files.js';
import { encodeMetadata, type OperatorState } from '../../src/snapshot/snapshot-metadata.js';
import { type LoadedSnapshot, loadSnapshot } from '../../src/snapshot/snapshot-pointer.js';
import { StateFileWriter } from '../../src/snapshot/state-file.js';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { sampleTrailer } from './sample-metadata.js';

/** A checkpoint with one exclusive file and one shared one, written as a job writes it. */
async function checkpoint(): Promise<LoadedSnapshot> {
  const checkpointDirectory = temporaryDirectory();
  const directories = new SnapshotDirectory({ checkpointDirectory, jobId: 'ab'.repeat(16) as JobId });
  await directories.prepareJob();
  const location = await directories.prepareCheckpoint(1);
  const streams = ['exclusive', 'shared'].map(async (scope) => {
    const directory = scope === 'shared' ? location.sharedDirectory : location.directory;
    const writer = new StateFileWriter({ directory, scope: scope as 'shared', inlineThreshold: -1 });
    writer.write(new Uint8Array(1_500_000).fill(scope.length));
    return { states: [], stream: (await writer.close())! };
  });
  const [managedOperator, rawOperator] = await Promise.all(streams);
  const operators: OperatorState[] = [
    {
      operatorId: operatorIdFromHex('aa'.repeat(16)),
      parallelism: 1,
      maxParallelism: 128,
      finished: 'none',
      subtasks: new Map([[0, { managedOperator: managedOperator!, rawOperator: rawOperator! }]]),
    },
  ];
  const trailer = { ...sampleTrailer(), files: describeFiles({ operators }) };
  await directories.publish(location, encodeMetadata({ checkpointId: 1, masterStates: [], operators, trailer }));
  return await loadSnapshot(location.directory);
}

describe('verifySnapshot', () => {
  it('finds nothing wrong with what was just written', async () => {
    const snapshot = await checkpoint();

    expect(await verifySnapshot(snapshot)).toEqual({ files: 2, checked: 2, problems: [] });
    const files = filesOfSnapshot(snapshot.metadata, snapshot.directory);
    expect([files.exclusive.length, files.shared.length]).toEqual([1, 1]);
  });

  it('names files that are missing or were changed', async () => {
    const snapshot = await checkpoint();
    const { exclusive, shared } = filesOfSnapshot(snapshot.metadata, snapshot.directory);
    const bytes = readFileSync(shared[0]!);
    bytes[1_400_000]! ^= 1;
    writeFileSync(shared[0]!, bytes);
    rmSync(exclusive[0]!);

    const { problems, checked } = await verifySnapshot(snapshot);

    expect(checked).toBe(0);
    expect(problems).toEqual([expect.stringContaining(exclusive[0]!), expect.stringMatching(/checksum is wrong/)]);
    expect(readdirSync(snapshot.directory)).toEqual(['_metadata']);
    expect(join(snapshot.directory, '_metadata')).toBe(snapshot.metadataFile);
  });
});
