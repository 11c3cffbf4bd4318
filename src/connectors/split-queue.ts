/**
 * What every reader that works through its splits one after the other needs: the splits that wait, when to ask for more,
 * and what to answer when there is none. A request is sent only while no other is under way, so that a reader never holds
 * work that another subtask could do.
 */

import type { InputStatus, SourceReaderContext, SourceSplit } from '../api/connector.js';

/** The splits of a reader that it has not begun. @internal */
export class SplitQueue<SplitT extends SourceSplit> {
  readonly #context: SourceReaderContext;
  #waiting: SplitT[] = [];
  #isRequested = false;
  #isComplete = false;

  constructor(context: SourceReaderContext) {
    this.#context = context;
  }

  /** Splits that wait, in order. */
  get waiting(): readonly SplitT[] {
    return this.#waiting;
  }

  /** What a poll answers when no split is being read. */
  get status(): InputStatus {
    if (this.#waiting.length > 0) return 'MORE_AVAILABLE';
    return this.#isComplete ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
  }

  /** Asks for a first split, unless restored ones are there. */
  start(): void {
    this.#requestIfEmpty();
  }

  add(splits: readonly SplitT[]): void {
    this.#isRequested = false;
    this.#waiting.push(...splits);
    this.#context.notifyAvailable();
  }

  complete(): void {
    this.#isComplete = true;
    this.#context.notifyAvailable();
  }

  /** The next split; undefined when none waits: then one was asked for. */
  take(): SplitT | undefined {
    const split = this.#waiting.shift();
    if (split === undefined) this.#requestIfEmpty();
    return split;
  }

  #requestIfEmpty(): void {
    if (this.#waiting.length > 0 || this.#isComplete || this.#isRequested) return;
    this.#isRequested = true;
    this.#context.sendSplitRequest();
  }
}
