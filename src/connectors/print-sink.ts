/**
 * `print()` and `printToErr()`: a line a record, with Flink's prefix. Only the process that the user started owns stdout: a
 * worker installs a writer that posts the text there.
 */

import type { Sink, SinkWriter, SinkWriterContext } from '../api/connector.js';
import { outputHook } from '../api/executor.js';
import { SliceBatch } from './slice-batch.js';
import { textOf } from './text-of.js';

/** Which standard stream a print sink writes to. @internal */
export type PrintStream = 'stdout' | 'stderr';

/** Lines a message at most. */
const MAX_LINES = 1000;

/** What a {@link PrintSink} writes, and where. */
export interface PrintSinkOptions {
  /** Put in front of each line. */
  readonly identifier?: string | undefined;
  readonly toStdErr?: boolean;
}

/**
 * Prints each record: strings as they are, other values as JSON. With a parallelism above 1 each line begins with the number
 * of its subtask, counted from 1: `2> text`, or `identifier:2> text`.
 */
export class PrintSink<T> implements Sink<T> {
  readonly #options: PrintSinkOptions;

  constructor(options: PrintSinkOptions = {}) {
    this.#options = options;
  }

  createWriter(context: SinkWriterContext): SinkWriter<T> {
    const { identifier = '', toStdErr = false } = this.#options;
    const names = [identifier, context.parallelism > 1 ? String(context.subtask + 1) : ''];
    const prefix = names.filter((name) => name !== '').join(':');
    return new PrintSinkWriter<T>(toStdErr ? 'stderr' : 'stdout', prefix === '' ? '' : `${prefix}> `);
  }
}

class PrintSinkWriter<T> implements SinkWriter<T> {
  readonly #prefix: string;
  readonly #lines: SliceBatch<string>;

  constructor(stream: PrintStream, prefix: string) {
    this.#prefix = prefix;
    this.#lines = new SliceBatch(MAX_LINES, (lines) => outputHook().print(stream, lines.join('')));
  }

  write(value: T): void {
    this.#lines.add(`${this.#prefix}${textOf(value)}\n`);
  }

  flush(): void {
    this.#lines.flush();
  }

  close(): void {
    this.#lines.flush();
  }
}
