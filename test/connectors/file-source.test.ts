import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileSource } from '../../src/connectors/file-source.js';
import { checkSource, readAll, SourceRun } from '../support/source-harness.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} line ${i} ünïcode`);

function writeFiles(files: Readonly<Record<string, string | Uint8Array>>): string {
  const directory = temporaryDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
  return directory;
}

async function linesOf(content: string | Uint8Array, name = 'file.txt'): Promise<string[]> {
  return readAll(FileSource.forLines(join(writeFiles({ [name]: content }), name)).build());
}

describe('FileSource', () => {
  it('reads each line of each file exactly once in every mode', async () => {
    const [a, b, c] = [numbered('a', 25), numbered('b', 3), numbered('c', 11)];
    const directory = writeFiles({
      'a.txt': `${a.join('\n')}\n`,
      'deep/b.txt': b.join('\r\n'),
      'c.txt.gz': gzipSync(c.join('\n')),
      '.hidden': 'no',
      _SUCCESS: 'no',
      'empty.txt': '',
    });

    await checkSource({ source: () => FileSource.forLines(directory).build(), expected: [...a, ...b, ...c] });
  });

  it('reads a file that is cut into parts of any size exactly once', async () => {
    const lines = fc.array(
      fc.string({ maxLength: 12 }).map((text) => text.replace(/[\r\n\uFEFF]/g, 'é')),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (all, size, endsWithFeed) => {
        const text = all.join('\n') + (endsWithFeed ? '\n' : '');
        const expected = text === '' ? [] : text.replace(/\n$/, '').split('\n');
        const path = join(writeFiles({ 'part.txt': text }), 'part.txt');

        expect(await readAll(FileSource.forLines(path).withSplitSize(size).build())).toEqual(expected);
      }),
      { numRuns: 60, seed: 20010101 },
    );
  });

  it('restores the parts of a file', async () => {
    const lines = numbered('x', 30);
    const path = join(writeFiles({ 'x.txt': lines.join('\n') }), 'x.txt');

    await checkSource({ source: () => FileSource.forLines(path).withSplitSize(100).build(), expected: lines });
  });

  it('takes line feeds with and without carriage returns, and a last line without one', async () => {
    expect(await linesOf('a\r\nb\n\nc\rd\r\nlast')).toEqual(['a', 'b', '', 'c\rd', 'last']);
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n')).toEqual(['']);
  });

  it('drops a byte order mark at the beginning of a file only', async () => {
    expect(await linesOf('\uFEFFa\n\uFEFFb')).toEqual(['a', '\uFEFFb']);
  });

  it('decodes characters that lie across two reads, and lines longer than its buffer', async () => {
    const lines = [`${'x'.repeat(262_142)}€€€`, 'ä'.repeat(700_000), 'short'];

    expect(await linesOf(lines.join('\n'))).toEqual(lines);
    expect(await linesOf(gzipSync(lines.join('\n')), 'file.txt.gz')).toEqual(lines);
  });

  it('finds files by pattern, in order of their paths', async () => {
    const directory = writeFiles({
      'b1.log': 'b1',
      'a1.log': 'a1',
      'a1.txt': 'no',
      'sub/c.log': 'c',
      'sub/x/d.log': 'd',
    });
    const read = (pattern: string) => readAll(FileSource.forLines(join(directory, pattern)).build());

    expect(await read('*.log')).toEqual(['a1', 'b1']);
    expect(await read('[!b]?.{log,txt}')).toEqual(['a1', 'no']);
    expect(await read('**/*.log')).toEqual(['a1', 'b1', 'c', 'd']);
    expect(await read('sub/**')).toEqual(['c', 'd']);
    expect(await read('none/*.log')).toEqual([]);
  });

  it('names a path that does not exist', async () => {
    await expect(readAll(FileSource.forLines('/nowhere/at/all.txt').build())).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: 'The file source reads "/nowhere/at/all.txt", which does not exist.',
    });
  });

  it('names a compressed file that is damaged', async () => {
    await expect(linesOf('no gzip', 'x.gz')).rejects.toMatchObject({ code: 'CONNECTOR_FAILED' });
  });

  it('reads new files of a watched directory exactly once, also after a restore', async () => {
    const directory = writeFiles({ 'first.txt': 'a\nb\n' });
    const source = FileSource.forLines(directory).monitorContinuously(1000).build();
    const turn = { maxRecords: 1, isStarved: false };
    const before = new SourceRun(source);
    await before.start(1);
    await before.discover();
    await before.turn(turn);
    await before.turn(turn);
    const snapshot = await before.snapshot(1);
    await before.close();
    writeFileSync(join(directory, '.second.txt'), 'c\nd');
    renameSync(join(directory, '.second.txt'), join(directory, 'second.txt'));

    const after = new SourceRun(source);
    await after.start(1, snapshot);
    await after.discover();
    await after.discover();
    while (before.records.length + after.records.length < 4) await after.turn(turn);
    await after.close();

    expect(source.boundedness).toBe('CONTINUOUS_UNBOUNDED');
    expect([...before.records, ...after.records]).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives a new file to a reader that has waited for it', async () => {
    const directory = writeFiles({});
    const run = new SourceRun(FileSource.forLines(directory).monitorContinuously(1000).build());
    await run.start(2);
    const turn = { maxRecords: 10, isStarved: false };
    await run.turn(turn);
    const waiting = run.turn(turn);
    writeFileSync(join(directory, 'new.txt'), 'x');
    await run.discover();
    await waiting;
    await run.close();

    expect(run.records).toEqual(['x']);
  });

  it('refuses a split that cannot be', () => {
    const { splitSerializer } = FileSource.forLines('x').build();
    const bytes = splitSerializer.serialize({ splitId: '/x', path: '/x', start: 10, end: 5, offset: 10 });

    expect(() => splitSerializer.deserialize(1, bytes)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_CORRUPT' }));
  });
});

describe('FileSource.forNdjson', () => {
  const content = '{"n":1}\n\n{"n":2}\n{"n":\n[3]\n';

  it('reads each value exactly once in every mode, past malformed lines when told to', async () => {
    const directory = writeFiles({ 'a.ndjson': content });
    const source = () => FileSource.forNdjson<unknown>(directory, { skipMalformed: true }).build();

    await checkSource({ source, expected: [{ n: 1 }, { n: 2 }, [3]] });
  });

  it('names file, line and byte of a malformed line', async () => {
    const path = join(writeFiles({ 'a.ndjson': content }), 'a.ndjson');

    await expect(readAll(FileSource.forNdjson(path).build())).rejects.toMatchObject({
      code: 'RECORD_MALFORMED',
      message: expect.stringContaining(`Line 4 of "${path}", in the record at byte 17, is no JSON: `),
    });
  });
});

describe('FileSource.forCsv', () => {
  const rows = Array.from({ length: 15 }, (_, n) => ({ id: String(n), text: `a, "${n}"\nb`, __proto: 'x' }));
  const csv = `id,text,__proto\n${rows.map((row) => `${row.id},"a, ""${row.id}""\nb",x\n`).join('')}`;

  it('reads each row exactly once in every mode, with the header of its file', async () => {
    const directory = writeFiles({ 'a.csv': csv, 'b.csv.gz': gzipSync(csv) });

    await checkSource({ source: () => FileSource.forCsv(directory).build(), expected: [...rows, ...rows] });
  });

  it('takes names and delimiter from its options', async () => {
    const path = join(writeFiles({ 'a.csv': '1;\n"";"x;"\n' }), 'a.csv');
    const source = FileSource.forCsv(path, { columns: ['a', 'b'], delimiter: ';' }).build();

    expect(await readAll(source)).toEqual([
      { a: '1', b: '' },
      { a: '', b: 'x;' },
    ]);
  });

  it.each([
    ['too few fields', 'a,b\n1\n', 'it has 1 fields where 2 are named'],
    ['text behind a quote', 'a\n"x"y\n', 'a quoted field is followed by "y"'],
    ['an open quote', 'a\n"x\ny\n', 'a quoted field does not end'],
  ])('refuses a row with %s, or passes over it', async (_, content, reason) => {
    const path = join(writeFiles({ 'a.csv': content }), 'a.csv');

    await expect(readAll(FileSource.forCsv(path).build())).rejects.toMatchObject({
      code: 'RECORD_MALFORMED',
      message: expect.stringContaining(reason),
    });
    expect(await readAll(FileSource.forCsv(path, { skipMalformed: true }).build())).toEqual([]);
  });
});
