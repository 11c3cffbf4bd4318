/**
 * All inputs of a task: picks channels in turn, a few hundred elements at a time, and turns what is in the channels into
 * what concerns the task: records; the watermark and status of each input as a whole; a barrier when it came over all
 * channels; the end of an input when all its channels have ended. A channel that waits for a barrier is not read.
 *
 * The fields describe the element that `next` returned last.
 */

import { systemClock } from '../common/clock.js';
import { type BarrierAligner, createBarrierAligner } from './barrier-aligner.js';
import { ELEMENT, type InputChannel } from './channel/input-channel.js';
import type { StreamEvent } from './channel/stream-event.js';
import { WatermarkValve } from './watermark-valve.js';
import type { CheckpointOptions } from './worker/messages.js';

/** What `next` of a gate returned. @internal */
export const GATE = {
  /** Nothing to read; `onAvailable` will be called. */
  EMPTY: 0,
  /** `value`, `timestamp`, `keyGroup`, `input`. */
  RECORD: 1,
  /** The watermark of a whole input: `timestamp`, `input`. */
  WATERMARK: 2,
  /** A whole input turned idle or active: `isIdle`, `input`. */
  STATUS: 3,
  /** Take a snapshot: `barrier`, `alignmentMs`. */
  BARRIER: 4,
  /** A checkpoint that this task will not take part in: `checkpointId`. */
  CANCEL_BARRIER: 5,
  /** All records of `input` were read. */
  END_OF_DATA: 6,
  /** Nothing at all comes from `input` any more. */
  END_OF_PARTITION: 7,
} as const;

/** What a gate is made of. @internal */
export interface InputGateOptions {
  readonly channels: readonly { readonly channel: InputChannel; readonly input: 0 | 1 }[];
  /** False: barriers are counted and block nothing. Default true. */
  readonly exactlyOnce?: boolean;
  /** Milliseconds; for the duration of alignments. */
  readonly now?: () => number;
}

/** Elements that are read from a channel before it is another one's turn. */
const TURN = 256;

interface Slot {
  readonly index: number;
  readonly channel: InputChannel;
  readonly input: 0 | 1;
  /** Position among the channels of its input. */
  readonly position: number;
  /** In the queue of those to be read, or being read. */
  isReady: boolean;
  isBlocked: boolean;
  hasEndedData: boolean;
  hasEnded: boolean;
}

/** All inputs of a task. @internal */
export class InputGate {
  /** Called when a channel gets something while the gate has nothing to read. */
  onAvailable: () => void = () => {};
  value: unknown;
  timestamp = Number.NEGATIVE_INFINITY;
  keyGroup = -1;
  input: 0 | 1 = 0;
  isIdle = false;
  barrier: CheckpointOptions | undefined;
  checkpointId = -1;
  /** From the first barrier of a checkpoint to the last. */
  alignmentMs = 0;
  /** An input ended because the job stops: the barrier of a savepoint comes behind the end. */
  isDraining = false;
  readonly #slots: readonly Slot[];
  readonly #valves: WatermarkValve[];
  readonly #aligner: BarrierAligner;
  readonly #now: () => number;
  readonly #ready: Slot[] = [];
  #current: Slot | undefined;
  #turn = 0;
  /** Results of one event beyond the first: applied one a call. */
  readonly #results: (() => number)[] = [];
  /** Checkpoint whose barriers are arriving, and since when. */
  #aligningId = -1;
  #aligningSince = 0;

  constructor({ channels, exactlyOnce = true, now = systemClock.now }: InputGateOptions) {
    this.#now = now;
    this.#slots = channels.map(({ channel, input }, index) => ({
      index,
      channel,
      input,
      position: channels.slice(0, index).filter((other) => other.input === input).length,
      isReady: false,
      isBlocked: false,
      hasEndedData: false,
      hasEnded: false,
    }));
    this.#valves = ([0, 1] as const).map((input) => this.#createValve(input));
    this.#aligner = createBarrierAligner(channels.length, exactlyOnce, {
      onTrigger: (options) => this.#results.push(() => this.#showBarrier(options)),
      onAbort: (checkpointId) => this.#results.push(() => this.#showCancel(checkpointId)),
      onBlock: (index) => this.#block(this.#slots[index] as Slot),
      onUnblock: (index) => this.#unblock(this.#slots[index] as Slot),
    });
    for (const slot of this.#slots) {
      slot.channel.onAvailable = () => this.#makeReady(slot);
      if (!slot.channel.isEmpty) this.#makeReady(slot);
    }
  }

  /** True when every channel is at its end of partition. */
  get isClosed(): boolean {
    return this.#slots.every((slot) => slot.hasEnded);
  }

  /** True when `next` has something to look at. */
  get isAvailable(): boolean {
    return this.#results.length > 0 || this.#current !== undefined || this.#ready.length > 0;
  }

  /** Goes to the next element and says what it is (`GATE`). */
  next(): number {
    for (;;) {
      if (this.#results.length > 0) return this.#results.shift()?.() as number;
      const slot = this.#current ?? this.#takeReady();
      if (slot === undefined) return GATE.EMPTY;
      const { channel } = slot;
      const element = channel.next();
      if (element === ELEMENT.RECORD) {
        this.value = channel.value;
        this.timestamp = channel.timestamp;
        this.keyGroup = channel.keyGroup;
        this.input = slot.input;
        if (--this.#turn === 0) this.#endTurn(slot);
        return GATE.RECORD;
      }
      if (element === ELEMENT.EMPTY) this.#leave(slot);
      else this.#onEvent(slot, channel.event as StreamEvent);
    }
  }

  close(): void {
    for (const { channel } of this.#slots) channel.close();
    this.#ready.length = 0;
    this.#results.length = 0;
    this.#current = undefined;
  }

  #onEvent(slot: Slot, event: StreamEvent): void {
    switch (event.kind) {
      case 'watermark':
        this.#valves[slot.input]?.onWatermark(slot.position, event.timestamp);
        return;
      case 'status':
        this.#valves[slot.input]?.onStatus(slot.position, event.isIdle);
        return;
      case 'barrier':
        this.#noteAlignment(event.checkpointId);
        this.#aligner.onBarrier(slot.index, event.options);
        return;
      case 'cancel-barrier':
        this.#aligner.onCancelBarrier(event.checkpointId);
        return;
      case 'end-of-data':
        slot.hasEndedData = true;
        this.isDraining ||= event.isDrain === true;
        if (this.#all(slot.input, (other) => other.hasEndedData)) this.#push(GATE.END_OF_DATA, slot.input);
        return;
      case 'end-of-partition':
        slot.hasEnded = true;
        this.#leave(slot);
        this.#aligner.onEndOfPartition(slot.index);
        if (this.#all(slot.input, (other) => other.hasEnded)) this.#push(GATE.END_OF_PARTITION, slot.input);
    }
  }

  #createValve(input: 0 | 1): WatermarkValve {
    const channels = this.#slots.filter((slot) => slot.input === input).length;
    return new WatermarkValve(channels, {
      onWatermark: (timestamp) => {
        this.#results.push(() => {
          this.timestamp = timestamp;
          this.input = input;
          return GATE.WATERMARK;
        });
      },
      onStatus: (isIdle) => {
        this.#results.push(() => {
          this.isIdle = isIdle;
          this.input = input;
          return GATE.STATUS;
        });
      },
    });
  }

  #push(element: number, input: 0 | 1): void {
    this.#results.push(() => {
      this.input = input;
      return element;
    });
  }

  #showBarrier(options: CheckpointOptions): number {
    this.barrier = options;
    this.checkpointId = options.checkpointId;
    this.alignmentMs = options.checkpointId === this.#aligningId ? this.#now() - this.#aligningSince : 0;
    return GATE.BARRIER;
  }

  #showCancel(checkpointId: number): number {
    this.checkpointId = checkpointId;
    return GATE.CANCEL_BARRIER;
  }

  #noteAlignment(checkpointId: number): void {
    if (checkpointId <= this.#aligningId) return;
    this.#aligningId = checkpointId;
    this.#aligningSince = this.#now();
  }

  #all(input: 0 | 1, test: (slot: Slot) => boolean): boolean {
    return this.#slots.every((slot) => slot.input !== input || test(slot));
  }

  #makeReady(slot: Slot): void {
    if (slot.isReady || slot.isBlocked || slot.hasEnded) return;
    const wasIdle = this.#current === undefined && this.#ready.length === 0;
    slot.isReady = true;
    this.#ready.push(slot);
    if (wasIdle) this.onAvailable();
  }

  #takeReady(): Slot | undefined {
    this.#current = this.#ready.shift();
    this.#turn = TURN;
    return this.#current;
  }

  #endTurn(slot: Slot): void {
    this.#turn = TURN;
    if (this.#ready.length === 0) return;
    this.#current = undefined;
    this.#ready.push(slot);
  }

  /** The channel is not read any more, until it has something again or is released. */
  #leave(slot: Slot): void {
    if (!slot.isReady) return;
    slot.isReady = false;
    if (this.#current === slot) this.#current = undefined;
    else this.#ready.splice(this.#ready.indexOf(slot), 1);
  }

  #block(slot: Slot): void {
    slot.isBlocked = true;
    this.#leave(slot);
  }

  #unblock(slot: Slot): void {
    slot.isBlocked = false;
    // Also when it is empty: a channel gives its credit back when it is asked for more.
    this.#makeReady(slot);
  }
}
