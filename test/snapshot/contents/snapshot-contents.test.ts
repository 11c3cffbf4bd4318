import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ContentLine, SnapshotContents } from '../../../src/snapshot/contents/snapshot-contents.js';
import { listStates } from '../../../src/snapshot/contents/state-listing.js';
import { decodeMetadata } from '../../../src/snapshot/snapshot-metadata.js';
import { loadSnapshot } from '../../../src/snapshot/snapshot-pointer.js';
import { comparable, expectedLines, readExpected } from '../../support/expected-contents.js';

const WHOLE = join(import.meta.dirname, '../../fixtures/flink-snapshots/whole');
// A copy of everything that was recorded, such as the shared fixtures; every folder in it with an expected.json is read.
const MORE = process.env.FLINK_TS_SNAPSHOTS;
const folders = [WHOLE, ...(MORE === undefined ? [] : [MORE])].flatMap((root) =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(root, entry.name)).includes('expected.json'))
    .map((entry) => join(root, entry.name)),
);

async function open(folder: string) {
  const expected = readExpected(folder);
  const snapshot = await loadSnapshot(join(folder, expected.snapshotDirectory));
  return { expected, snapshot, contents: new SnapshotContents(snapshot) };
}

describe('the contents of a snapshot that Flink wrote', () => {
  it.each(folders)('are those that the job left: %s', async (folder) => {
    const { expected, contents } = await open(folder);
    const isCounted = expected.operators.some(({ keyed }) => keyed?.some((state) => 'sha256' in state));

    const lines = [...contents.lines()];

    if (isCounted) expect(lines.length).toBeGreaterThan(20_000);
    else expect(comparable(lines)).toEqual(expectedLines(expected));
  });

  it('leave out what only RocksDB and the changelog read, and say so', async () => {
    const rocksdb = await open(join(WHOLE, '1.20-rocksdb-p1-small-native'));
    const changelog = await open(join(WHOLE, '1.20-hashmap-p1-changelog-checkpoint'));

    const kinds = [...rocksdb.contents.lines(), ...changelog.contents.lines()].map(({ kind }) => kind);

    expect(new Set(kinds)).toEqual(new Set(['COORDINATOR', 'OPERATOR_LIST']));
    expect(rocksdb.contents.unread.map(({ reason }) => reason)).toEqual([expect.stringContaining('RocksDB (SST)')]);
    expect(changelog.contents.unread[0]?.reason).toContain('changelog');
  });

  it('can be narrowed to an operator and a state', async () => {
    const { contents } = await open(join(WHOLE, '2.3-hashmap-p1-snappy-canonical'));
    const operator = contents.operators.find((each) => contents.uidOf(each) === 'op-state')!;

    const lines = [...contents.lines({ operators: new Set([operator.operatorId]), state: 'op-bcast' })];

    expect(lines.map((line) => ({ ...line, operatorId: undefined }))).toEqual([
      { uid: 'op-state', kind: 'BROADCAST', state: 'op-bcast', key: 'const', value: '42' },
      { uid: 'op-state', kind: 'BROADCAST', state: 'op-bcast', key: 'mod', value: '7' },
    ]);
  });

  it('are listed with their types from the headers alone, those of RocksDB too', async () => {
    for (const name of ['1.20-hashmap-p2-checkpoint', '1.20-rocksdb-p1-heaptimers-checkpoint']) {
      const { expected, contents, snapshot } = await open(join(WHOLE, name));

      const listed = listStates(contents, snapshot.directory);

      const operator = expected.operators.find(({ uid }) => uid === 'keyed-string')!;
      const states = listed.find(({ operatorId }) => operatorId === operator.id)!.states;
      const types = new Map(states.map(({ state, valueType }) => [state, valueType]));
      expect(types.get('agg')).toBe('TUPLE<LONG,LONG>');
      expect(types.get('m-bytes')).toBe('MAP<LONG,BYTES>');
      expect(states.filter(({ kind }) => kind === 'TIMERS').map(({ keyType }) => keyType)).toEqual([
        'STRING',
        'STRING',
      ]);
    }
  });
});

describe('a serializer that is not known', () => {
  const folder = join(WHOLE, '1.20-rocksdb-p1-small-canonical');
  const LONG = 'org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot';

  /** The savepoint with another class in place of the first `LONG` behind a text. */
  function changed(behind: string) {
    const bytes = Buffer.from(readFileSync(join(folder, '_metadata')));
    const at = bytes.indexOf(LONG, bytes.indexOf(behind));
    bytes.write('com.example.'.padEnd(LONG.length, 'x'), at, 'latin1');
    return new SnapshotContents({ metadata: decodeMetadata(bytes, { file: 'x' }), directory: '/x' });
  }

  it('hides the values of its state, as bytes, and of no other', async () => {
    const { contents } = await open(folder);
    const all = [...contents.lines()];
    const damaged = changed('v-long');

    const lines = [...damaged.lines()];

    const isHidden = (line: ContentLine) => 'state' in line && line.state === 'v-long';
    expect(lines.filter((line) => !isHidden(line))).toEqual(all.filter((line) => !isHidden(line)));
    expect(lines.filter(isHidden)).toHaveLength(all.filter(isHidden).length);
    for (const line of lines.filter(isHidden)) {
      expect(line).toMatchObject({ namespace: null, value: { bytes: expect.stringMatching(/^[0-9a-f]{16}$/) } });
    }
  });
});
