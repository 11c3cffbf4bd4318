/**
 * `executeAndCollect`: hands the records to whoever executed the job. At least once: what a failed attempt handed over is
 * not taken back.
 */

import type { Sink, SinkWriter } from '../api/connector.js';
import { SliceBatch } from './slice-batch.js';

/** Takes the records of a collect sink. @internal */
export type CollectWriter = (collectId: string, records: readonly unknown[]) => void;

/** Records a message at most. */
const MAX_RECORDS = 1000;

let collectWriter: CollectWriter | undefined;

/** Says where collected records go; a worker posts them to the main thread. @internal */
export function setCollectWriter(writer: CollectWriter | undefined): void {
  collectWriter = writer;
}

/** Hands its records to the collect writer of the thread. @internal */
export class CollectSink<T> implements Sink<T> {
  readonly #collectId: string;

  constructor(collectId: string) {
    this.#collectId = collectId;
  }

  createWriter(): SinkWriter<T> {
    if (collectWriter === undefined) throw new Error('Nobody takes the records of executeAndCollect() here.');
    const take = collectWriter;
    const records = new SliceBatch<T>(MAX_RECORDS, (batch) => take(this.#collectId, batch));
    return {
      write: (value) => records.add(value),
      flush: () => records.flush(),
      close: () => records.flush(),
    };
  }
}
