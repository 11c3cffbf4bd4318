/**
 * `testJob`: a whole job in the test's own thread. Records, watermarks and the clock move only when the test moves them, and
 * everything that follows from a move has happened when its promise resolves.
 */

import { FlinkError } from '../common/errors.js';
import { planDeployment } from '../runtime/deployment-plan.js';
import type { SnapshotMetadata } from '../snapshot/snapshot-metadata.js';
import { assignState } from '../snapshot/state-assignment.js';
import { captureProgram, type JobMain, type ProgramUnderTest } from './captured-program.js';
import { LocalJob, type LocalJobOptions } from './local-job.js';
import { ManualClock } from './manual-clock.js';
import type { TestSink } from './test-sink.js';
import type { TestSource } from './test-source.js';

/** How a job is tested. */
export interface TestJobOptions {
  /** The default parallelism of the job, as `-p`. 1 unless told otherwise. */
  readonly parallelism?: number;
  /** Options, as `-D`. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** The arguments of `main`. */
  readonly args?: readonly string[];
  /** What stands in for sources of the program, by their uid or name. */
  readonly sources?: Readonly<Record<string, TestSource<unknown>>>;
  /** What stands in for sinks of the program, by their uid or name. */
  readonly sinks?: Readonly<Record<string, TestSink<unknown>>>;
  /** Where the clock starts, milliseconds since the epoch. 0 unless told otherwise. */
  readonly startTime?: number;
}

/** Sizes and choices that a simulation sets. @internal */
export type TestJobTuning = Pick<
  LocalJobOptions,
  'choose' | 'ringBytes' | 'creditBytes' | 'batchBytes' | 'overflowMemoryBytes'
>;

/**
 * Starts a job in this thread. `main` is the default export of a job file, or a function in the test; it builds a program and
 * calls `execute()`, which never returns here.
 *
 * ```ts
 * const words = new TestSource<string>();
 * const counts = new TestSink<{ word: string; count: number }>();
 * const job = await testJob(main, { sources: { words }, sinks: { counts }, parallelism: 2 });
 * await job.send(words, 'to be or not to be');
 * expect(counts.records).toContainEqual({ word: 'be', count: 2 });
 * await job.close();
 * ```
 */
export async function testJob(main: JobMain, options: TestJobOptions = {}): Promise<TestJob> {
  return await TestJob.start(main, options);
}

/** A snapshot of a job under test. */
export class TestJobSnapshot {
  readonly #job: TestJob;
  readonly #main: JobMain;
  readonly #options: TestJobOptions;
  readonly #metadata: SnapshotMetadata;
  readonly #now: number;

  /** Made by {@link TestJob.snapshot}. @internal */
  constructor(fields: {
    readonly job: TestJob;
    readonly main: JobMain;
    readonly options: TestJobOptions;
    readonly metadata: SnapshotMetadata;
    readonly now: number;
  }) {
    this.#job = fields.job;
    this.#main = fields.main;
    this.#options = fields.options;
    this.#metadata = fields.metadata;
    this.#now = fields.now;
  }

  /**
   * Ends the job as a crash would, and starts it again from this snapshot: with another parallelism, with another program
   * (`main`), or at another time (`startTime`), if the options say so. The watermark is no state: send it again.
   */
  async restoreInto(options: TestJobOptions & { readonly main?: JobMain } = {}): Promise<TestJob> {
    await this.#job.close();
    const { main = this.#main, ...changed } = options;
    return await TestJob.start(main, { ...this.#options, startTime: this.#now, ...changed }, this.#metadata);
  }
}

/** A job under test; see {@link testJob}. */
export class TestJob {
  readonly #main: JobMain;
  readonly #options: TestJobOptions;
  readonly #clock: ManualClock;
  readonly #job: LocalJob;
  readonly #sources: ReadonlySet<TestSource<unknown>>;

  private constructor(fields: {
    readonly main: JobMain;
    readonly options: TestJobOptions;
    readonly clock: ManualClock;
    readonly job: LocalJob;
    readonly sources: ReadonlySet<TestSource<unknown>>;
  }) {
    this.#main = fields.main;
    this.#options = fields.options;
    this.#clock = fields.clock;
    this.#job = fields.job;
    this.#sources = fields.sources;
  }

  /** Starts a job, perhaps from a snapshot. @internal */
  static async start(main: JobMain, options: TestJobOptions, from?: SnapshotMetadata): Promise<TestJob> {
    const clock = new ManualClock(options.startTime ?? 0);
    const started = await startLocalJob(main, options, { clock, ...(from !== undefined && { from }) });
    const testJob = new TestJob({ main, options, clock, ...started });
    await testJob.#job.settle();
    return testJob;
  }

  /** Lines that `print()` wrote, without those of standard error set apart. */
  get printed(): readonly string[] {
    return [...this.#job.printed];
  }

  /** Sends a record through a source: to its subtasks in turn, unless told to which. */
  async send<T>(source: TestSource<T>, value: NoInfer<T>, timestamp?: number, subtask?: number): Promise<void> {
    source.push(value, timestamp, subtask);
    await this.#job.settle();
  }

  /** Sends several records, one after the other, without a timestamp of their own. */
  async sendAll<T>(source: TestSource<T>, values: Iterable<NoInfer<T>>): Promise<void> {
    for (const value of values) source.push(value, undefined);
    await this.#job.settle();
  }

  /** Lets every source say that nothing older than `timestamp` comes, whatever its own strategy says. */
  async advanceWatermark(timestamp: number): Promise<void> {
    for (const { pipeline, head } of this.#job.sources) {
      pipeline.post(() => head.output.emitWatermark(timestamp));
    }
    await this.#job.settle();
  }

  /** Moves the clock to `time`: processing-time timers fire, periodic watermarks are made, sources wake up. */
  async advanceProcessingTime(time: number): Promise<void> {
    this.#clock.advanceTo(time);
    this.#job.wake();
    await this.#job.settle();
  }

  /** Takes a checkpoint, of which the sinks hear. */
  async snapshot(): Promise<TestJobSnapshot> {
    const metadata = await this.#checkpoint();
    const [main, options, now] = [this.#main, this.#options, this.#clock.now()];
    return new TestJobSnapshot({ job: this, main, options, metadata, now });
  }

  /**
   * Ends the test sources, and runs the job to its end: last watermarks, last timers, last commits. Other sources must be
   * bounded. `timeoutMs`: how long that may take.
   */
  async finish(timeoutMs = 60_000): Promise<void> {
    for (const source of this.#sources) source.end();
    const limit = performance.now() + timeoutMs;
    for (;;) {
      await this.#job.settle();
      if (this.#job.hasFinished) break;
      if (performance.now() > limit) {
        throw new FlinkError('VALUE_INVALID', `The job under test has not finished within ${timeoutMs} ms.`);
      }
      if (this.#job.sources.length === 0) await this.#checkpoint();
    }
    await this.close();
  }

  /** Ends the job as a crash would; nothing happens when it has ended. */
  async close(): Promise<void> {
    await this.#job.close();
  }

  async #checkpoint(): Promise<SnapshotMetadata> {
    const pending = await this.#job.beginSnapshot();
    await this.#job.settle();
    if (!pending.isComplete) {
      await this.#job.abortSnapshot(pending);
      throw new FlinkError('CHECKPOINT_FAILED', 'The job under test cannot take a snapshot: a task does not answer.');
    }
    const metadata = await pending.complete();
    await this.#job.completeSnapshot(metadata.checkpointId);
    await this.#job.settle();
    return metadata;
  }
}

/** Builds the job's programs and starts it. @internal */
export async function startLocalJob(
  main: JobMain,
  options: TestJobOptions,
  more: TestJobTuning & { readonly clock: ManualClock; readonly from?: SnapshotMetadata },
): Promise<{ readonly job: LocalJob; readonly sources: ReadonlySet<TestSource<unknown>> }> {
  const { from, clock, ...tuning } = more;
  const { parallelism = 1, configuration = {}, args = [], sources = {}, sinks = {} } = options;
  const test: ProgramUnderTest = {
    main,
    args,
    configuration: { 'parallelism.default': String(parallelism), ...configuration },
    sources,
    sinks,
  };
  const last = await captureProgram(test);
  const assigned =
    from && assignState({ metadata: from, directory: '/', uri: 'test' }, last.jobGraph.vertices, NOTHING_IS_DROPPED);
  const vertices = last.jobGraph.vertices.map((vertex) => ({
    ...vertex,
    maxParallelism: assigned?.maxParallelism.get(vertex.id) ?? vertex.maxParallelism,
  }));
  const jobGraph = { ...last.jobGraph, vertices };
  const programs = [];
  for (let worker = 0; worker < planDeployment(jobGraph).workers; worker++) programs.push(await captureProgram(test));
  const job = new LocalJob({
    jobGraph,
    programs: [...programs, last],
    clock,
    ...tuning,
    ...(assigned !== undefined && {
      restore: assigned.restored,
      coordinators: new Map<string, Uint8Array>(assigned.coordinators.map((each) => [each.operatorId, each.bytes])),
    }),
  });
  try {
    await job.start();
  } catch (error) {
    await job.close();
    throw error;
  }
  const testSources = [...last.functions.values()].map((each) => each['source'] as TestSource<unknown> | undefined);
  return { job, sources: new Set(testSources.filter((source) => source !== undefined && 'push' in source)) };
}

const NOTHING_IS_DROPPED = { allowNonRestoredState: false };
