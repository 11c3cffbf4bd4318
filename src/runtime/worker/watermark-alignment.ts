/**
 * Keeps sources of one group together in event time. Subtasks report their watermarks; from time to time every source of
 * the group is told the smallest of them plus its drift, beyond which its subtasks wait. Whoever has reported nothing yet
 * holds nobody back, and nobody is told anything before the first report.
 */

import type { WatermarkStrategy } from '../../api/watermark-strategy.js';
import type { Clock } from '../../common/clock.js';
import type { OperatorId } from '../../common/ids.js';
import type { OperatorEvent } from '../../operators/stream-operator.js';

/** A source that takes part. @internal */
export interface AlignedSource {
  readonly operatorId: OperatorId;
  readonly parallelism: number;
  readonly alignment: NonNullable<WatermarkStrategy<unknown>['alignment']>;
}

/** All groups of a job. @internal */
export class WatermarkAlignment {
  readonly #clock: Clock;
  readonly #send: (operatorId: OperatorId, subtask: number, event: OperatorEvent) => void;
  /** By group: the last report of each subtask of each source. */
  readonly #reports = new Map<string, Map<string, number>>();
  readonly #timers = new Map<OperatorId, unknown>();
  #isClosed = false;

  constructor(clock: Clock, send: (operatorId: OperatorId, subtask: number, event: OperatorEvent) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Lets a source take part from now on. */
  add(source: AlignedSource): void {
    if (this.#isClosed) return;
    const timer = this.#clock.setTimeout(() => {
      this.#announce(source);
      this.add(source);
    }, source.alignment.updateInterval);
    this.#timers.set(source.operatorId, timer);
  }

  /** A subtask says how far it is. */
  report(operatorId: OperatorId, subtask: number, { group, watermark }: { group: string; watermark: number }): void {
    const reports = this.#reports.get(group) ?? new Map<string, number>();
    reports.set(`${operatorId} ${subtask}`, watermark);
    this.#reports.set(group, reports);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer);
    this.#timers.clear();
  }

  #announce({ operatorId, parallelism, alignment }: AlignedSource): void {
    const reports = this.#reports.get(alignment.group);
    if (reports === undefined) return;
    const watermark = Math.min(...reports.values()) + alignment.maxDrift;
    for (let subtask = 0; subtask < parallelism; subtask++) {
      this.#send(operatorId, subtask, { type: 'max-watermark', watermark });
    }
  }
}
