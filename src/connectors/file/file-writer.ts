/**
 * The writer of a file sink: one open part a bucket. The life of a part is
 *
 *   in progress   open, hidden, in the writer's state with the length that a checkpoint covers;
 *   pending       closed and durable, hidden, on its way to the committer with the next checkpoint;
 *   committed     visible, after that checkpoint is complete.
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SinkRecordContext, SinkWriter, SinkWriterContext } from '../../api/connector.js';
import { type BucketAssigner, type BucketContext, checkBucket } from './bucket-assigner.js';
import { makeDirectory, syncDirectories } from './directories.js';
import type { FileWriterState } from './file-sink-state.js';
import { recoverParts, removeLeftovers } from './leftovers.js';
import { PartFile } from './part-file.js';
import { type HiddenPart, ownerTag, type PartOwner } from './part-name.js';
import type { RollingPolicy } from './rolling-policy.js';

/** What a writer is made with. @internal */
export interface FileWriterOptions<T> {
  /** Absolute. */
  readonly directory: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly encode: (value: T) => string | Uint8Array;
  readonly assignBucket: BucketAssigner<T>;
  readonly policy: RollingPolicy;
  /** How often the times of the policy are looked at, in milliseconds. */
  readonly checkInterval: number;
}

/** Recovers what the snapshot holds, removes leftovers, and makes a writer. @internal */
export async function createFileWriter<T>(
  options: FileWriterOptions<T>,
  context: SinkWriterContext,
  restored: readonly FileWriterState[],
): Promise<FileWriter<T>> {
  const owner = { jobId: context.jobId, attempt: context.attempt, processId: process.pid, subtask: context.subtask };
  const recovered = await recoverParts(restored);
  await removeLeftovers(options.directory, owner, restored, context.restoredCheckpointId !== undefined);
  return new FileWriter(options, context, recovered);
}

/** Writes the records of one subtask into the parts of their buckets. @internal */
export class FileWriter<T> implements SinkWriter<T, FileWriterState, HiddenPart> {
  readonly #options: FileWriterOptions<T>;
  readonly #context: SinkWriterContext;
  readonly #owner: PartOwner;
  readonly #ownerTag: string;
  /** Keeps the names of this writer apart from those of every other attempt. */
  readonly #uid = randomBytes(8).toString('hex');
  readonly #open = new Map<string, PartFile>();
  readonly #bucketContext: RecordBucketContext;
  /** Parts that are being closed. */
  #closing: Promise<HiddenPart>[] = [];
  #pending: HiddenPart[];
  readonly #changedDirectories = new Set<string>();
  #counter = 0;
  #hasTimer = false;

  constructor(options: FileWriterOptions<T>, context: SinkWriterContext, recovered: readonly HiddenPart[]) {
    this.#options = options;
    this.#context = context;
    this.#owner = { jobId: context.jobId, attempt: context.attempt, processId: process.pid };
    this.#ownerTag = ownerTag(this.#owner);
    this.#pending = [...recovered];
    this.#bucketContext = new RecordBucketContext(context);
  }

  write(value: T, context: SinkRecordContext): void {
    this.#bucketContext.record = context;
    const bucket = this.#options.assignBucket(value, this.#bucketContext);
    const now = this.#context.currentProcessingTime();
    const part = this.#open.get(bucket) ?? this.#begin(bucket, now);
    part.append(this.#options.encode(value), now);
    if (part.size >= this.#options.policy.maxPartSize) this.#roll(bucket, part);
  }

  async flush(endOfInput: boolean): Promise<void> {
    if (endOfInput || this.#options.policy.onCheckpoint) {
      for (const [bucket, part] of this.#open) this.#roll(bucket, part);
    }
    const closing = this.#closing;
    this.#closing = [];
    const [closed] = await Promise.all([Promise.all(closing), ...[...this.#open.values()].map((part) => part.sync())]);
    this.#pending.push(...closed);
    const changed = [...this.#changedDirectories];
    this.#changedDirectories.clear();
    await syncDirectories(changed);
  }

  prepareCommit(): readonly HiddenPart[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }

  snapshotState(): readonly FileWriterState[] {
    const { subtask } = this.#context;
    const parts = [...this.#open.values()].map((part) => part.part);
    return [{ ...this.#owner, subtask, directory: this.#options.directory, nextCounter: this.#counter, parts }];
  }

  /** Leaves the files as they are: the next attempt knows what counts. */
  async close(): Promise<void> {
    for (const part of this.#open.values()) part.close();
    this.#open.clear();
    await Promise.allSettled(this.#closing);
  }

  #begin(bucket: string, now: number): PartFile {
    checkBucket(bucket);
    const { directory: base, prefix, suffix } = this.#options;
    const directory = join(base, bucket);
    for (const changed of makeDirectory(directory)) this.#changedDirectories.add(changed);
    this.#changedDirectories.add(directory);
    const name = `${prefix}-${this.#context.subtask}-${this.#uid}-${this.#counter++}${suffix}`;
    const part = new PartFile({ directory, name, owner: this.#ownerTag }, now);
    this.#open.set(bucket, part);
    this.#scheduleCheck(now);
    return part;
  }

  #roll(bucket: string, part: PartFile): void {
    this.#open.delete(bucket);
    const closing = part.finish();
    // Awaited by the next flush; without this a failure before it would count as unhandled.
    closing.catch(() => undefined);
    this.#closing.push(closing);
  }

  /** One timer at a time, and none while no part is open. */
  #scheduleCheck(now: number): void {
    if (this.#hasTimer) return;
    this.#hasTimer = true;
    this.#context.registerProcessingTimer(now + this.#options.checkInterval, (time) => {
      this.#hasTimer = false;
      this.#rollByTime(time);
      if (this.#open.size > 0) this.#scheduleCheck(time);
    });
  }

  #rollByTime(now: number): void {
    const { rolloverInterval, inactivityInterval } = this.#options.policy;
    for (const [bucket, part] of this.#open) {
      const isDue = now - part.createdAt >= rolloverInterval || now - part.lastWriteAt >= inactivityInterval;
      if (isDue) this.#roll(bucket, part);
    }
  }
}

/** One object for all records: a bucket assigner sees the record at hand. */
class RecordBucketContext implements BucketContext {
  record: SinkRecordContext | undefined;
  readonly #context: SinkWriterContext;

  constructor(context: SinkWriterContext) {
    this.#context = context;
  }

  timestamp(): number | null {
    return this.record?.timestamp() ?? null;
  }

  currentWatermark(): number {
    return this.record?.currentWatermark() ?? Number.NEGATIVE_INFINITY;
  }

  currentProcessingTime(): number {
    return this.#context.currentProcessingTime();
  }
}
