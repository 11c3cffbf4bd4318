/**
 * The records of a job's journal, and what they add up to. `docs/design/003-journal.md` says when each is written; a
 * record says what has already happened or what is about to be deleted, never a mere wish.
 */

import type { JobId } from '../common/ids.js';
import type { ProcessIdentity } from './process-identity.js';
import type { RestoreMode } from './restore-mode.js';

/** A snapshot, as the journal names it. @internal */
export interface JournalSnapshot {
  readonly kind: 'checkpoint' | 'savepoint';
  readonly checkpointId: number;
  /** Absolute path of its directory. */
  readonly path: string;
  readonly format: 'canonical' | 'native' | 'incremental';
  /** Bytes of state that it holds, and that were written for it. */
  readonly stateSize: number;
  readonly checkpointedSize: number;
  /** When it was triggered, and how long it took; milliseconds. */
  readonly triggerTime: number;
  readonly durationMs: number;
  /** Its files by absolute path, `_metadata` aside. */
  readonly files?: readonly { readonly path: string; readonly size: number }[];
}

/** The end of a job's name in its journal. @internal */
export type TerminalStatus = 'FINISHED' | 'CANCELED' | 'FAILED' | 'SUSPENDED';

/** What a record says, without its time. @internal */
export type JournalEvent =
  /** The first record: the job was accepted. */
  | {
      readonly kind: 'submitted';
      readonly jobId: JobId;
      readonly name: string;
      readonly process: ProcessIdentity;
      readonly socketPath?: string;
      readonly logPath?: string;
      readonly outputPath?: string;
      readonly jobFile: string;
      readonly jobFileHash?: string;
      /** Redacted. */
      readonly arguments: readonly string[];
      /** Where checkpoints go: the directory above the job's own. */
      readonly checkpointDirectory?: string;
    }
  /** State was restored; under CLAIM the snapshot belongs to the job from here on. */
  | {
      readonly kind: 'restored';
      readonly path: string;
      readonly checkpointId: number;
      readonly mode: RestoreMode;
      readonly isSavepoint: boolean;
    }
  /** The job's status changed to one that is no end. */
  | { readonly kind: 'status'; readonly status: string }
  /** A snapshot is whole and durable; written before anybody is told. */
  | { readonly kind: 'completed'; readonly snapshot: JournalSnapshot }
  /** A checkpoint is not retained any more; written before its files go. */
  | { readonly kind: 'subsumed'; readonly checkpointId: number; readonly path: string }
  /** The job does not own the snapshot any longer: a claim was given back. */
  | { readonly kind: 'released'; readonly path: string }
  /** The job is over. Only `subsumed` records of checkpoints that go with it may follow: files are deleted after the end is recorded. */
  | { readonly kind: 'ended'; readonly status: TerminalStatus; readonly error?: string };

/** A record: an event and when it was written, in milliseconds since the epoch. @internal */
export type JournalRecord = JournalEvent & { readonly time: number };

const KINDS: Readonly<Record<JournalEvent['kind'], true>> = {
  submitted: true,
  restored: true,
  status: true,
  completed: true,
  subsumed: true,
  released: true,
  ended: true,
};

/** Whether this version knows records of that kind. @internal */
export function isKnownKind(kind: unknown): kind is JournalEvent['kind'] {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}

/** What the records of a journal add up to. @internal */
export interface JournalState {
  readonly submitted?: Extract<JournalRecord, { kind: 'submitted' }>;
  readonly restored?: Extract<JournalRecord, { kind: 'restored' }>;
  /** `INITIALIZING` before the first status. */
  readonly status: string;
  /** When the status began. */
  readonly statusTime: number;
  readonly error?: string;
  readonly hasEnded: boolean;
  /** Checkpoints that were completed and not subsumed, oldest first. */
  readonly retained: readonly JournalSnapshot[];
  /** Savepoints, oldest first: they are the user's. */
  readonly savepoints: readonly JournalSnapshot[];
  /** The largest id of any snapshot; the next one gets the number after it. */
  readonly lastCheckpointId: number;
}

/** The state before the first record. @internal */
export const EMPTY_JOURNAL: JournalState = {
  status: 'INITIALIZING',
  statusTime: 0,
  hasEnded: false,
  retained: [],
  savepoints: [],
  lastCheckpointId: 0,
};

/** The state after one more record. @internal */
export function applyRecord(state: JournalState, record: JournalRecord): JournalState {
  switch (record.kind) {
    case 'submitted':
      return { ...state, submitted: record, statusTime: record.time };
    case 'restored':
      return { ...state, restored: record, lastCheckpointId: Math.max(state.lastCheckpointId, record.checkpointId) };
    case 'status':
      return { ...state, status: record.status, statusTime: record.time };
    case 'completed': {
      const list = record.snapshot.kind === 'checkpoint' ? 'retained' : 'savepoints';
      const others = state[list].filter((snapshot) => snapshot.path !== record.snapshot.path);
      const lastCheckpointId = Math.max(state.lastCheckpointId, record.snapshot.checkpointId);
      return { ...state, [list]: [...others, record.snapshot], lastCheckpointId };
    }
    case 'subsumed':
      return { ...state, retained: state.retained.filter((snapshot) => snapshot.path !== record.path) };
    case 'released':
      return state;
    case 'ended':
      return {
        ...state,
        status: record.status,
        statusTime: record.time,
        hasEnded: true,
        ...(record.error !== undefined && { error: record.error }),
      };
  }
}

/** What the records of a whole journal add up to. @internal */
export function summarizeJournal(records: Iterable<JournalRecord>): JournalState {
  let state = EMPTY_JOURNAL;
  for (const record of records) state = applyRecord(state, record);
  return state;
}
