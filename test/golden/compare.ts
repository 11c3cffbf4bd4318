/** Compares what the engine put out with a golden case, by the order rule of the case. */

import type { GoldenCase, GoldenEntry, Order, Outcome } from './golden-case.js';

/** What differs; undefined = nothing. */
export interface Difference {
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/** Records between two fences, or one fence. */
interface Segment {
  readonly fence: boolean;
  readonly i: unknown;
  readonly s: unknown;
  readonly entries: GoldenEntry[];
}

/** The first difference between a case and an outcome. */
export function differenceOf(testCase: GoldenCase, outcome: Outcome): Difference | undefined {
  const isCount = (entry: GoldenEntry) => 'probe' in entry || 'invoked' in entry;
  const expected = segmentsOf(testCase.output.filter((entry) => !isCount(entry)));
  const got = segmentsOf(outcome.output.filter((entry) => !isCount(entry)));
  for (let index = 0; index < Math.max(expected.length, got.length); index++) {
    if (sameSegment(expected[index], got[index], testCase.order)) continue;
    const what = `output, segment ${index} (order ${testCase.order})`;
    return { what, expected: expected[index]?.entries ?? [], got: got[index]?.entries ?? [] };
  }
  return probeDifference(testCase, outcome) ?? finalDifference(testCase, outcome);
}

function probeDifference(testCase: GoldenCase, outcome: Outcome): Difference | undefined {
  const expected = testCase.output.filter((entry) => 'probe' in entry);
  const got = outcome.output.filter((entry) => 'probe' in entry);
  if (expected.length !== got.length) return { what: 'number of probes', expected: expected.length, got: got.length };
  for (const [index, entry] of expected.entries()) {
    const other = got[index];
    if (entry['i'] === other?.['i'] && sameCounts(entry['probe'], other?.['probe'])) continue;
    return { what: `probe ${index}`, expected: entry, got: other };
  }
  return undefined;
}

function finalDifference(testCase: GoldenCase, outcome: Outcome): Difference | undefined {
  if (testCase.final === undefined || sameCounts(testCase.final, outcome.final)) return undefined;
  return { what: 'final', expected: testCase.final, got: outcome.final };
}

/** Of the state entries only zero is binding. */
function sameCounts(expected: unknown, got: unknown): boolean {
  const wanted = Object.entries((expected ?? {}) as Record<string, unknown>);
  const found = (got ?? {}) as Record<string, unknown>;
  return wanted.every(([name, value]) => found[name] === value || (name === 'stateEntries' && value !== 0));
}

function segmentsOf(entries: readonly GoldenEntry[]): Segment[] {
  const segments: Segment[] = [];
  for (const entry of entries) {
    const { i, s } = entry;
    const fence = 'wm' in entry || 'status' in entry || 'error' in entry;
    const last = segments.at(-1);
    if (!fence && last !== undefined && !last.fence && last.i === i && last.s === s) last.entries.push(entry);
    else segments.push({ fence, i, s, entries: [entry] });
  }
  return segments;
}

function sameSegment(expected: Segment | undefined, got: Segment | undefined, order: Order): boolean {
  if (expected === undefined || got === undefined) return false;
  if (expected.fence !== got.fence || expected.entries.length !== got.entries.length) return false;
  const [wanted, found] = [expected.entries.map(textOf), got.entries.map(textOf)];
  if (expected.fence || order === 'exact') return sameList(wanted, found);
  if (order === 'set') return sameList([...wanted].sort(), [...found].sort());
  if (order === 'time' && !sameList(expected.entries.map(timeOf), got.entries.map(timeOf))) return false;
  return sameList(byKey(expected.entries), byKey(got.entries));
}

const timeOf = (entry: GoldenEntry): string => JSON.stringify(entry['t'] ?? null);
const keyOf = (entry: GoldenEntry): string => JSON.stringify(entry['k'] ?? null);

/** The entries, those of one key together in their order. */
function byKey(entries: readonly GoldenEntry[]): string[] {
  const keys = [...new Set(entries.map(keyOf))].sort();
  return keys.flatMap((key) => entries.filter((entry) => keyOf(entry) === key).map(textOf));
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

/** The same text for equal entries: an absent key is null, and the name of an error does not count. */
function textOf(entry: GoldenEntry): string {
  const error = 'error' in entry;
  const { i, s, out, k, v, t, wm, status } = entry;
  return canonical({ i, s, out, k: k ?? null, v, t, wm, status, error });
}

/** JSON with the members of objects in order of name. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
