/**
 * The three layouts of a keyed state file's body. A layout writes what stands around the records: of a key group, of a
 * section (one state in one key group), and before and after each record.
 */

import type { DataOutput } from '../data-output.js';
import { DELTA_END, DELTA_ENTRY } from './delta-format.js';

/** Sections begin and end in order; between them records are appended to the output by someone else. @internal */
export interface BodyLayout {
  beginGroup(keyGroup: number, output: DataOutput): void;
  /** `count`: number of records to come, -1 when only the end will tell. */
  beginSection(stateId: number, count: number, output: DataOutput): void;
  beforeRecord(output: DataOutput): void;
  /** `lastPair`: where the last key-value pair of the record begins in the output. */
  afterRecord(lastPair: number): void;
  endSection(output: DataOutput): void;
  /** True when the group holds something, so that its offset counts. */
  endGroup(output: DataOutput): boolean;
  /** How many bytes at the front of the output will not change any more. */
  finishedBytes(output: DataOutput): number;
  /** So many bytes were taken from the front. */
  onTaken(bytes: number): void;
}

/** Bit of the first key byte: the last pair of its section. */
const LAST_PAIR = 0x80;
const LENGTH_BYTES = 4;
const END_OF_GROUP = 0xffff;
const NONE = -1;

/** Flink's canonical body: no counts, the last pair of a section is marked. @internal */
export class CanonicalLayout implements BodyLayout {
  #stateId = 0;
  #lastPair = NONE;
  #isGroupEmpty = true;

  beginGroup(): void {
    this.#isGroupEmpty = true;
  }

  beginSection(stateId: number): void {
    this.#stateId = stateId;
    this.#lastPair = NONE;
  }

  beforeRecord(output: DataOutput): void {
    if (this.#lastPair === NONE) output.writeShort(this.#stateId);
  }

  afterRecord(lastPair: number): void {
    this.#lastPair = lastPair;
    this.#isGroupEmpty = false;
  }

  endSection(output: DataOutput): void {
    if (this.#lastPair !== NONE) output.orByte(this.#lastPair + LENGTH_BYTES, LAST_PAIR);
    this.#lastPair = NONE;
  }

  endGroup(output: DataOutput): boolean {
    if (!this.#isGroupEmpty) output.writeShort(END_OF_GROUP);
    return !this.#isGroupEmpty;
  }

  finishedBytes(output: DataOutput): number {
    return this.#lastPair === NONE ? output.length : this.#lastPair;
  }

  onTaken(bytes: number): void {
    if (this.#lastPair !== NONE) this.#lastPair -= bytes;
  }
}

/** Flink's native heap body: every section is there, with the number of its entries. @internal */
export class NativeLayout implements BodyLayout {
  /** Where the count of the section stands, when it is not known before. */
  #countAt = NONE;
  #expected = 0;
  #written = 0;

  beginGroup(keyGroup: number, output: DataOutput): void {
    output.writeInt(keyGroup);
  }

  beginSection(stateId: number, count: number, output: DataOutput): void {
    output.writeShort(stateId);
    this.#expected = count;
    this.#written = 0;
    this.#countAt = count < 0 ? output.length : NONE;
    output.writeInt(Math.max(count, 0));
  }

  beforeRecord(): void {
    // Entries follow each other.
  }

  afterRecord(): void {
    this.#written++;
  }

  endSection(output: DataOutput): void {
    if (this.#countAt !== NONE) output.setInt(this.#countAt, this.#written);
    else if (this.#written !== this.#expected) {
      throw new Error(`Broken invariant: ${this.#expected} entries are announced, ${this.#written} are written`);
    }
    this.#countAt = NONE;
  }

  endGroup(): boolean {
    return true;
  }

  finishedBytes(output: DataOutput): number {
    return this.#countAt === NONE ? output.length : this.#countAt;
  }

  onTaken(bytes: number): void {
    if (this.#countAt !== NONE) this.#countAt -= bytes;
  }
}

/** Our delta body: sections of marked records; a section without records is left out. @internal */
export class DeltaLayout implements BodyLayout {
  #stateId = 0;
  #isSectionEmpty = true;
  #isGroupEmpty = true;

  beginGroup(): void {
    this.#isGroupEmpty = true;
  }

  beginSection(stateId: number): void {
    this.#stateId = stateId;
    this.#isSectionEmpty = true;
  }

  beforeRecord(output: DataOutput): void {
    this.openSection(output);
    output.writeByte(DELTA_ENTRY);
  }

  /** Writes the section's id once, before its first record. */
  openSection(output: DataOutput): void {
    if (this.#isSectionEmpty) output.writeShort(this.#stateId);
    this.#isSectionEmpty = false;
    this.#isGroupEmpty = false;
  }

  afterRecord(): void {
    // Records are marked one by one.
  }

  endSection(output: DataOutput): void {
    if (!this.#isSectionEmpty) output.writeByte(DELTA_END);
  }

  endGroup(output: DataOutput): boolean {
    if (!this.#isGroupEmpty) output.writeShort(END_OF_GROUP);
    return !this.#isGroupEmpty;
  }

  finishedBytes(output: DataOutput): number {
    return output.length;
  }

  onTaken(): void {
    // Nothing that was written is changed.
  }
}
