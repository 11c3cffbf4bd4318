/** A source that a test feeds by hand: `job.send(source, value)`. */

import type {
  InputStatus,
  ReaderOutput,
  SimpleVersionedSerializer,
  Source,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { FlinkError } from '../common/errors.js';
import { NO_TIMESTAMP } from '../common/time.js';

const SPLITS: SimpleVersionedSerializer<SourceSplit> = {
  version: 1,
  serialize: ({ splitId }) => new TextEncoder().encode(splitId),
  deserialize: (_version, bytes) => ({ splitId: new TextDecoder().decode(bytes) }),
};
const NO_STATE: SimpleVersionedSerializer<undefined> = {
  version: 1,
  serialize: () => new Uint8Array(0),
  deserialize: () => undefined,
};

/**
 * The input of a job under test: give it to `env.fromSource`, or to `testJob` in the place of a source of the program.
 *
 * ```ts
 * const rides = new TestSource<Ride>();
 * env.fromSource(rides, WatermarkStrategy.noWatermarks(), 'rides');
 * ```
 */
export class TestSource<T> implements Source<T, SourceSplit, undefined> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly splitSerializer = SPLITS;
  readonly enumeratorStateSerializer = NO_STATE;
  /** Readers of the running job by subtask; a restored job registers its own. */
  readonly #readers = new Map<number, TestReader<T>>();
  #next = 0;

  /** Gives every reader one split of its own: none of them counts as idle. */
  createEnumerator(context: SplitEnumeratorContext<SourceSplit>): SplitEnumerator<SourceSplit, undefined> {
    return {
      start() {},
      handleSplitRequest() {},
      addReader: (subtask) => context.assignSplit({ splitId: String(subtask) }, subtask),
      addSplitsBack() {},
      snapshotState: () => undefined,
      close() {},
    };
  }

  createReader(context: SourceReaderContext): SourceReader<T, SourceSplit> {
    const reader = new TestReader<T>(context);
    this.#readers.set(context.subtask, reader);
    if (this.#next >= context.parallelism) this.#next = 0;
    for (const subtask of this.#readers.keys()) if (subtask >= context.parallelism) this.#readers.delete(subtask);
    return reader;
  }

  /** Hands a record to a subtask: to all in turn, unless told which. @internal */
  push(value: T, timestamp: number | undefined, subtask?: number): void {
    const reader = this.#readers.get(subtask ?? this.#next);
    if (reader === undefined) {
      throw new FlinkError(
        'VALUE_INVALID',
        `The test source has no subtask ${subtask ?? this.#next}: is it in the job?`,
      );
    }
    if (subtask === undefined) this.#next = (this.#next + 1) % this.#readers.size;
    reader.push(value, timestamp ?? NO_TIMESTAMP);
  }

  /** No record comes any more. @internal */
  end(): void {
    for (const reader of this.#readers.values()) reader.end();
  }
}

class TestReader<T> implements SourceReader<T, SourceSplit> {
  readonly #context: SourceReaderContext;
  readonly #waiting: { readonly value: T; readonly timestamp: number }[] = [];
  #hasSplit = false;
  #isEnding = false;

  constructor(context: SourceReaderContext) {
    this.#context = context;
  }

  push(value: T, timestamp: number): void {
    this.#waiting.push({ value, timestamp });
    this.#context.notifyAvailable();
  }

  end(): void {
    this.#isEnding = true;
    this.#context.notifyAvailable();
  }

  start(): void {}

  pollNext(output: ReaderOutput<T>, maxRecords: number): InputStatus {
    if (!this.#hasSplit) return 'NOTHING_AVAILABLE';
    const splitId = String(this.#context.subtask);
    for (let count = 0; count < maxRecords; count++) {
      const record = this.#waiting.shift();
      if (record === undefined) return this.#isEnding ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
      output.collect(record.value, splitId, record.timestamp);
      if (!output.isAvailable) break;
    }
    return 'MORE_AVAILABLE';
  }

  addSplits(): void {
    this.#hasSplit = true;
    this.#context.notifyAvailable();
  }

  notifyNoMoreSplits(): void {}

  /** A test sends again what it wants to be read again: nothing is kept. */
  snapshotState(): readonly SourceSplit[] {
    return [];
  }

  close(): void {}
}
