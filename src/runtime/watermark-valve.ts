/**
 * Combines the watermarks and the idleness of the channels of one input. The combined watermark is the minimum over the
 * channels that are active and aligned; a channel that comes back from idleness is aligned again once its watermark has
 * caught up with what was put out. Nothing that is put out ever goes back.
 */

import { MIN_TIMESTAMP } from '../common/time.js';

/** Takes what the valve lets through. @internal */
export interface ValveOutput {
  onWatermark(timestamp: number): void;
  onStatus(isIdle: boolean): void;
}

interface Channel {
  watermark: number;
  isIdle: boolean;
  isAligned: boolean;
}

/** One input of `channels` channels. @internal */
export class WatermarkValve {
  readonly #channels: readonly Channel[];
  readonly #output: ValveOutput;
  #lastOutput = MIN_TIMESTAMP;
  #isIdle = false;

  constructor(channels: number, output: ValveOutput) {
    this.#channels = Array.from({ length: channels }, () => ({
      watermark: MIN_TIMESTAMP,
      isIdle: false,
      isAligned: true,
    }));
    this.#output = output;
  }

  /** The last watermark that was put out. */
  get lastWatermark(): number {
    return this.#lastOutput;
  }

  /** True when all channels are idle. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** A watermark of one channel; one that does not advance, or comes from an idle channel, counts for nothing. */
  onWatermark(index: number, timestamp: number): void {
    const channel = this.#channel(index);
    if (this.#isIdle || channel.isIdle || timestamp <= channel.watermark) return;
    channel.watermark = timestamp;
    this.#alignIfCaughtUp(channel);
    this.#emitMinimum();
  }

  /** A status of one channel. */
  onStatus(index: number, isIdle: boolean): void {
    const channel = this.#channel(index);
    if (isIdle === channel.isIdle) return;
    if (isIdle) this.#onIdle(channel);
    else this.#onActive(channel);
  }

  #onIdle(channel: Channel): void {
    channel.isIdle = true;
    channel.isAligned = false;
    if (!this.#channels.every((other) => other.isIdle)) {
      // The channel may have been the one that held the watermark back.
      if (channel.watermark === this.#lastOutput) this.#emitMinimum();
      return;
    }
    // With the last channel idle, none holds the watermark back: the furthest one counts.
    if (channel.watermark === this.#lastOutput) this.#emitMaximum();
    this.#isIdle = true;
    this.#output.onStatus(true);
  }

  #onActive(channel: Channel): void {
    channel.isIdle = false;
    this.#alignIfCaughtUp(channel);
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#output.onStatus(false);
  }

  #alignIfCaughtUp(channel: Channel): void {
    if (channel.watermark >= this.#lastOutput) channel.isAligned = true;
  }

  #emitMinimum(): void {
    let minimum = Number.POSITIVE_INFINITY;
    let hasAligned = false;
    for (const channel of this.#channels) {
      if (!channel.isAligned) continue;
      hasAligned = true;
      if (channel.watermark < minimum) minimum = channel.watermark;
    }
    if (hasAligned) this.#emit(minimum);
  }

  #emitMaximum(): void {
    let maximum = MIN_TIMESTAMP;
    for (const channel of this.#channels) {
      if (channel.watermark > maximum) maximum = channel.watermark;
    }
    this.#emit(maximum);
  }

  #emit(timestamp: number): void {
    if (timestamp <= this.#lastOutput) return;
    this.#lastOutput = timestamp;
    this.#output.onWatermark(timestamp);
  }

  #channel(index: number): Channel {
    const channel = this.#channels[index];
    if (channel === undefined) throw new RangeError(`There is no channel ${index}.`);
    return channel;
  }
}
