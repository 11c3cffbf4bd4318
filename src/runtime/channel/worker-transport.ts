/**
 * The channels of one worker to and from all others: a ring for each direction and peer, one bell, one overflow budget.
 *
 * `drain` empties every incoming ring into the queues of the channels, whatever the tasks do, and sends overflow for which
 * there is room, and rings those to whom something was sent. The worker's loop calls it between slices, and `wait` when
 * there is nothing to do. Why no deadlock is
 * possible: docs/design/004-channels.md.
 */

import { assert } from '../../common/assert.js';
import type { SharedMemory } from '../worker/messages.js';
import { Doorbell, ringBell } from './doorbell.js';
import { OverflowBudget } from './overflow-queue.js';
import type { Pressure } from './pressure.js';
import type { EdgeShapes } from './record-codec.js';
import { RemoteChannelWriter } from './remote-channel-writer.js';
import { ChunkPool, RemoteInputChannel } from './remote-input-channel.js';
import { RingReader, RingWriter } from './ring.js';
import { StringCache } from './string-cache.js';

/** Bytes that a channel may have between sending and consumption, unless told otherwise: four batches. @internal */
export const CREDIT_BYTES_DEFAULT = 64 << 10;
/** A batch is sent when it has this size. @internal */
export const BATCH_BYTES_DEFAULT = 16 << 10;

/** What a transport is made of. @internal */
export interface WorkerTransportOptions {
  readonly worker: number;
  readonly workers: number;
  readonly shared: Pick<SharedMemory, 'rings' | 'bells' | 'credits'>;
  /** An existing directory for spilled overflow. */
  readonly spillDirectory: string;
  readonly creditBytes?: number;
  readonly batchBytes?: number;
  /** Memory that the overflow of all channels may take before it is spilled. */
  readonly overflowMemoryBytes?: number;
}

/** The channels of one worker. @internal */
export class WorkerTransport {
  /** Shared by the channels inside the worker, too. */
  readonly budget: OverflowBudget;
  /** Strings that were decoded lately, for all channels of the worker. */
  readonly strings = new StringCache();
  readonly #options: WorkerTransportOptions;
  readonly #bells: Int32Array;
  readonly #credits: Int32Array;
  readonly #bell: Doorbell;
  readonly #pool = new ChunkPool();
  readonly #incoming: { readonly peer: number; readonly ring: RingReader }[] = [];
  readonly #outgoing: (RingWriter | undefined)[] = [];
  readonly #readers = new Map<number, RemoteInputChannel>();
  readonly #writers: RemoteChannelWriter[] = [];
  /** Workers that something was sent to since `drain` was called: waking one costs microseconds, so not at each batch. */
  readonly #unrung = new Set<number>();
  /** Writers with overflow, the one that was served last at the end. */
  readonly #waiting = new Set<RemoteChannelWriter>();

  constructor(options: WorkerTransportOptions) {
    const { worker, workers, shared } = options;
    this.#options = options;
    this.budget = new OverflowBudget(options.spillDirectory, options.overflowMemoryBytes);
    this.#bells = new Int32Array(shared.bells);
    this.#credits = new Int32Array(shared.credits);
    this.#bell = new Doorbell(this.#bells, worker);
    for (let peer = 0; peer < workers; peer++) {
      const incoming = shared.rings[peer * workers + worker];
      const outgoing = shared.rings[worker * workers + peer];
      if (incoming) this.#incoming.push({ peer, ring: new RingReader(incoming) });
      this.#outgoing.push(outgoing ? new RingWriter(outgoing) : undefined);
    }
  }

  /** The sending end of a channel; `shapes` is one for all channels of an edge of a task. */
  createWriter(channel: number, toWorker: number, shapes: EdgeShapes, pressure: Pressure): RemoteChannelWriter {
    const ring = this.#outgoing[toWorker];
    assert(ring !== undefined, `there is a ring from worker ${this.#options.worker} to worker ${toWorker}`);
    const { creditBytes = CREDIT_BYTES_DEFAULT, batchBytes = BATCH_BYTES_DEFAULT } = this.#options;
    const writer = new RemoteChannelWriter({
      channel,
      shapes,
      pressure,
      budget: this.budget,
      ring,
      credits: this.#credits,
      creditBytes,
      batchBytes,
      onSent: (isUrgent) => {
        if (isUrgent) ringBell(this.#bells, toWorker);
        else this.#unrung.add(toWorker);
      },
      onOverflow: (overflowing) => this.#waiting.add(overflowing),
    });
    this.#writers.push(writer);
    return writer;
  }

  /** The receiving end of a channel. Frames may have arrived before. */
  reader(channel: number, fromWorker: number): RemoteInputChannel {
    const existing = this.#readers.get(channel);
    if (existing !== undefined) return existing;
    const reader = new RemoteInputChannel(channel, {
      credits: this.#credits,
      pool: this.#pool,
      strings: this.strings,
      ringSender: () => ringBell(this.#bells, fromWorker),
    });
    this.#readers.set(channel, reader);
    return reader;
  }

  /** Empties the incoming rings, and sends overflow for which there is room; true when anything moved. */
  drain(): boolean {
    let hasMoved = false;
    for (const { peer, ring } of this.#incoming) {
      if (ring.isEmpty) continue;
      hasMoved = true;
      ring.drain((channel, bytes, start, end, isWhole) => {
        this.reader(channel, peer).push(bytes, start, end, isWhole);
      });
      if (ring.takeWriterWaits()) ringBell(this.#bells, peer);
    }
    if (this.#waiting.size > 0) hasMoved = this.#drainOverflow() || hasMoved;
    this.#ringPeers();
    return hasMoved;
  }

  /** Whether `drain` would move anything. */
  get hasWork(): boolean {
    for (const { ring } of this.#incoming) if (!ring.isEmpty) return true;
    for (const writer of this.#waiting) if (writer.canDrain) return true;
    return false;
  }

  /**
   * Waits until another worker sends something, frees room that this one waits for, or `wake` is called. Undefined when
   * there is work already; `hasOtherWork` is asked after the flag was raised, for what comes by other ways.
   */
  wait(hasOtherWork?: () => boolean): Promise<void> | undefined {
    this.#ringPeers();
    return this.#bell.wait(() => this.hasWork || hasOtherWork?.() === true);
  }

  /** Ends a `wait` from within this worker. */
  wake(): void {
    this.#bell.ring();
  }

  /** Closes all channels; nothing waits any more. */
  close(): void {
    for (const writer of this.#writers) writer.close();
    for (const reader of this.#readers.values()) reader.close();
    this.#waiting.clear();
    this.#ringPeers();
    this.#bell.close();
  }

  #ringPeers(): void {
    if (this.#unrung.size === 0) return;
    for (const peer of this.#unrung) ringBell(this.#bells, peer);
    this.#unrung.clear();
  }

  #drainOverflow(): boolean {
    let hasMoved = false;
    for (const writer of [...this.#waiting]) {
      if (!writer.hasOverflow) {
        this.#waiting.delete(writer);
        continue;
      }
      if (!writer.canDrain) continue;
      const hasSent = writer.drainOverflow();
      hasMoved ||= hasSent;
      if (hasSent || !writer.hasOverflow) this.#waiting.delete(writer);
      // Behind the others: a channel whose credit comes back at once must not keep them from the ring.
      if (hasSent && writer.hasOverflow) this.#waiting.add(writer);
    }
    return hasMoved;
  }
}
