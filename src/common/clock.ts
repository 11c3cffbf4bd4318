/** The only way to read the time or to wait: production code gets `systemClock`, tests a manual one. */

/** A wall clock with timers. @internal */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, at or after `delayMs` from now; the handle goes to {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Cancels a timer; a handle that has fired or is undefined is ignored. */
  clearTimeout(handle: unknown): void;
}

/** The clock of the machine. @internal */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
};
