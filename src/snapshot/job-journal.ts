/**
 * A job's journal: the truth about its life, its snapshots and what it owns. Append-only; a record counts once it is
 * synced. A record is a line: the CRC-32 of the JSON as eight hexadecimal digits, a blank, the JSON
 * (`docs/design/003-journal.md`). One process writes; anybody may read, at any time.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import { crc32 } from './checksum.js';
import { DurableFiles } from './durable-files.js';
import {
  applyRecord,
  EMPTY_JOURNAL,
  isKnownKind,
  type JournalEvent,
  type JournalRecord,
  type JournalState,
} from './journal-record.js';
import { isProcessAlive } from './process-identity.js';

const LINE_END = 10;
/** Eight digits and a blank. */
const PREFIX_BYTES = 9;
/** How much of a journal is read at once. */
const PART_BYTES = 256 * 1024;

/** How far a journal was read. @internal */
export interface JournalScan {
  /** The byte after the last whole record; where reading goes on later. */
  readonly endOffset: number;
  /** Whether bytes follow that are no whole record: a write that was interrupted, or is under way. */
  readonly isTorn: boolean;
  /** Kinds that a later version wrote: skipped, but nothing that they may speak of can be deleted. */
  readonly unknownKinds: readonly string[];
}

/** What was read of a journal. @internal */
export interface JournalReading extends JournalScan {
  readonly records: readonly JournalRecord[];
}

/** Reads a journal from a byte on; see {@link scanJournal}. @internal */
export function readJournal(path: string, fromOffset = 0): JournalReading {
  const records: JournalRecord[] = [];
  const scan = scanJournal(path, fromOffset, (record) => records.push(record));
  return { ...scan, records };
}

/** What a journal adds up to, without holding all its records at once. @internal */
export function readJournalState(path: string): JournalState & JournalScan {
  let state = EMPTY_JOURNAL;
  const scan = scanJournal(path, 0, (record) => {
    state = applyRecord(state, record);
  });
  return { ...state, ...scan };
}

/**
 * Hands the records from a byte on to `visit`, in order. What stands behind the last whole record is left for the next
 * time. A journal may have grown for months, so it is read in parts.
 *
 * @throws FlinkError `JOURNAL_CORRUPT` when a damaged record is followed by others.
 * @internal
 */
export function scanJournal(path: string, fromOffset: number, visit: (record: JournalRecord) => void): JournalScan {
  const unknownKinds = new Set<string>();
  const { endOffset, isTorn } = scanLines(path, fromOffset, (value) => {
    if (isKnownKind(value.kind)) visit(value as JournalRecord);
    else unknownKinds.add(String(value.kind));
  });
  return { endOffset, isTorn, unknownKinds: [...unknownKinds] };
}

/** The same for records of any kind. @internal */
export function scanLines(
  path: string,
  fromOffset: number,
  visit: (value: { readonly kind: unknown }) => void,
): Pick<JournalScan, 'endOffset' | 'isTorn'> {
  let endOffset = fromOffset;
  let hasDamage = false;
  const file = openSync(path, 'r');
  try {
    for (const line of linesOf(file, fromOffset)) {
      // Only the last line may be damaged: that is a write which a crash cut short.
      if (hasDamage) {
        const message = `${path}: the record at byte ${endOffset} is damaged, but others follow.`;
        throw new FlinkError('JOURNAL_CORRUPT', message);
      }
      const value = line.at(-1) === LINE_END ? parseLine(line.subarray(0, -1)) : null;
      if (value === null) {
        hasDamage = true;
        continue;
      }
      visit(value);
      endOffset += line.length;
    }
  } finally {
    closeSync(file);
  }
  return { endOffset, isTorn: hasDamage };
}

/** The lines with their ends, from an offset to the end that the file has when it is reached; valid until the next one. */
function* linesOf(file: number, fromOffset: number): Generator<Buffer> {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let rest = Buffer.alloc(0);
  let offset = fromOffset;
  for (;;) {
    const count = readSync(file, part, 0, PART_BYTES, offset);
    if (count === 0) break;
    offset += count;
    const bytes = rest.length === 0 ? part.subarray(0, count) : Buffer.concat([rest, part.subarray(0, count)]);
    let at = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, at)) {
      yield bytes.subarray(at, end + 1);
      at = end + 1;
    }
    rest = Buffer.from(bytes.subarray(at));
  }
  if (rest.length > 0) yield rest;
}

/** The record of a line without its end; null when the line is no record. */
function parseLine(line: Buffer): { readonly kind: unknown } | null {
  if (line.length <= PREFIX_BYTES || line[PREFIX_BYTES - 1] !== 0x20) return null;
  const json = line.subarray(PREFIX_BYTES);
  if (line.toString('latin1', 0, PREFIX_BYTES - 1) !== checksumText(json)) return null;
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as { kind: unknown }) : null;
  } catch {
    return null;
  }
}

function checksumText(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(8, '0');
}

/** The line of a record, with its end. @internal */
export function encodeRecord(record: JournalRecord): Buffer {
  return encodeLine(record);
}

/** The same for a record of any kind. @internal */
export function encodeLine(record: object): Buffer {
  const json = Buffer.from(JSON.stringify(record), 'utf8');
  return Buffer.concat([Buffer.from(`${checksumText(json)} `, 'latin1'), json, Buffer.from([LINE_END])]);
}

/** The writing end of a journal. @internal */
export class JobJournal {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #now: () => number;
  #waiting: Buffer[] = [];
  #writing: Promise<void> | null = null;
  #failure: FlinkError | null = null;

  private constructor(path: string, file: FileHandle, now: () => number) {
    this.path = path;
    this.#file = file;
    this.#now = now;
  }

  /** Starts the journal of a job; it must not exist. Durable, with its first record, when this resolves. */
  static async create(
    path: string,
    first: Extract<JournalEvent, { kind: 'submitted' }>,
    now: () => number = Date.now,
  ): Promise<JobJournal> {
    let file: FileHandle;
    try {
      await new DurableFiles().makeDirectory(dirname(path));
      file = await open(path, 'ax', 0o600);
    } catch (error) {
      throw new FlinkError('JOB_FAILED', `Could not start the journal ${path}: ${messageOf(error)}`, { cause: error });
    }
    const journal = new JobJournal(path, file, now);
    await journal.append(first);
    await new DurableFiles().syncDirectory(dirname(path));
    return journal;
  }

  /**
   * Goes on with the journal of a job whose process is gone, to finish what it left; a torn end is cut off.
   *
   * @throws FlinkError `ALREADY_TERMINAL` when its process still runs.
   */
  static async reopen(path: string, now: () => number = Date.now): Promise<JobJournal> {
    const { submitted, endOffset, isTorn } = readJournalState(path);
    if (submitted !== undefined && isProcessAlive(submitted.process)) {
      const message = `The journal ${path} belongs to process ${submitted.process.pid}, which still runs.`;
      throw new FlinkError('ALREADY_TERMINAL', message);
    }
    const file = await open(path, 'a', 0o600);
    if (isTorn) await file.truncate(endOffset);
    return new JobJournal(path, file, now);
  }

  /**
   * Appends a record; it is durable when this resolves. Calls keep their order, and those that come while another is
   * being written share one sync. After a failure every call rejects.
   */
  async append(event: JournalEvent): Promise<void> {
    const record = { time: this.#now(), ...event };
    this.#waiting.push(encodeRecord(record));
    // The write under way may have begun before this record came.
    if (this.#writing !== null) await this.#writing;
    if (this.#waiting.length > 0 && this.#writing === null) {
      this.#writing = this.#writeWaiting().finally(() => {
        this.#writing = null;
      });
    }
    await this.#writing;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Waits for what was appended and closes the file. */
  async close(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    await this.#file.close();
  }

  async #writeWaiting(): Promise<void> {
    if (this.#failure !== null) return;
    const lines = Buffer.concat(this.#waiting);
    this.#waiting = [];
    try {
      await this.#file.writeFile(lines);
      await this.#file.datasync();
    } catch (error) {
      const message = `Could not write the journal ${this.path}: ${messageOf(error)}`;
      this.#failure = new FlinkError('JOB_FAILED', message, { cause: error });
    }
  }
}
