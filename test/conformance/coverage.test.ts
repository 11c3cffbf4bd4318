/**
 * Counts the conformance rows: every row has a test whose title carries its id. A title carries it literally, or the test
 * file makes a test of each row of an area (`eachRow`, `rowsOf`) or of a file of rows.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const TESTS = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = `${TESTS}fixtures/`;

/** Areas whose subject is not built yet, or is being built: their rows may have tests, but need none. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  /** Unaligned checkpoints. */
  'barrier-alignment': ['BA-040', 'BA-041', 'BA-043', 'BA-044'],
  failover: ['FO-001', 'FO-002', 'FO-004'],
  ha: ['HA-001', 'HA-002', 'HA-004', 'HA-005'],
  savepoint: ['SP-002', 'SP-003', 'SP-005', 'SP-006', 'SP-008', 'SP-009'],
  'stop-with-savepoint': ['SS-001', 'SS-002', 'SS-004', 'SS-005', 'SS-010', 'SS-011'],
};

const ID = /\b[A-Z]{2}-\d{3}\b/g;
const FIRST_ARGUMENT = /\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`)/g;
/** A row of a table of tests. */
const TABLE_ROW = /\[\s*'([A-Z]{2}-\d{3})',/g;
const WHOLE_AREA = /\b(?:eachRow|rowsOf)\('([a-z-]+)'/g;
const SEVERAL_AREAS = /\[([^\]]*)\]\s*\.flatMap\(rowsOf\)/g;
const WHOLE_FILE = /fixtures\/(conformance-[a-z-]+\.jsonl)/g;

const idsIn = (text: string): readonly string[] => text.match(ID) ?? [];

function idsOfFile(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { id: string }).id);
}

/** The ids of the rows that a test file's titles carry. */
function coveredBy(source: string): string[] {
  const titles = [...source.matchAll(FIRST_ARGUMENT)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  const several = [...source.matchAll(SEVERAL_AREAS)].flatMap(([, list]) => list?.match(/[a-z-]+/g) ?? []);
  const areas = [...[...source.matchAll(WHOLE_AREA)].map(([, area]) => area), ...several].map(
    (area) => `${FIXTURES}conformance/${area}.jsonl`,
  );
  // Such files hold rows of several areas: what is tested of them is told by titles, if not by `%s`.
  const files = source.includes("('%s") ? [...source.matchAll(WHOLE_FILE)].map(([, file]) => `${FIXTURES}${file}`) : [];
  const filter = /id\.startsWith\('([A-Z]{2}-)'\)/.exec(source)?.[1] ?? '';
  return [
    ...titles.flatMap(idsIn),
    ...[...source.matchAll(TABLE_ROW)].flatMap(([row]) => idsIn(row)),
    ...areas.flatMap(idsOfFile),
    ...files.flatMap(idsOfFile).filter((id) => id.startsWith(filter)),
  ];
}

function testFiles(): string[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
}

it('every conformance row has a test, or stands in the list of later ones', () => {
  const all = Object.values(JSON.parse(readFileSync(`${FIXTURES}conformance/ids.json`, 'utf8')) as object).flat();
  const covered = new Set(testFiles().flatMap((file) => coveredBy(readFileSync(`${TESTS}${file}`, 'utf8'))));
  const later = new Set(Object.values(LATER).flat());

  expect(all.filter((id) => !covered.has(id) && !later.has(id))).toEqual([]);
  expect(all).toHaveLength(218);
});
