/**
 * `executeAndCollect`: hands the records to whoever executed the job. At least once: what a failed attempt handed over is
 * not taken back.
 */

import type { Sink, SinkWriter } from '../api/connector.js';
import { outputHook } from '../api/executor.js';
import { SliceBatch } from './slice-batch.js';

/** Records a message at most. */
const MAX_RECORDS = 1000;

/** Hands its records to the thread's output hook. @internal */
export class CollectSink<T> implements Sink<T> {
  readonly #collectId: string;

  constructor(collectId: string) {
    this.#collectId = collectId;
  }

  createWriter(): SinkWriter<T> {
    const records = new SliceBatch<T>(MAX_RECORDS, (batch) => outputHook().collect(this.#collectId, batch));
    return {
      write: (value) => records.add(value),
      flush: () => records.flush(),
      close: () => records.flush(),
    };
  }
}
