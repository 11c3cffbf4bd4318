/** `socketTextStream`: text that a server sends, cut at a delimiter. For trying things out: see `stream-lines-reader.ts`. */

import { connect } from 'node:net';
import type {
  Source,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import type { Clock } from '../common/clock.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';
import {
  STREAM_SPLIT,
  StreamLinesReader,
  streamEnumeratorSerializer,
  streamSplitSerializer,
} from './stream-lines-reader.js';

/** Flink's pause before it connects again. */
const RETRY_DELAY_MS = 500;

/** Where a {@link SocketSource} connects to. */
export interface SocketSourceOptions {
  readonly hostname: string;
  readonly port: number;
  /** What ends a record; default: a line feed, with or without a carriage return before it. */
  readonly delimiter?: string;
  /** How often to connect again when the server ends the connection; default 0, -1 = for ever. */
  readonly maxRetries?: number;
  /** The clock of the retries. @internal */
  readonly clock?: Clock;
}

/** Text from a server, at most once, read by one subtask. Ends when the server closes and no retry is left. */
export class SocketSource implements Source<string, SourceSplit, readonly SourceSplit[]> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly splitSerializer = streamSplitSerializer;
  readonly enumeratorStateSerializer = streamEnumeratorSerializer;
  readonly #options: SocketSourceOptions;

  constructor(options: SocketSourceOptions) {
    const { port, delimiter, maxRetries = 0 } = options;
    if (!(Number.isInteger(port) && port > 0 && port < 65536)) throw new TypeError(`${port} is no port.`);
    if (delimiter === '') throw new TypeError('The delimiter must not be empty.');
    if (!(Number.isInteger(maxRetries) && maxRetries >= -1)) {
      throw new TypeError(`The number of retries must be a whole number or -1, not ${maxRetries}.`);
    }
    this.#options = options;
  }

  createEnumerator(
    context: SplitEnumeratorContext<SourceSplit>,
    restored: readonly SourceSplit[] | undefined,
  ): SplitEnumerator<SourceSplit, readonly SourceSplit[]> {
    return new StaticSplitEnumerator(context, restored ?? [STREAM_SPLIT]);
  }

  createReader(context: SourceReaderContext): SourceReader<string, SourceSplit> {
    const { hostname: host, port, delimiter = '\n', maxRetries = 0, clock } = this.#options;
    return new StreamLinesReader(context, {
      what: `socket ${host}:${port}`,
      open: () => connect({ host, port }),
      delimiter,
      maxRetries,
      retryDelayMs: RETRY_DELAY_MS,
      ...(clock !== undefined && { clock }),
    });
  }
}
