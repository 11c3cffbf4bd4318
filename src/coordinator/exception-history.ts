/** The failures of a job, newest first, as many as `web.exception-history-size` allows. */

/** One failure. @internal */
export interface FailureRecord {
  readonly time: number;
  readonly error: Error;
  /** `name (1/2) - execution #0`; undefined for a failure that belongs to no task. */
  readonly taskName: string | undefined;
  readonly attempt: number;
  /** Failures of other tasks of the same attempt that came before it was stopped. */
  readonly concurrent: { readonly time: number; readonly error: Error; readonly taskName: string | undefined }[];
}

/** The failures of one job. @internal */
export class ExceptionHistory {
  readonly #maxSize: number;
  #entries: FailureRecord[] = [];
  #isTruncated = false;

  constructor(maxSize: number) {
    this.#maxSize = Math.max(1, maxSize);
  }

  /** Newest first. */
  get entries(): readonly FailureRecord[] {
    return this.#entries;
  }

  get isTruncated(): boolean {
    return this.#isTruncated;
  }

  /** Adds a failure; a further one of the same attempt belongs to the first. */
  add(failure: Omit<FailureRecord, 'concurrent'>): void {
    const newest = this.#entries[0];
    if (newest?.attempt === failure.attempt) {
      newest.concurrent.push({ time: failure.time, error: failure.error, taskName: failure.taskName });
      return;
    }
    this.#entries.unshift({ ...failure, concurrent: [] });
    if (this.#entries.length > this.#maxSize) {
      this.#entries.pop();
      this.#isTruncated = true;
    }
  }
}
