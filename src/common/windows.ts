/**
 * Windows: the finite parts that a keyed stream is cut into. They stand here, below the API, because they are part of the
 * stored state too: a window is the namespace of its contents and of its timers.
 */

import { MAX_TIMESTAMP } from './time.js';

/** What elements are collected in. */
export interface Window {
  /** The last timestamp that still belongs to the window; its results carry it. */
  maxTimestamp(): number;
}

/** A window of time: from `start`, inclusive, to `end`, exclusive, in milliseconds. */
export class TimeWindow implements Window {
  readonly start: number;
  readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  getStart(): number {
    return this.start;
  }

  getEnd(): number {
    return this.end;
  }

  maxTimestamp(): number {
    return this.end - 1;
  }

  /** Whether the windows overlap or touch. */
  intersects(other: TimeWindow): boolean {
    return this.start <= other.end && this.end >= other.start;
  }

  /** The smallest window that holds both. */
  cover(other: TimeWindow): TimeWindow {
    return new TimeWindow(Math.min(this.start, other.start), Math.max(this.end, other.end));
  }

  equals(other: unknown): boolean {
    return other instanceof TimeWindow && other.start === this.start && other.end === this.end;
  }

  toString(): string {
    return `TimeWindow{start=${this.start}, end=${this.end}}`;
  }

  /** The start of the window of a size that a timestamp falls into; windows are aligned with the epoch plus the offset. */
  static getWindowStartWithOffset(timestamp: number, offset: number, windowSize: number): number {
    const remainder = (timestamp - offset) % windowSize;
    // JavaScript's remainder has the sign of the dividend, as Java's: before the epoch it counts from the end.
    return remainder < 0 ? timestamp - (remainder + windowSize) : timestamp - remainder;
  }
}

/** The one window that holds all elements of a key. */
export class GlobalWindow implements Window {
  static readonly #instance = new GlobalWindow();

  /** The only global window. */
  static get(): GlobalWindow {
    return GlobalWindow.#instance;
  }

  maxTimestamp(): number {
    return MAX_TIMESTAMP;
  }

  toString(): string {
    return 'GlobalWindow';
  }
}
