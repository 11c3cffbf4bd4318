/**
 * When a task takes part in a checkpoint: after the barrier came over every open channel. Exactly once: a channel that
 * delivered its barrier is blocked until the others have, so that nothing behind the barrier gets into the snapshot. At
 * least once: nothing is blocked, barriers are counted. A channel at its end of partition is not waited for.
 */

import type { CheckpointOptions } from './worker/messages.js';

/** What a task is told by its aligner. @internal */
export interface AlignerOutput {
  /** All barriers are here: take the snapshot. */
  onTrigger(options: CheckpointOptions): void;
  /** This task will not take part: decline, and tell those downstream. Once an id. */
  onAbort(checkpointId: number): void;
  /** Read nothing more from the channel. */
  onBlock(channel: number): void;
  onUnblock(channel: number): void;
}

/** Follows the barriers of all channels of a task. @internal */
export interface BarrierAligner {
  onBarrier(channel: number, options: CheckpointOptions): void;
  onCancelBarrier(checkpointId: number): void;
  onEndOfPartition(channel: number): void;
}

/** Makes the aligner of a task with `channels` channels. @internal */
export function createBarrierAligner(channels: number, exactlyOnce: boolean, output: AlignerOutput): BarrierAligner {
  return exactlyOnce ? new ExactlyOnceAligner(channels, output) : new AtLeastOnceCounter(channels, output);
}

/** One checkpoint of which some barriers are here. */
interface PendingAlignment {
  readonly options: CheckpointOptions;
  /** Channels that delivered the barrier. */
  readonly arrived: Set<number>;
}

/** Blocks channels; one checkpoint at a time. A barrier of a higher id aborts the one that is pending. */
class ExactlyOnceAligner implements BarrierAligner {
  readonly #output: AlignerOutput;
  readonly #open: Set<number>;
  #pending: PendingAlignment | undefined;
  /** The highest id that began, ended or was aborted: lower ones, and its own late barriers, count for nothing. */
  #latestId = -1;

  constructor(channels: number, output: AlignerOutput) {
    this.#output = output;
    this.#open = allOf(channels);
  }

  onBarrier(channel: number, options: CheckpointOptions): void {
    const { checkpointId } = options;
    if (this.#pending?.options.checkpointId !== checkpointId) {
      if (checkpointId <= this.#latestId) return;
      this.#abortPending();
      this.#latestId = checkpointId;
      this.#pending = { options, arrived: new Set() };
    }
    this.#pending?.arrived.add(channel);
    this.#output.onBlock(channel);
    this.#triggerIfComplete();
  }

  onCancelBarrier(checkpointId: number): void {
    if (this.#pending?.options.checkpointId === checkpointId) {
      this.#abortPending();
      return;
    }
    if (checkpointId <= this.#latestId) return;
    this.#abortPending();
    this.#latestId = checkpointId;
    this.#output.onAbort(checkpointId);
  }

  onEndOfPartition(channel: number): void {
    this.#open.delete(channel);
    this.#triggerIfComplete();
  }

  #triggerIfComplete(): void {
    const pending = this.#pending;
    if (pending === undefined || !hasArrivedOnAll(pending, this.#open)) return;
    this.#release(pending);
    this.#output.onTrigger(pending.options);
  }

  #abortPending(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#release(pending);
    this.#output.onAbort(pending.options.checkpointId);
  }

  #release(pending: PendingAlignment): void {
    this.#pending = undefined;
    for (const channel of pending.arrived) this.#output.onUnblock(channel);
  }
}

/** Pending checkpoints that are remembered; beyond them the oldest is forgotten, as the coordinator has by then. */
const PENDING_MAX = 50;

/** Blocks nothing; several checkpoints may be pending, and one that completes drops those before it. */
class AtLeastOnceCounter implements BarrierAligner {
  readonly #output: AlignerOutput;
  readonly #open: Set<number>;
  /** By ascending id. */
  #pending: PendingAlignment[] = [];
  #latestId = -1;

  constructor(channels: number, output: AlignerOutput) {
    this.#output = output;
    this.#open = allOf(channels);
  }

  onBarrier(channel: number, options: CheckpointOptions): void {
    const { checkpointId } = options;
    let pending = this.#pending.find((candidate) => candidate.options.checkpointId === checkpointId);
    if (pending === undefined) {
      if (checkpointId <= this.#latestId) return;
      this.#latestId = checkpointId;
      pending = { options, arrived: new Set() };
      this.#pending.push(pending);
      if (this.#pending.length > PENDING_MAX) this.#pending.shift();
    }
    pending.arrived.add(channel);
    this.#triggerIfComplete(pending);
  }

  onCancelBarrier(checkpointId: number): void {
    const isPending = this.#pending.some((candidate) => candidate.options.checkpointId === checkpointId);
    if (!isPending && checkpointId <= this.#latestId) return;
    this.#latestId = Math.max(this.#latestId, checkpointId);
    // A cancelled id overtakes the pending ones before it, as a completed one does.
    this.#pending = this.#pending.filter((candidate) => candidate.options.checkpointId > checkpointId);
    this.#output.onAbort(checkpointId);
  }

  onEndOfPartition(channel: number): void {
    this.#open.delete(channel);
    for (const pending of [...this.#pending]) this.#triggerIfComplete(pending);
  }

  #triggerIfComplete(pending: PendingAlignment): void {
    if (!hasArrivedOnAll(pending, this.#open)) return;
    const { options } = pending;
    this.#pending = this.#pending.filter((candidate) => candidate.options.checkpointId > options.checkpointId);
    this.#output.onTrigger(options);
  }
}

function allOf(channels: number): Set<number> {
  return new Set(Array.from({ length: channels }, (_, channel) => channel));
}

function hasArrivedOnAll(pending: PendingAlignment, open: ReadonlySet<number>): boolean {
  for (const channel of open) if (!pending.arrived.has(channel)) return false;
  return true;
}
