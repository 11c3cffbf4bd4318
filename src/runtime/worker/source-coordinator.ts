/**
 * Runs the split enumerator of one source: one call at a time, in the order in which they came.
 *
 * Invariant: an event that was sent before the answer to a snapshot belongs to the snapshot, a later one does not. So from
 * the moment the enumerator's state is taken until the answer is out, what it sends is held back.
 */

import type { Source, SourceSplit, SplitEnumerator, SplitEnumeratorContext } from '../../api/connector.js';
import { assert } from '../../common/assert.js';
import { type Clock, systemClock } from '../../common/clock.js';
import { FlinkError, messageOf } from '../../common/errors.js';
import type { OperatorEvent } from '../../operators/stream-operator.js';

/** Version of the frame around an enumerator's state; Flink's. */
const SERDE_VERSION = 1;

/** What a source coordinator works with. @internal */
export interface SourceCoordinatorOptions {
  /** Name of the source, for errors. */
  readonly name: string;
  readonly source: Source<unknown>;
  readonly parallelism: number;
  /** Bytes of a snapshot, with their frame. */
  readonly restored?: Uint8Array;
  readonly clock?: Clock;
  send(subtask: number, event: OperatorEvent): void;
  fail(error: Error): void;
}

/** The enumerator of one source. @internal */
export class SourceCoordinator {
  readonly #options: SourceCoordinatorOptions;
  readonly #clock: Clock;
  readonly #readers = new Set<number>();
  readonly #timers = new Set<unknown>();
  #enumerator: SplitEnumerator<SourceSplit, unknown> | undefined;
  /** The calls so far; the next one waits for it. */
  #calls: Promise<unknown> = Promise.resolve();
  /** Events that wait for the answer to a snapshot. */
  #held: (() => void)[] | undefined;
  #isClosed = false;

  constructor(options: SourceCoordinatorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Creates and starts the enumerator. */
  start(): Promise<void> {
    return this.#call(async () => {
      const { source } = this.#options;
      this.#enumerator = source.createEnumerator(this.#context(), this.#restoredState());
      await this.#enumerator.start();
    });
  }

  /** An event of a reader. */
  onEvent(subtask: number, event: OperatorEvent): Promise<void> {
    return this.#call(async (enumerator) => {
      if (event.type === 'split-request') await enumerator.handleSplitRequest(subtask);
      if (event.type !== 'reader-registered') return;
      this.#readers.add(subtask);
      await enumerator.addReader(subtask);
    });
  }

  /** Takes the enumerator's state; what it sends from then on waits for {@link SourceCoordinator.release}. */
  async snapshot(checkpointId: number): Promise<Uint8Array> {
    let bytes: Uint8Array | undefined;
    await this.#call(async (enumerator) => {
      const { enumeratorStateSerializer: serializer } = this.#options.source;
      const state = await enumerator.snapshotState(checkpointId);
      this.#held ??= [];
      bytes = frame(serializer.version, serializer.serialize(state));
    });
    assert(bytes !== undefined, 'a snapshot of an enumerator has bytes');
    return bytes;
  }

  /** The answer to the snapshot is out: lets go what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }

  notifyCheckpointComplete(checkpointId: number): Promise<void> {
    return this.#call(async (enumerator) => {
      await enumerator.notifyCheckpointComplete?.(checkpointId);
    });
  }

  /** Closes the enumerator; later calls do nothing. */
  async close(): Promise<void> {
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
    await this.#call(async (enumerator) => {
      this.#isClosed = true;
      await enumerator.close();
    });
  }

  #context(): SplitEnumeratorContext<SourceSplit> {
    const { parallelism, source } = this.#options;
    const checked = (subtask: number): number => {
      assert(Number.isInteger(subtask) && subtask >= 0 && subtask < parallelism, `the source has a subtask ${subtask}`);
      return subtask;
    };
    return {
      parallelism,
      registeredReaders: () => [...this.#readers].sort((a, b) => a - b),
      assignSplit: (split, subtask) => {
        const { version } = source.splitSerializer;
        const splits = [source.splitSerializer.serialize(split)];
        this.#send(checked(subtask), { type: 'add-splits', version, splits });
      },
      signalNoMoreSplits: (subtask) => this.#send(checked(subtask), { type: 'no-more-splits' }),
      schedule: (work, initialDelayMs, periodMs) => this.#schedule(work, initialDelayMs, periodMs),
    };
  }

  #schedule(work: () => void | Promise<void>, delayMs: number, periodMs: number): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      this.#call(async () => {
        await work();
      }).then(
        () => {
          if (!this.#isClosed) this.#schedule(work, periodMs, periodMs);
        },
        () => {},
      );
    }, delayMs);
    this.#timers.add(timer);
  }

  #send(subtask: number, event: OperatorEvent): void {
    if (this.#isClosed) return;
    const send = (): void => this.#options.send(subtask, event);
    if (this.#held === undefined) send();
    else this.#held.push(send);
  }

  #restoredState(): unknown {
    const { restored, source, name } = this.#options;
    if (restored === undefined) return undefined;
    const view = new DataView(restored.buffer, restored.byteOffset, restored.byteLength);
    const isFramed = restored.length >= 12 && view.getInt32(8) >= 0 && view.getInt32(8) <= restored.length - 12;
    if (!isFramed)
      throw new FlinkError('SNAPSHOT_CORRUPT', `The state of the enumerator of source "${name}" is cut short.`);
    if (view.getInt32(0) !== SERDE_VERSION) {
      throw new FlinkError(
        'SNAPSHOT_UNSUPPORTED',
        `The state of the enumerator of source "${name}" has version ${view.getInt32(0)}, not ${SERDE_VERSION}.`,
      );
    }
    return source.enumeratorStateSerializer.deserialize(view.getInt32(4), restored.subarray(12, 12 + view.getInt32(8)));
  }

  /** Runs a call behind those before it. A failure is told once, and fails the attempt; the promise rejects too. */
  #call(action: (enumerator: SplitEnumerator<SourceSplit, unknown>) => Promise<void>): Promise<void> {
    const call = this.#calls.then(async () => {
      if (this.#isClosed) return;
      try {
        // `start` makes the enumerator, every other call has it: they stand behind it.
        await action(this.#enumerator as SplitEnumerator<SourceSplit, unknown>);
      } catch (error) {
        const failure = this.#describe(error);
        this.#isClosed = true;
        this.#options.fail(failure);
        throw failure;
      }
    });
    this.#calls = call.catch(() => {});
    return call;
  }

  #describe(error: unknown): FlinkError {
    if (error instanceof FlinkError) return error;
    const message = `The split enumerator of source "${this.#options.name}" failed: ${messageOf(error)}`;
    return new FlinkError('CONNECTOR_FAILED', message, { cause: error });
  }
}

function frame(serializerVersion: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, SERDE_VERSION);
  view.setInt32(4, serializerVersion);
  view.setInt32(8, payload.length);
  bytes.set(payload, 12);
  return bytes;
}
