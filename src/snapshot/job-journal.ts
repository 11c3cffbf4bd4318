/**
 * A job's journal: the truth about its life, its snapshots and what it owns. Append-only; a record counts once it is
 * synced. A record is a line: the CRC-32 of the JSON as eight hexadecimal digits, a blank, the JSON
 * (`docs/design/003-journal.md`). One process writes; anybody may read, at any time.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlinkError, messageOf } from '../common/errors.js';
import { crc32 } from './checksum.js';
import { DurableFiles } from './durable-files.js';
import { isKnownKind, type JournalEvent, type JournalRecord, summarizeJournal } from './journal-record.js';
import { isProcessAlive } from './process-identity.js';

const LINE_END = 10;
/** Eight digits and a blank. */
const PREFIX_BYTES = 9;

/** What was read of a journal. @internal */
export interface JournalReading {
  readonly records: readonly JournalRecord[];
  /** The byte after the last whole record; where reading goes on later. */
  readonly endOffset: number;
  /** Whether bytes follow that are no whole record: a write that was interrupted, or is under way. */
  readonly isTorn: boolean;
  /** Kinds that a later version wrote: skipped, but nothing that they may speak of can be deleted. */
  readonly unknownKinds: readonly string[];
}

/**
 * Reads a journal from a byte on. What stands behind the last whole record is left for the next reading.
 *
 * @throws FlinkError `JOURNAL_CORRUPT` when a damaged record is followed by others.
 * @internal
 */
export function readJournal(path: string, fromOffset = 0): JournalReading {
  const bytes = readFrom(path, fromOffset);
  const records: JournalRecord[] = [];
  const unknownKinds = new Set<string>();
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(LINE_END, at);
    const value = end < 0 ? null : parseLine(bytes.subarray(at, end));
    if (value === null) {
      if (end >= 0 && end + 1 < bytes.length) {
        const position = fromOffset + at;
        throw new FlinkError(
          'JOURNAL_CORRUPT',
          `${path}: the record at byte ${position} is damaged, but others follow.`,
        );
      }
      break;
    }
    if (isKnownKind(value.kind)) records.push(value as JournalRecord);
    else unknownKinds.add(String(value.kind));
    at = end + 1;
  }
  return { records, endOffset: fromOffset + at, isTorn: at < bytes.length, unknownKinds: [...unknownKinds] };
}

function readFrom(path: string, fromOffset: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - fromOffset));
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(file, bytes, done, bytes.length - done, fromOffset + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(file);
  }
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
    const { records, endOffset, isTorn } = readJournal(path);
    const { submitted } = summarizeJournal(records);
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
