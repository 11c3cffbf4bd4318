/** Runs a sink without an engine: a writer and its committer, with state and committables going through bytes. */

import type { CommitRequest, Committer, Sink, SinkRecordContext, SinkWriter } from '../../src/api/connector.js';

/** Where a writer runs. */
export interface SinkPlace {
  readonly subtask?: number;
  readonly parallelism?: number;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly restoredCheckpointId?: number;
}

/** What a checkpoint holds. */
export interface SinkSnapshot {
  readonly states: readonly Uint8Array[];
  readonly committables: readonly Uint8Array[];
}

export const TEST_JOB = '0123456789abcdef0123456789abcdef';

/** One attempt of one subtask of a sink. */
export class SinkRun<T> {
  /** Moved by the test. */
  now = new Date(2001, 0, 2, 3, 4, 5).getTime();
  timestamp: number | null = null;
  alreadyCommitted = 0;
  readonly #sink: Sink<T>;
  readonly #timers: { readonly at: number; readonly callback: (time: number) => void }[] = [];
  #writer!: SinkWriter<T>;
  #committer: Committer<unknown> | undefined;

  constructor(sink: Sink<T>) {
    this.#sink = sink;
  }

  get timers(): number {
    return this.#timers.length;
  }

  async start(place: SinkPlace = {}, restored: readonly Uint8Array[] = []): Promise<void> {
    const serializer = this.#sink.writerStateSerializer;
    const states = restored.map((bytes) => serializer?.deserialize(serializer.version, bytes));
    const context = {
      subtask: place.subtask ?? 0,
      parallelism: place.parallelism ?? 1,
      jobId: place.jobId ?? TEST_JOB,
      attempt: place.attempt ?? 0,
      restoredCheckpointId: place.restoredCheckpointId,
      currentProcessingTime: () => this.now,
      registerProcessingTimer: (at: number, callback: (time: number) => void) => this.#timers.push({ at, callback }),
    };
    this.#committer = this.#sink.createCommitter?.();
    this.#writer = await this.#sink.createWriter(context, states);
  }

  async write(...values: readonly T[]): Promise<void> {
    const context: SinkRecordContext = { timestamp: () => this.timestamp, currentWatermark: () => 0 };
    for (const value of values) await this.#writer.write(value, context);
  }

  /** Moves the clock and calls what is due. */
  advance(ms: number): void {
    this.now += ms;
    for (const timer of this.#timers.filter(({ at }) => at <= this.now)) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.callback(this.now);
    }
  }

  async snapshot(checkpointId = 1, endOfInput = false): Promise<SinkSnapshot> {
    const { writerStateSerializer, committableSerializer } = this.#sink;
    await this.#writer.flush(endOfInput);
    const committables = (await this.#writer.prepareCommit?.()) ?? [];
    const states = this.#writer.snapshotState?.(checkpointId) ?? [];
    return {
      states: states.map((state) => writerStateSerializer?.serialize(state) as Uint8Array),
      committables: committables.map((value) => committableSerializer?.serialize(value) as Uint8Array),
    };
  }

  async commit(committables: readonly Uint8Array[]): Promise<void> {
    const serializer = this.#sink.committableSerializer;
    const requests: CommitRequest<unknown>[] = committables.map((bytes) => ({
      committable: serializer?.deserialize(serializer.version, bytes),
      retries: 0,
      retryLater() {},
      signalAlreadyCommitted: () => {
        this.alreadyCommitted++;
      },
      signalFailedWithKnownReason() {},
    }));
    await this.#committer?.commit(requests);
  }

  /** A checkpoint that completes. */
  async checkpoint(checkpointId = 1, endOfInput = false): Promise<SinkSnapshot> {
    const snapshot = await this.snapshot(checkpointId, endOfInput);
    await this.commit(snapshot.committables);
    return snapshot;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#committer?.close();
  }
}
