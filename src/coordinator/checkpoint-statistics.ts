/** What the REST API tells of a job's checkpoints: counts, the latest of each kind, a short history, and summaries. */

import type { CheckpointOptions } from '../runtime/worker/messages.js';
import type { AcknowledgedTask } from './pending-checkpoint.js';

/** One checkpoint; times in milliseconds since the epoch, -1 = not yet. @internal */
export interface CheckpointRecord {
  readonly id: number;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly options: Pick<CheckpointOptions, 'kind' | 'format' | 'then' | 'timestamp'>;
  readonly subtasks: number;
  readonly acknowledged: AcknowledgedTask[];
  latestAckTime: number;
  durationMs: number;
  directory: string | undefined;
  isDiscarded: boolean;
  failureTime: number;
  failureMessage: string | undefined;
}

/** The snapshot that the job, or its attempt, was restored from. @internal */
export interface RestoredRecord {
  readonly id: number;
  readonly restoreTime: number;
  readonly isSavepoint: boolean;
  readonly path: string;
}

/** Figures of the completed checkpoints, for percentiles. @internal */
export interface CompletedFigures {
  readonly checkpointedSize: number[];
  readonly stateSize: number[];
  readonly durationMs: number[];
}

/** Figures that are kept; older ones leave the summary. */
const MAX_FIGURES = 10_000;

/** The statistics of one job. @internal */
export class CheckpointStatistics {
  readonly #historySize: number;
  readonly counts = { restored: 0, completed: 0, failed: 0 };
  readonly figures: CompletedFigures = { checkpointedSize: [], stateSize: [], durationMs: [] };
  latestCompleted: CheckpointRecord | undefined;
  latestSavepoint: CheckpointRecord | undefined;
  latestFailed: CheckpointRecord | undefined;
  latestRestored: RestoredRecord | undefined;
  #history: CheckpointRecord[] = [];

  constructor(historySize: number) {
    this.#historySize = historySize;
  }

  /** Newest first. */
  get history(): readonly CheckpointRecord[] {
    return this.#history;
  }

  get inProgress(): number {
    return this.#history.filter((record) => record.status === 'IN_PROGRESS').length;
  }

  find(id: number): CheckpointRecord | undefined {
    return this.#history.find((record) => record.id === id);
  }

  onTriggered(options: CheckpointOptions, subtasks: number, acknowledged: AcknowledgedTask[]): void {
    this.#history.unshift({
      id: options.checkpointId,
      status: 'IN_PROGRESS',
      options,
      subtasks,
      acknowledged,
      latestAckTime: -1,
      durationMs: 0,
      directory: undefined,
      isDiscarded: false,
      failureTime: -1,
      failureMessage: undefined,
    });
    this.#trim();
  }

  onAcknowledged(id: number, time: number): void {
    const record = this.find(id);
    if (record !== undefined) record.latestAckTime = time;
  }

  onCompleted(id: number, now: number, directory: string): void {
    const record = this.find(id);
    if (record === undefined) return;
    record.status = 'COMPLETED';
    record.directory = directory;
    record.durationMs = Math.max(0, (record.latestAckTime < 0 ? now : record.latestAckTime) - record.options.timestamp);
    this.counts.completed++;
    if (record.options.kind === 'savepoint') this.latestSavepoint = record;
    else this.latestCompleted = record;
    push(this.figures.checkpointedSize, sum(record, 'checkpointedSize'));
    push(this.figures.stateSize, sum(record, 'stateSize'));
    push(this.figures.durationMs, record.durationMs);
    this.#trim();
  }

  onFailed(id: number, now: number, message: string): void {
    const record = this.find(id);
    if (record === undefined) return;
    record.status = 'FAILED';
    record.failureTime = now;
    record.failureMessage = message;
    record.durationMs = Math.max(0, now - record.options.timestamp);
    this.counts.failed++;
    this.latestFailed = record;
    this.#trim();
  }

  onDiscarded(id: number): void {
    const record = this.find(id);
    if (record !== undefined) record.isDiscarded = true;
    if (this.latestCompleted?.id === id) this.latestCompleted.isDiscarded = true;
  }

  onRestored(restored: RestoredRecord): void {
    this.counts.restored++;
    this.latestRestored = restored;
  }

  #trim(): void {
    let ended = 0;
    this.#history = this.#history.filter((record) => record.status === 'IN_PROGRESS' || ended++ < this.#historySize);
  }
}

/** Sum of a figure over the tasks of a checkpoint. @internal */
export function sum(record: CheckpointRecord, figure: 'stateSize' | 'checkpointedSize'): number {
  return record.acknowledged.reduce((total, ack) => total + ack.metrics[figure], 0);
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > MAX_FIGURES) values.shift();
}
