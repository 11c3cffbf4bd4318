/**
 * What an asynchronous operator has under way: records and the watermarks between them, in order of arrival. Says which of
 * them may go out next: in ordered mode the first, once it is answered; in unordered mode any answered record ahead of the
 * first watermark.
 */

/** A record, or a watermark, that was not emitted yet. @internal */
export interface AsyncEntry {
  readonly value: unknown;
  readonly timestamp: number;
  readonly isWatermark: boolean;
  /** The answer; undefined while there is none. */
  results: readonly unknown[] | undefined;
}

/** The contract of both modes. @internal */
export interface AsyncQueue {
  /** Records and watermarks in the queue. */
  readonly size: number;
  /** Whether something may go out. */
  readonly hasReady: boolean;
  add(entry: AsyncEntry): void;
  /** The entry, which is in the queue, was answered. */
  onAnswered(entry: AsyncEntry): void;
  /** Takes out what goes next; only while `hasReady`. */
  takeReady(): AsyncEntry;
  /** All entries, oldest first. */
  entries(): Iterable<AsyncEntry>;
}

/** Answers in order of arrival. @internal */
export class OrderedAsyncQueue implements AsyncQueue {
  readonly #entries = new Set<AsyncEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get hasReady(): boolean {
    const first = this.#first();
    return first !== undefined && (first.isWatermark || first.results !== undefined);
  }

  add(entry: AsyncEntry): void {
    this.#entries.add(entry);
  }

  onAnswered(_entry: AsyncEntry): void {}

  takeReady(): AsyncEntry {
    const first = this.#first() as AsyncEntry;
    this.#entries.delete(first);
    return first;
  }

  entries(): Iterable<AsyncEntry> {
    return this.#entries;
  }

  #first(): AsyncEntry | undefined {
    for (const entry of this.#entries) return entry;
    return undefined;
  }
}

/** Records between two watermarks, or one watermark. */
interface Segment {
  readonly watermark: AsyncEntry | undefined;
  readonly waiting: Set<AsyncEntry>;
  readonly answered: Set<AsyncEntry>;
}

/** Answers as they come, between watermarks. @internal */
export class UnorderedAsyncQueue implements AsyncQueue {
  readonly #segments: Segment[] = [];
  /** Where a record's answer is to be noted. */
  readonly #segmentOf = new Map<AsyncEntry, Segment>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get hasReady(): boolean {
    const first = this.#segments[0];
    return first !== undefined && (first.watermark !== undefined || first.answered.size > 0);
  }

  add(entry: AsyncEntry): void {
    this.#size++;
    if (entry.isWatermark) {
      this.#segments.push({ watermark: entry, waiting: new Set(), answered: new Set() });
      return;
    }
    let last = this.#segments.at(-1);
    if (last === undefined || last.watermark !== undefined) {
      last = { watermark: undefined, waiting: new Set(), answered: new Set() };
      this.#segments.push(last);
    }
    last.waiting.add(entry);
    this.#segmentOf.set(entry, last);
  }

  onAnswered(entry: AsyncEntry): void {
    const segment = this.#segmentOf.get(entry);
    if (segment?.waiting.delete(entry) === true) segment.answered.add(entry);
  }

  takeReady(): AsyncEntry {
    const first = this.#segments[0] as Segment;
    this.#size--;
    if (first.watermark !== undefined) {
      this.#segments.shift();
      return first.watermark;
    }
    const [entry] = first.answered as Set<AsyncEntry> & Iterable<AsyncEntry, undefined>;
    first.answered.delete(entry as AsyncEntry);
    this.#segmentOf.delete(entry as AsyncEntry);
    if (first.answered.size === 0 && first.waiting.size === 0) this.#segments.shift();
    return entry as AsyncEntry;
  }

  *entries(): Iterable<AsyncEntry> {
    for (const { watermark, waiting, answered } of this.#segments) {
      if (watermark !== undefined) yield watermark;
      yield* answered;
      yield* waiting;
    }
  }
}
