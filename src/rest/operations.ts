/** Results of triggered operations, kept for a while after they have ended: clients poll for them by trigger id. */

import type { Clock } from '../common/clock.js';
import { newTriggerId } from '../common/ids.js';

/** What is known of an operation. @internal */
export type Operation =
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly value: Readonly<Record<string, unknown>> };

/** Triggered operations, by the path under which each is polled. @internal */
export class Operations {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #operations = new Map<string, Operation>();
  readonly #timers = new Set<unknown>();
  readonly #running = new Set<Promise<void>>();

  constructor(clock: Clock, keepMs: number) {
    this.#clock = clock;
    this.#keepMs = keepMs;
  }

  /**
   * Starts an operation, unless one with this id is known; returns the id. `prefix`: the path under which it is polled,
   * up to the id. The promise must not reject.
   */
  trigger(
    prefix: string,
    triggerId: string | undefined,
    start: () => Promise<Readonly<Record<string, unknown>>>,
  ): string {
    const id = triggerId ?? newTriggerId();
    const key = prefix + id;
    if (this.#operations.has(key)) return id;
    this.#operations.set(key, { state: 'running' });
    const run = start().then(
      (value) => {
        this.#operations.set(key, { state: 'done', value });
        this.#timers.add(this.#clock.setTimeout(() => this.#operations.delete(key), this.#keepMs));
      },
      () => {
        this.#operations.delete(key);
      },
    );
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
    return id;
  }

  /** The operation that is polled under a path. */
  find(path: string): Operation | undefined {
    return this.#operations.get(path);
  }

  /** Settles when no operation runs any more: once the job has ended, that is soon. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Forgets the timers, which would keep the process alive. */
  close(): void {
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
  }

  /** All that are known by path, for the archive. */
  entries(): readonly (readonly [string, Operation])[] {
    return [...this.#operations];
  }
}
