/**
 * Collects what a sink hands to the main thread, so that a slice of the task sends one message and not one a record. What
 * is held goes out when it is large, when the task gives way to the event loop, and when the sink is flushed.
 */

/** Calls `send` with the items of a slice, in order. @internal */
export class SliceBatch<T> {
  readonly #send: (items: readonly T[]) => void;
  readonly #limit: number;
  #items: T[] = [];
  #immediate: NodeJS.Immediate | undefined;

  constructor(limit: number, send: (items: readonly T[]) => void) {
    this.#limit = limit;
    this.#send = send;
  }

  add(item: T): void {
    this.#items.push(item);
    if (this.#items.length >= this.#limit) this.flush();
    else this.#immediate ??= setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    this.#send(items);
  }
}
