/** From the contents that a fixture's job must have left (`expected.json`) to lines as `state dump` prints them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContentLine } from '../../src/snapshot/contents/snapshot-contents.js';

/** Handles of key groups; the others are of RocksDB and of the changelog. */
const READABLE_TAGS = [3, 7, 12];

interface ExpectedState {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
  readonly entries?: readonly (readonly [unknown, unknown, unknown])[];
  readonly truncated?: readonly (readonly [unknown, unknown, unknown])[];
}

interface ExpectedOperatorState {
  readonly name: string;
  readonly mode: string;
  readonly entries?: readonly (readonly [unknown, unknown])[];
  readonly perSubtask?: readonly (readonly unknown[])[];
  readonly splits?: readonly { readonly subtask: number; readonly raw: string }[];
}

interface ExpectedOperator {
  readonly id: string;
  readonly uid: string | null;
  readonly uidInFile?: string;
  readonly keyedHandleTag?: readonly number[];
  readonly rawKeyedHandleTag?: object;
  readonly subtasks: readonly number[];
  readonly coordinator?: string;
  readonly keyed?: readonly ExpectedState[];
  readonly operatorState?: readonly ExpectedOperatorState[];
}

export interface ExpectedContents {
  readonly snapshotDirectory: string;
  readonly operators: readonly ExpectedOperator[];
}

export function readExpected(fixture: string): ExpectedContents {
  return JSON.parse(readFileSync(join(fixture, 'expected.json'), 'utf8')) as ExpectedContents;
}

/** The lines of a fixture, sorted; keyed state of RocksDB's and the changelog's own files is left out. */
export function expectedLines({ operators }: ExpectedContents): string[] {
  return operators
    .flatMap((operator) => linesOf(operator))
    .map((line) => JSON.stringify(line))
    .sort();
}

/** Lines of `dump` in the same form: without key groups, which `expected.json` does not have, and sorted. */
export function comparable(lines: Iterable<ContentLine>): string[] {
  return Array.from(lines, (line) => {
    const { keyGroup: _, ...rest } = line as ContentLine & { readonly keyGroup?: number };
    return JSON.stringify(rest);
  }).sort();
}

function linesOf({
  id,
  uidInFile,
  keyedHandleTag,
  rawKeyedHandleTag,
  subtasks,
  coordinator,
  keyed,
  operatorState,
}: ExpectedOperator): object[] {
  const head = { uid: uidInFile ?? null, operatorId: id };
  const hasOwnFiles = keyedHandleTag?.some((tag) => !READABLE_TAGS.includes(tag)) === true;
  const states = (keyed ?? []).filter(
    ({ kind }) => !hasOwnFiles || (kind === 'TIMERS' && rawKeyedHandleTag !== undefined),
  );
  return [
    ...(coordinator === undefined ? [] : [{ ...head, kind: 'COORDINATOR', value: coordinator }]),
    ...states.flatMap((state) => keyedLines(head, state)),
    ...(operatorState ?? []).flatMap((state) => operatorLines(head, state, subtasks)),
  ];
}

function keyedLines(head: object, { name: state, kind, entries = [] }: ExpectedState): object[] {
  return entries.flatMap(([key, namespace, value]): object[] => {
    if (kind !== 'TIMERS') return [{ ...head, kind, state, key, namespace, value }];
    return (value as readonly string[]).map((timestamp) => ({ ...head, kind, state, key, namespace, timestamp }));
  });
}

function operatorLines(head: object, expected: ExpectedOperatorState, subtasks: readonly number[]): object[] {
  const { name: state, mode, entries, perSubtask, splits } = expected;
  if (entries !== undefined) return entries.map(([key, value]) => ({ ...head, kind: 'BROADCAST', state, key, value }));
  const kind = mode === 'UNION' ? 'OPERATOR_UNION' : 'OPERATOR_LIST';
  if (splits !== undefined) return splits.map(({ subtask, raw }) => ({ ...head, kind, state, subtask, value: raw }));
  return (perSubtask ?? []).flatMap((values, i) =>
    values.map((value) => ({ ...head, kind, state, subtask: subtasks[i], value })),
  );
}
