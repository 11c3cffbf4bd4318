/**
 * `state diff`: what changed from one snapshot to another, operator by operator, so that no more than one operator's state
 * is in memory.
 */

import type { OperatorId } from '../../common/ids.js';
import type { ContentLine } from '../../snapshot/contents/snapshot-contents.js';
import type { Invocation } from '../commands.js';
import { DIFFERENT, type OpenContents, openContents, printAll, reportUnread } from './open-contents.js';

/** A line of the answer; its fields are documented in `docs/cli.md`, and stable. @internal */
export type DifferenceLine =
  | { readonly change: 'added'; readonly after: ContentLine }
  | { readonly change: 'removed'; readonly before: ContentLine }
  | { readonly change: 'changed'; readonly before: ContentLine; readonly after: ContentLine };

/** The action. @internal */
export async function diffStates({ line, output }: Invocation, words: readonly string[]): Promise<number> {
  const uid = line.value('uid');
  const [before, after] = [await openContents(words[0] ?? '', uid), await openContents(words[1] ?? '', uid)];
  const state = line.value('state');
  const print = line.has('json') ? (each: DifferenceLine) => `${JSON.stringify(each)}\n` : differenceText;
  let count = 0;
  function* texts() {
    for (const each of differences(before, after, state)) {
      count++;
      yield print(each);
    }
  }
  await printAll(output, texts());
  const incomplete = Math.max(reportUnread(output, before.contents), reportUnread(output, after.contents));
  return count > 0 ? DIFFERENT : incomplete;
}

function differenceText(each: DifferenceLine): string {
  if (each.change === 'added') return `+ ${JSON.stringify(each.after)}\n`;
  if (each.change === 'removed') return `- ${JSON.stringify(each.before)}\n`;
  return `- ${JSON.stringify(each.before)}\n+ ${JSON.stringify(each.after)}\n`;
}

/** The differences, in the order of the operators in the first snapshot, then those that only the second one has. */
function* differences(before: OpenContents, after: OpenContents, state: string | undefined): Generator<DifferenceLine> {
  const ids = [before, after].flatMap(({ contents }) => contents.operators.map(({ operatorId }) => operatorId));
  for (const id of new Set(ids)) {
    if (before.operators?.has(id) === false) continue;
    yield* operatorDifferences(id, before, after, state);
  }
}

interface Known {
  readonly line: ContentLine;
  readonly text: string;
}

function* operatorDifferences(
  id: OperatorId,
  before: OpenContents,
  after: OpenContents,
  state: string | undefined,
): Generator<DifferenceLine> {
  const filter = { operators: new Set([id]), ...(state !== undefined && { state }) };
  const old = new Map<string, Known>();
  for (const { name, line, text } of named(before.contents.lines(filter))) old.set(name, { line, text });
  for (const { name, line, text } of named(after.contents.lines(filter))) {
    const known = old.get(name);
    old.delete(name);
    if (known === undefined) yield { change: 'added', after: line };
    else if (known.text !== text) yield { change: 'changed', before: known.line, after: line };
  }
  for (const { line } of old.values()) yield { change: 'removed', before: line };
}

/** What a line is about, its value aside; elements of a list are told apart by their place in it. */
function* named(lines: Iterable<ContentLine>): Generator<{ name: string; line: ContentLine; text: string }> {
  const places = new Map<string, number>();
  for (const line of lines) {
    // The uid may be known to one of the snapshots only, and a key group changes with the maximum parallelism.
    const { uid: _uid, ...rest } = line;
    const { value, keyGroup: _keyGroup, ...about } = rest as typeof rest & { value?: unknown; keyGroup?: number };
    const base = JSON.stringify(about);
    const place = places.get(base) ?? 0;
    if (line.kind === 'OPERATOR_LIST' || line.kind === 'OPERATOR_UNION') places.set(base, place + 1);
    yield { name: `${base} ${place}`, line, text: JSON.stringify(value) ?? '' };
  }
}
