/** What the actions of `state` share: opening a snapshot, naming its operators, printing lines as fast as they are read. */

import { FlinkError } from '../../common/errors.js';
import type { OperatorId } from '../../common/ids.js';
import { operatorIdOfUid } from '../../graph/operator-id.js';
import { type ContentLine, SnapshotContents } from '../../snapshot/contents/snapshot-contents.js';
import { nearestName } from '../../snapshot/nearest-name.js';
import { type LoadedSnapshot, loadSnapshot } from '../../snapshot/snapshot-pointer.js';
import type { Output } from '../output.js';

/** Exit code when everything that could be read was printed, but some state could not be read. @internal */
export const INCOMPLETE = 3;
/** Exit code of `diff` when there are differences, and of `get` when nothing was found. @internal */
export const DIFFERENT = 10;

const OPERATOR_ID = /^[0-9a-f]{32}$/;
/** So much text is handed to the stream at once. */
const BATCH_CHARS = 1 << 16;

/** A snapshot with its contents. @internal */
export interface OpenContents {
  readonly snapshot: LoadedSnapshot;
  readonly contents: SnapshotContents;
  /** The operators that a uid, or an id, means. */
  readonly operators: ReadonlySet<OperatorId> | undefined;
}

/**
 * Opens a snapshot; `uid`: the operator that is wanted, by its uid or its id.
 *
 * @throws FlinkError `STATE_NOT_FOUND` when the snapshot has no such operator.
 * @internal
 */
export async function openContents(path: string, uid?: string): Promise<OpenContents> {
  const snapshot = await loadSnapshot(path);
  if (uid === undefined) return { snapshot, contents: new SnapshotContents(snapshot), operators: undefined };
  const isId = OPERATOR_ID.test(uid) && snapshot.metadata.operators.some(({ operatorId }) => operatorId === uid);
  const operatorId = isId ? (uid as OperatorId) : operatorIdOfUid(uid);
  const contents = new SnapshotContents(snapshot, isId ? new Map() : new Map([[operatorId, uid]]));
  if (!snapshot.metadata.operators.some((operator) => operator.operatorId === operatorId)) {
    throw noSuchOperator(uid, operatorId, contents);
  }
  return { snapshot, contents, operators: new Set([operatorId]) };
}

function noSuchOperator(uid: string, operatorId: OperatorId, contents: SnapshotContents): FlinkError {
  const uids = contents.operators.map((operator) => contents.uidOf(operator)).filter((each) => each !== null);
  const nearest = nearestName(uid, uids);
  const hint = nearest === null ? '' : ` The nearest uid that it has is "${nearest}".`;
  return new FlinkError(
    'STATE_NOT_FOUND',
    `The snapshot has no operator with the uid "${uid}" (its id would be ${operatorId}).${hint}`,
  );
}

/** A line of `dump`. @internal */
export function lineText(line: ContentLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Prints texts as they come, no faster than they are read; false when the reader went away. @internal */
export async function printAll(output: Output, texts: Iterable<string>): Promise<boolean> {
  let batch = '';
  for (const text of texts) {
    batch += text;
    if (batch.length < BATCH_CHARS) continue;
    output.out(batch);
    batch = '';
    if ((await output.written?.()) === false) return false;
  }
  if (batch !== '') output.out(batch);
  return true;
}

/** Says on stderr what could not be read; returns the exit code. @internal */
export function reportUnread(output: Output, contents: SnapshotContents): number {
  for (const { uid, operatorId, reason } of contents.unread) {
    output.err(`Not read, of operator ${uid === null ? operatorId : `"${uid}"`}: ${reason}.\n`);
  }
  return contents.unread.length === 0 ? 0 : INCOMPLETE;
}
