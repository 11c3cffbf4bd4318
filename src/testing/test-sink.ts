/** A sink whose records a test looks at: `sink.records`. */

import type { Sink, SinkWriter } from '../api/connector.js';
import { NO_TIMESTAMP } from '../common/time.js';

/** A record with its timestamp; `-Infinity` when it has none. */
export interface TimestampedRecord<T> {
  readonly value: T;
  readonly timestamp: number;
}

/**
 * The output of a job under test: give it to `sinkTo`, or to `testJob` in the place of a sink of the program. Records are
 * there as soon as they were written, in the order of their arrival; those of before a restore stay.
 */
export class TestSink<T> implements Sink<T> {
  readonly #records: TimestampedRecord<T>[] = [];

  /** The records so far. */
  get records(): readonly T[] {
    return this.#records.map(({ value }) => value);
  }

  /** The records so far, with their timestamps. */
  get timestamped(): readonly TimestampedRecord<T>[] {
    return [...this.#records];
  }

  /** The records so far, which are forgotten. */
  take(): T[] {
    return this.#records.splice(0).map(({ value }) => value);
  }

  createWriter(): SinkWriter<T> {
    return {
      write: (value, context) => {
        this.#records.push({ value, timestamp: context.timestamp() ?? NO_TIMESTAMP });
      },
      flush() {},
      prepareCommit: () => [],
      close() {},
    };
  }

  /** This sink with as many phases as the one that it stands for. @internal */
  replacing(sink: unknown): Sink<T> {
    if ((sink as Sink<T>).createCommitter === undefined) return this;
    return {
      createWriter: () => this.createWriter(),
      createCommitter: () => ({ commit() {}, close() {} }),
      committableSerializer: { version: 1, serialize: () => new Uint8Array(0), deserialize: () => undefined },
    };
  }
}
