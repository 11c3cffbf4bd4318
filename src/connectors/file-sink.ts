/**
 * Files as an exactly-once sink. Records go to hidden part files in buckets; a part becomes visible when a checkpoint that
 * covers all of it is complete, or at the end of a bounded job. Hidden files are never results: readers pass them over.
 *
 * When restored from a snapshot that is older than a commit, records behind the snapshot are written again, beside the
 * parts that are visible already: exactly-once holds along one line of checkpoints.
 */

import { resolve } from 'node:path';
import type { Committer, Sink, SinkWriter, SinkWriterContext } from '../api/connector.js';
import { type BucketAssigner, timeBuckets } from './file/bucket-assigner.js';
import { FileCommitter } from './file/file-committer.js';
import { committableSerializer, type FileWriterState, writerStateSerializer } from './file/file-sink-state.js';
import { createFileWriter, type FileWriterOptions } from './file/file-writer.js';
import type { HiddenPart } from './file/part-name.js';
import { type RollingPolicyOptions, rollingPolicy } from './file/rolling-policy.js';
import { textOf } from './text-of.js';

/** Flink's default: a bucket an hour. */
const DEFAULT_BUCKETS = 'yyyy-MM-dd--HH';
/** Flink's pause between two looks at the times of a rolling policy. */
const CHECK_INTERVAL_MS = 60_000;

/** Writes part files; made by `FileSink.forLines` or `forRows` and `build()`. */
export class FileSink<T> implements Sink<T, FileWriterState, HiddenPart> {
  readonly writerStateSerializer = writerStateSerializer;
  readonly committableSerializer = committableSerializer;
  readonly #options: FileWriterOptions<T>;

  /** @internal */
  constructor(options: FileWriterOptions<T>) {
    this.#options = options;
  }

  /** A line a record: strings as they are, other values as JSON. */
  static forLines<T = unknown>(directory: string): FileSinkBuilder<T> {
    return new FileSinkBuilder<T>(directory, (value) => `${textOf(value)}\n`);
  }

  /** Text or bytes a record, with whatever ends a record in them. */
  static forRows<T>(directory: string, encode: (value: T) => string | Uint8Array): FileSinkBuilder<T> {
    return new FileSinkBuilder<T>(directory, encode);
  }

  createWriter(
    context: SinkWriterContext,
    restored: readonly FileWriterState[],
  ): Promise<SinkWriter<T, FileWriterState, HiddenPart>> {
    return createFileWriter(this.#options, context, restored);
  }

  createCommitter(): Committer<HiddenPart> {
    return new FileCommitter();
  }
}

/** Settings of a {@link FileSink}; each call returns the builder. */
export class FileSinkBuilder<T> {
  #options: FileWriterOptions<T>;

  /** @internal */
  constructor(directory: string, encode: (value: T) => string | Uint8Array) {
    this.#options = {
      directory: resolve(directory),
      prefix: 'part',
      suffix: '',
      encode,
      assignBucket: timeBuckets(DEFAULT_BUCKETS),
      policy: rollingPolicy({}),
      checkInterval: CHECK_INTERVAL_MS,
    };
  }

  /** When a part ends; default: at 128 MiB, 60 s after it was begun, or 60 s after its last record. */
  withRollingPolicy(policy: RollingPolicyOptions): this {
    const complete = rollingPolicy(policy);
    const checkInterval = Math.min(CHECK_INTERVAL_MS, complete.rolloverInterval, complete.inactivityInterval);
    return this.#with({ policy: complete, checkInterval });
  }

  /**
   * The sub-directory of a record: a function, or a format of the processing time in the local time zone made of `yyyy`,
   * `MM`, `dd`, `HH`, `mm` and `ss`. Default: `yyyy-MM-dd--HH`. `() => ''` puts all parts into the directory itself.
   */
  withBucketAssigner(buckets: string | BucketAssigner<T>): this {
    return this.#with({ assignBucket: typeof buckets === 'string' ? timeBuckets(buckets) : buckets });
  }

  /** How often the times of the rolling policy are looked at; default: its shorter time, at most a minute. */
  withBucketCheckInterval(intervalMs: number): this {
    if (!(intervalMs > 0)) throw new TypeError(`The interval must be positive, not ${intervalMs}.`);
    return this.#with({ checkInterval: intervalMs });
  }

  /** The beginning of the part names; default `part`. */
  withPartPrefix(prefix: string): this {
    return this.#with({ prefix: checkNamePart(prefix) });
  }

  /** The end of the part names, such as `.txt`. */
  withPartSuffix(suffix: string): this {
    return this.#with({ suffix: checkNamePart(suffix) });
  }

  build(): FileSink<T> {
    return new FileSink(this.#options);
  }

  #with(change: Partial<FileWriterOptions<T>>): this {
    this.#options = { ...this.#options, ...change };
    return this;
  }
}

function checkNamePart(text: string): string {
  if (/[/\0]/.test(text)) throw new TypeError(`${JSON.stringify(text)} cannot stand in a file name.`);
  return text;
}
