/**
 * Files as a source: lines, NDJSON or CSV of files, directories and patterns, read once or watched for new files. A file is
 * a split, and a big plain file of lines several; offsets are in the state, so that every record is read exactly once.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  Boundedness,
  Source,
  SourceReader,
  SourceReaderContext,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../api/connector.js';
import { systemClock } from '../common/clock.js';
import { FileSourceReader } from './file/file-source-reader.js';
import {
  type FileEnumeratorState,
  type FileSplit,
  fileEnumeratorSerializer,
  fileSplitSerializer,
} from './file/file-split.js';
import { FileSplitEnumerator } from './file/file-split-enumerator.js';
import {
  type CsvOptions,
  csvFormat,
  lineFormat,
  type MalformedOptions,
  ndjsonFormat,
  type RecordFormat,
} from './file/record-format.js';
import { checkRate, RateLimiter } from './rate-limiter.js';

/** Parts of a big file: enough work to be worth opening it again, small enough to share a file of some hundred MB. */
const DEFAULT_PART_BYTES = 64 * 1024 * 1024;

interface FileSourceSettings<T> {
  readonly paths: readonly string[];
  readonly format: RecordFormat<T>;
  readonly intervalMs: number | undefined;
  readonly partSize: number;
  readonly rate: number | undefined;
}

/** Reads files; made by `FileSource.forLines`, `forNdjson` or `forCsv` and `build()`. */
export class FileSource<T> implements Source<T, FileSplit, FileEnumeratorState> {
  readonly boundedness: Boundedness;
  readonly splitSerializer = fileSplitSerializer;
  readonly enumeratorStateSerializer = fileEnumeratorSerializer;
  readonly #settings: FileSourceSettings<T>;

  /** @internal */
  constructor(settings: FileSourceSettings<T>) {
    this.boundedness = settings.intervalMs === undefined ? 'BOUNDED' : 'CONTINUOUS_UNBOUNDED';
    this.#settings = settings;
  }

  /**
   * Every line is a record. Paths are files, directories (with all below them) or patterns such as `logs/*.txt.gz`; names
   * in `.gz` are unpacked.
   */
  static forLines(...paths: string[]): FileSourceBuilder<string> {
    return new FileSourceBuilder(lineFormat, paths);
  }

  /** Every line is a JSON value; blank lines are passed over. */
  static forNdjson<T>(paths: string | readonly string[], options: MalformedOptions = {}): FileSourceBuilder<T> {
    return new FileSourceBuilder(ndjsonFormat<T>(options), typeof paths === 'string' ? [paths] : paths);
  }

  /** Every row is an object with the texts of its fields, named by the first row of its file or by `columns`. */
  static forCsv<T = Record<string, string>>(
    paths: string | readonly string[],
    options: CsvOptions = {},
  ): FileSourceBuilder<T> {
    return new FileSourceBuilder(csvFormat<T>(options), typeof paths === 'string' ? [paths] : paths);
  }

  createEnumerator(
    context: SplitEnumeratorContext<FileSplit>,
    restored: FileEnumeratorState | undefined,
  ): SplitEnumerator<FileSplit, FileEnumeratorState> {
    const { paths, format, intervalMs, partSize } = this.#settings;
    const options = { paths, intervalMs, partSize: format.isSplittable ? partSize : undefined };
    return new FileSplitEnumerator(context, options, restored);
  }

  createReader(context: SourceReaderContext): SourceReader<T, FileSplit> {
    const { rate, format } = this.#settings;
    const notify = () => context.notifyAvailable();
    const limiter = rate === undefined ? undefined : new RateLimiter(systemClock, rate / context.parallelism, notify);
    return new FileSourceReader(context, format, limiter);
  }
}

/** Settings of a {@link FileSource}; each call returns the builder. */
export class FileSourceBuilder<T> {
  #settings: FileSourceSettings<T>;

  /** @internal */
  constructor(format: RecordFormat<T>, paths: readonly string[]) {
    if (paths.length === 0) throw new TypeError('A file source needs at least one path.');
    const absolute = paths.map((path) => (path.startsWith('file:') ? fileURLToPath(path) : resolve(path)));
    this.#settings = {
      paths: absolute,
      format,
      intervalMs: undefined,
      partSize: DEFAULT_PART_BYTES,
      rate: undefined,
    };
  }

  /**
   * Looks for new files for ever, so often. A file is read once, when it is first seen: write it under a hidden name (with a
   * `.` or `_` in front) or elsewhere, and rename it.
   */
  monitorContinuously(intervalMs: number): this {
    if (!(intervalMs > 0)) throw new TypeError(`The interval must be positive, not ${intervalMs}.`);
    return this.#with({ intervalMs });
  }

  /** Cuts plain files of lines into parts of this size, which subtasks read side by side; default 64 MiB. */
  withSplitSize(bytes: number): this {
    if (!(Number.isSafeInteger(bytes) && bytes > 0))
      throw new TypeError(`A split needs a size in bytes, not ${bytes}.`);
    return this.#with({ partSize: bytes });
  }

  /** Reads at most so many records a second over all subtasks: recorded data at the pace of live data. */
  withRate(recordsPerSecond: number): this {
    checkRate(recordsPerSecond);
    return this.#with({ rate: recordsPerSecond });
  }

  build(): FileSource<T> {
    return new FileSource(this.#settings);
  }

  #with(change: Partial<FileSourceSettings<T>>): this {
    this.#settings = { ...this.#settings, ...change };
    return this;
  }
}
