/**
 * Lines of standard input. A worker opens it for itself by name, so that closing it leaves descriptor 0 of the process
 * alone and a restarted attempt can go on; what was read before a restart is lost (`stream-lines-reader.ts`).
 */

import { createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import type {
  Source,
  SourceReader,
  SourceReaderContext,
  SourceSplit,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';
import {
  STREAM_SPLIT,
  StreamLinesReader,
  streamEnumeratorSerializer,
  streamSplitSerializer,
} from './stream-lines-reader.js';

/** Lines of standard input, at most once, read by one subtask; ends with the input. */
export class StdinSource implements Source<string, SourceSplit, readonly SourceSplit[]> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly splitSerializer = streamSplitSerializer;
  readonly enumeratorStateSerializer = streamEnumeratorSerializer;

  createEnumerator(
    context: SplitEnumeratorContext<SourceSplit>,
    restored: readonly SourceSplit[] | undefined,
  ): SplitEnumerator<SourceSplit, readonly SourceSplit[]> {
    return new StaticSplitEnumerator(context, restored ?? [STREAM_SPLIT]);
  }

  createReader(context: SourceReaderContext): SourceReader<string, SourceSplit> {
    return new StreamLinesReader(context, {
      what: 'standard input',
      open: openStandardInput,
      delimiter: '\n',
      maxRetries: 0,
      retryDelayMs: 0,
    });
  }
}

/** Pipes and terminals are polled: a read in the thread pool could not be cancelled and would keep the worker alive. */
function openStandardInput(): Readable {
  const stat = fstatSync(0);
  if (stat.isSocket()) return new Socket({ fd: 0, readable: true, writable: false });
  const fd = openSync('/dev/stdin', 'r');
  if (stat.isFIFO()) return new Socket({ fd, readable: true, writable: false });
  if (stat.isCharacterDevice() && isatty(fd)) return new ReadStream(fd);
  return createReadStream('', { fd });
}
