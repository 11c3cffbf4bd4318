/**
 * Cuts bytes into lines. Line ends are looked for in the bytes, and each line is decoded by itself: a text of a whole buffer
 * would be kept alive by any piece of it that lands in state. While a buffer holds only ASCII its lines are decoded as
 * Latin-1, which is a copy. Characters that lie across two reads need no care, since only whole lines are decoded.
 *
 * Invariant: `#buffer[#begin … #end)` are the bytes from `position` on that were read and are not in a line yet.
 */

import { isAscii } from 'node:buffer';
import { FlinkError } from '../../common/errors.js';
import { AT_END, type ByteSource, NOT_YET } from './byte-source.js';

/** Fits the second-level cache; larger ones were not faster. */
const BUFFER_BYTES = 256 * 1024;
/** A "line" beyond this is no text file; V8 could not hold it as a string much longer. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** What `toString` calls behind a look at the name of the encoding, which costs a quarter of the time of a short line. */
interface SliceableBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

/** A line is at hand: see `text`. @internal */
export const LINE = 1;

/** Reads the lines of one source of bytes. @internal */
export class LineReader {
  readonly #source: ByteSource;
  readonly #path: string;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES) as SliceableBuffer;
  #begin = 0;
  #end = 0;
  /** Bytes up to here hold no line end. */
  #scanned = 0;
  #isAscii = true;
  #hasEnded = false;
  /** Offset in the file of `#buffer[0]`. */
  #base: number;
  #lineNumber = 0;
  /** The line; valid after `next` returned {@link LINE}. */
  text = '';

  /** `offset`: where the source begins. */
  constructor(source: ByteSource, path: string, offset: number) {
    this.#source = source;
    this.#path = path;
    this.#base = offset;
  }

  /** Offset of the first byte behind the last line. */
  get position(): number {
    return this.#base + this.#begin;
  }

  /** Number of lines so far. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /** Moves to the next line: {@link LINE}, {@link NOT_YET} or {@link AT_END}. */
  next(): number {
    for (;;) {
      const feed = this.#scanned < this.#end ? this.#buffer.indexOf(LINE_FEED, this.#scanned) : -1;
      // Behind #end lie bytes of earlier reads.
      if (feed >= 0 && feed < this.#end) {
        this.#take(feed, feed + 1);
        return LINE;
      }
      this.#scanned = this.#end;
      if (this.#hasEnded) {
        if (this.#begin === this.#end) return AT_END;
        this.#take(this.#end, this.#end);
        return LINE;
      }
      if (this.#fill() === NOT_YET) return NOT_YET;
    }
  }

  close(): void {
    this.#source.close();
  }

  #take(end: number, next: number): void {
    const begin = this.#begin;
    const last = end > begin && this.#buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    this.text = this.#isAscii ? this.#buffer.latin1Slice(begin, last) : this.#buffer.utf8Slice(begin, last);
    if (this.#base === 0 && begin === 0 && this.text.charCodeAt(0) === 0xfeff) this.text = this.text.slice(1);
    this.#begin = next;
    this.#scanned = next;
    this.#lineNumber++;
  }

  #fill(): number {
    this.#makeRoom();
    const count = this.#source.readInto(this.#buffer, this.#end);
    if (count === AT_END) this.#hasEnded = true;
    if (count <= 0) return count;
    const isRestAscii = this.#isAscii || isAscii(this.#buffer.subarray(this.#begin, this.#end));
    this.#isAscii = isRestAscii && isAscii(this.#buffer.subarray(this.#end, this.#end + count));
    this.#end += count;
    return count;
  }

  /** Moves the unfinished line to the front; doubles the buffer when that line fills it. */
  #makeRoom(): void {
    const rest = this.#end - this.#begin;
    if (this.#begin === 0 && rest === this.#buffer.length) {
      if (rest >= MAX_LINE_BYTES) {
        throw new FlinkError(
          'CONNECTOR_FAILED',
          `"${this.#path}" has a line of more than ${MAX_LINE_BYTES} bytes at offset ${this.position}.`,
        );
      }
      const larger = Buffer.allocUnsafeSlow(rest * 2) as SliceableBuffer;
      this.#buffer.copy(larger, 0, 0, rest);
      this.#buffer = larger;
      return;
    }
    if (this.#begin === 0) return;
    this.#buffer.copyWithin(0, this.#begin, this.#end);
    this.#base += this.#begin;
    this.#begin = 0;
    this.#end = rest;
    this.#scanned = rest;
  }
}
