/** A sink that drops everything: for jobs whose effect lies elsewhere, and for measurements. */

import type { Sink, SinkWriter } from '../api/connector.js';

/** Drops each record. */
export class DiscardingSink<T> implements Sink<T> {
  createWriter(): SinkWriter<T> {
    return { write() {}, flush() {}, close() {} };
  }
}
