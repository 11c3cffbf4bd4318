/**
 * The enumerator of sources whose splits are all known at the start. It hands out one split a request, and tells a reader
 * that asks in vain that no more will come. Its state is the list of splits that nobody has.
 */

import type { SourceSplit, SplitEnumerator, SplitEnumeratorContext } from '../api/connector.js';

/** Hands out a fixed list of splits on request. @internal */
export class StaticSplitEnumerator<SplitT extends SourceSplit> implements SplitEnumerator<SplitT, readonly SplitT[]> {
  readonly #context: SplitEnumeratorContext<SplitT>;
  #remaining: SplitT[];

  constructor(context: SplitEnumeratorContext<SplitT>, splits: readonly SplitT[]) {
    this.#context = context;
    this.#remaining = [...splits];
  }

  start(): void {}

  addReader(): void {}

  handleSplitRequest(subtask: number): void {
    const split = this.#remaining.shift();
    if (split === undefined) this.#context.signalNoMoreSplits(subtask);
    else this.#context.assignSplit(split, subtask);
  }

  addSplitsBack(splits: readonly SplitT[]): void {
    this.#remaining.unshift(...splits);
  }

  snapshotState(): readonly SplitT[] {
    return [...this.#remaining];
  }

  close(): void {}
}
