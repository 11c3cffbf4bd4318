/** Results of triggered operations, kept for a while after they have ended: clients poll for them by trigger id. */

import type { Clock } from '../common/clock.js';
import { newTriggerId } from '../common/ids.js';

/** What is known of an operation. @internal */
export type Operation =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly value: Readonly<Record<string, unknown>> };

/** The operations of one kind. @internal */
export class Operations {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #operations = new Map<string, Operation>();
  readonly #timers = new Set<unknown>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /** Starts an operation, unless one with this id is known; returns the id. The promise must not reject. */
  trigger(triggerId: string | undefined, start: () => Promise<Readonly<Record<string, unknown>>>): string {
    const id = triggerId ?? newTriggerId();
    if (this.#operations.has(id)) return id;
    this.#operations.set(id, { state: 'running' });
    start().then(
      (value) => {
        this.#operations.set(id, { state: 'done', value });
        this.#timers.add(this.#clock.setTimeout(() => this.#operations.delete(id), this.#keepMs));
      },
      () => this.#operations.delete(id),
    );
    return id;
  }

  find(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  /** Forgets the timers, which would keep the process alive. */
  close(): void {
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
  }

  /** All that are known, for the archive. */
  entries(): readonly (readonly [string, Operation])[] {
    return [...this.#operations];
  }
}
