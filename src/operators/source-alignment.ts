/**
 * A source subtask's part in watermark alignment: it tells the coordinator its watermark from time to time, and is told how
 * far it may go. One that is ahead is not read until the others have caught up.
 */

import type { WatermarkStrategy } from '../api/watermark-strategy.js';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../common/time.js';
import type { OperatorContext, TimerHandle } from './stream-operator.js';

/** What is known of the subtask's own progress. @internal */
export interface SourceProgress {
  readonly current: number;
  readonly isIdle: boolean;
}

/** See the file comment. @internal */
export class SourceAlignment {
  readonly #alignment: NonNullable<WatermarkStrategy<unknown>['alignment']>;
  readonly #context: OperatorContext;
  readonly #progress: SourceProgress;
  #allowed = MAX_TIMESTAMP;
  #tick: TimerHandle | undefined;

  constructor(
    alignment: NonNullable<WatermarkStrategy<unknown>['alignment']>,
    context: OperatorContext,
    progress: SourceProgress,
  ) {
    this.#alignment = alignment;
    this.#context = context;
    this.#progress = progress;
  }

  /** Whether the subtask is so far ahead that it must wait. */
  get isAhead(): boolean {
    return this.#progress.current > this.#allowed;
  }

  start(): void {
    const { clock } = this.#context;
    this.#tick = clock.register(clock.now() + this.#alignment.updateInterval, () => {
      this.#report(this.#progress.isIdle ? MAX_TIMESTAMP : this.#progress.current);
      this.start();
    });
  }

  /** The group lets its members go up to this watermark. */
  allow(watermark: number): void {
    this.#allowed = watermark;
  }

  /** The subtask has ended: it holds nobody back any more. */
  end(): void {
    this.close();
    this.#report(MAX_TIMESTAMP);
  }

  close(): void {
    this.#tick?.cancel();
  }

  #report(watermark: number): void {
    if (watermark === MIN_TIMESTAMP) return;
    this.#context.sendToCoordinator({ type: 'watermark', group: this.#alignment.group, watermark });
  }
}
