/**
 * `createSink`: a sink in ten lines. With `commit` it is a two-phase sink: what `flush` returns is kept in the checkpoint
 * and handed to `commit` once the checkpoint is complete, perhaps more than once.
 */

import type { CommitRequest, Sink, SinkRecordContext, SinkWriter, SinkWriterContext } from '../api/connector.js';
import { type StateFormat, stateSerializer } from './binary-format.js';
import { decodePlain, encodePlain } from './plain-data.js';

/** How a sink of {@link createSink} works; `H` is what `open` made, `C` what a commit needs to know. */
export interface CustomSinkOptions<T, H, C> {
  /** Called once a subtask; what it returns is handed to the other functions. */
  open?(context: SinkWriterContext): H | Promise<H>;
  /** A promise pauses the input until it settles. */
  write(value: T, handle: H, context: SinkRecordContext): void | Promise<void>;
  /**
   * Makes everything written so far durable; called before each checkpoint and at the end of the input. With `commit`: returns
   * what is to be committed, plain data, or undefined when there is nothing.
   */
  flush?(handle: H, endOfInput: boolean): C | undefined | Promise<C | undefined>;
  /** Makes final what a `flush` returned. It may be called again with the same value after a restart: that must be harmless. */
  commit?(committable: C): void | Promise<void>;
  close?(handle: H): void | Promise<void>;
}

/**
 * Makes a sink of functions.
 *
 * ```ts
 * const rows = createSink({
 *   open: () => database.begin(),
 *   write: (row: Row, transaction) => transaction.insert(row),
 *   flush: (transaction) => transaction.prepare(),
 *   commit: (transactionId) => database.commitPrepared(transactionId),
 * });
 * ```
 */
export function createSink<T, H = undefined, C = undefined>(options: CustomSinkOptions<T, H, C>): Sink<T> {
  const sink: Sink<T, unknown, C> = {
    async createWriter(context) {
      const handle = (await options.open?.(context)) as H;
      return new CustomSinkWriter(options, handle);
    },
  };
  const { commit } = options;
  if (commit === undefined) return sink as Sink<T>;
  const twoPhase: Sink<T, unknown, C> = {
    ...sink,
    createCommitter: () => ({
      async commit(requests: readonly CommitRequest<C>[]) {
        for (const { committable } of requests) await commit.call(options, committable);
      },
      close() {},
    }),
    committableSerializer: stateSerializer(COMMITTABLE_FORMAT as StateFormat<C>),
  };
  return twoPhase as Sink<T>;
}

const COMMITTABLE_FORMAT: StateFormat<unknown> = {
  what: 'committable of a custom sink',
  version: 1,
  write: (value, out) => out.bytes(encodePlain(value, 'value to commit')),
  read: (input) => decodePlain(input.bytes(), 'committable of a custom sink'),
};

class CustomSinkWriter<T, H, C> implements SinkWriter<T, unknown, C> {
  readonly #options: CustomSinkOptions<T, H, C>;
  readonly #handle: H;
  #committables: C[] = [];

  constructor(options: CustomSinkOptions<T, H, C>, handle: H) {
    this.#options = options;
    this.#handle = handle;
  }

  write(value: T, context: SinkRecordContext): void | Promise<void> {
    return this.#options.write(value, this.#handle, context);
  }

  async flush(endOfInput: boolean): Promise<void> {
    const committable = await this.#options.flush?.(this.#handle, endOfInput);
    if (committable !== undefined && committable !== null) this.#committables.push(committable);
  }

  prepareCommit(): readonly C[] {
    const committables = this.#committables;
    this.#committables = [];
    return committables;
  }

  close(): void | Promise<void> {
    return this.#options.close?.(this.#handle);
  }
}
