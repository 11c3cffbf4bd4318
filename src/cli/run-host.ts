/**
 * Hosts a program run: the thread of `main`, the jobs that it submits, one after the other or side by side, and the lines
 * that Flink prints about them. Attached, the command lives as long as the jobs; detached, the command that started this
 * process is released when `main` has ended, and this process lives on.
 */

import { type ErrorWire, errorToWire, FlinkError } from '../common/errors.js';
import { type JobId, newJobId, parseJobId } from '../common/ids.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { JobProgram, RecordedExecution } from '../runtime/worker/messages.js';
import { ProgramClient, type ProgramRequest } from '../runtime/worker/program-client.js';
import { CliExit } from './cli-errors.js';
import type { Output } from './output.js';
import { failureOfMain, type LaunchedProgram, programFailure } from './program-launch.js';
import { type JobReport, JsonReport, TextReport } from './run-report.js';

/** How a job ended. @internal */
export type JobEnd =
  | {
      readonly status: 'FINISHED';
      readonly runtimeMs: number;
      /** Name, class as Flink would name it, value. */
      readonly accumulators: readonly (readonly [string, string, unknown])[];
    }
  | { readonly status: 'CANCELED' }
  | { readonly status: 'FAILED'; readonly error: Error };

/** What starting a job takes. @internal */
export interface JobRequest {
  readonly jobId: JobId;
  readonly jobGraph: JobGraph;
  readonly program: JobProgram;
  /** Where the job prints. */
  readonly print: Output;
  onStatus(status: string): void;
  onCollected(records: readonly unknown[], done: boolean): void;
}

/** A job that left INITIALIZING. @internal */
export interface HostedJob {
  /** Settles when the job is over; never rejects. */
  readonly ended: Promise<JobEnd>;
  cancel(): void;
  /** Ends the job as a failure would: no snapshot is discarded. */
  interrupt(reason: string): Promise<void>;
  /** How far it is, in a few words. */
  describe(): string;
}

/** How a program is hosted. @internal */
export interface RunHostOptions {
  readonly program: LaunchedProgram;
  readonly output: Output;
  /** Where jobs print: beside the command's own output, unless the run is detached. */
  readonly jobOutput: Output;
  readonly isDetached: boolean;
  readonly isJson: boolean;
  /** Starts a job; rejects when it fails before it leaves INITIALIZING. */
  startJob(request: JobRequest): Promise<HostedJob>;
  /** Called when the command that started a detached run may end, with what it is to report. */
  release(failure: Error | undefined): Promise<void>;
}

const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
const PROGRESS_INTERVAL_MS = 500;
const FIXED_JOB_ID = '$internal.pipeline.job-id';

interface Execution {
  readonly jobId: JobId;
  readonly recorded: RecordedExecution;
}

/** One program run. @internal */
export class RunHost {
  readonly #options: RunHostOptions;
  readonly #report: JobReport;
  readonly #client: ProgramClient;
  readonly #running = new Map<number, HostedJob>();
  /** What each `execute()` returned, or will: later jobs replay it. */
  readonly #executions: Execution[] = [];
  readonly #submissions: Promise<void>[] = [];
  readonly #ends: Promise<void>[] = [];
  /** The failure of a job that nobody in `main` waits for. */
  #unseenFailure: Error | undefined;

  constructor(options: RunHostOptions) {
    this.#options = options;
    this.#report = options.isJson ? new JsonReport(options.output) : new TextReport(options.output);
    this.#client = new ProgramClient({ kind: 'program-worker', program: options.program }, (request) => {
      this.#take(request);
    });
  }

  /** Runs the program to its end; returns the exit code, or throws what the command is to report. */
  async run(): Promise<number> {
    const interrupted = this.#watchSignals();
    const stopProgress = this.#showProgress();
    try {
      return await Promise.race([this.#runToEnd(), interrupted.promise]);
    } finally {
      stopProgress();
      interrupted.stop();
      await this.#client.terminate();
    }
  }

  async #runToEnd(): Promise<number> {
    const { output, isDetached, release } = this.#options;
    const end = await this.#client.ended;
    await Promise.all(this.#submissions);
    if (end.kind === 'returned' && this.#submissions.length === 0) {
      output.note('The program built no job: its main function never called execute().');
    }
    const failure = failureOfMain(end);
    if (isDetached) {
      await release(failure);
      await Promise.all(this.#ends);
      return 0;
    }
    if (failure !== undefined) {
      await this.#interruptAll('the program ended before its jobs');
      throw failure;
    }
    await Promise.all(this.#ends);
    if (this.#unseenFailure !== undefined) throw programFailure(this.#unseenFailure);
    return 0;
  }

  #take(request: ProgramRequest): void {
    if (request.type === 'output') {
      this.#options.output[request.stream === 'stdout' ? 'out' : 'err'](request.text);
    } else if (request.type === 'submit') {
      this.#submissions.push(this.#submit(request));
    } else if (request.type === 'cancel-job') {
      this.#running.get(request.index)?.cancel();
    }
  }

  async #submit({ index, jobGraph, attached, collectId }: Extract<ProgramRequest, { type: 'submit' }>): Promise<void> {
    const { program, jobOutput, isDetached, startJob } = this.#options;
    const fixedId = jobGraph.configuration[FIXED_JOB_ID] ?? program.configuration[FIXED_JOB_ID];
    const jobId = fixedId === undefined || index > 0 ? newJobId() : parseJobId(fixedId);
    const earlierResults = this.#executions.slice(0, index).map(({ recorded }) => recorded);
    this.#executions[index] = { jobId, recorded: { jobId, netRuntime: 0, accumulators: [] } };
    const collected: unknown[] = [];
    try {
      const job = await startJob({
        jobId,
        jobGraph,
        program: { ...program, executionIndex: index, earlierResults },
        print: jobOutput,
        onStatus: (status) => this.#client.send({ type: 'job-status', index, status }),
        onCollected: (records, done) => {
          if (collectId === undefined) return;
          collected.push(...records);
          this.#client.send({ type: 'collected', index, records, done });
        },
      });
      this.#running.set(index, job);
      this.#report.submitted(jobId, jobGraph.name);
      this.#client.send({ type: 'submitted', index, jobId });
      const isLeft = isDetached && attached && collectId === undefined;
      if (isLeft) this.#client.send({ type: 'job-ended', index, result: this.#recordedOf(index) });
      this.#ends.push(
        job.ended.then((end) => this.#end(index, { end, collected, isSeen: attached && !isLeft, isLeft })),
      );
    } catch (thrown) {
      const error = new FlinkError('JOB_FAILED', `Failed to execute job '${jobGraph.name}'.`, { cause: thrown });
      this.#client.send({ type: 'submit-failed', index, error: errorToWire(error) });
    }
  }

  #recordedOf(index: number): RecordedExecution {
    const execution = this.#executions[index];
    return execution?.recorded ?? { jobId: '', netRuntime: 0, accumulators: [] };
  }

  #end(
    index: number,
    how: {
      readonly end: JobEnd;
      readonly collected: readonly unknown[];
      readonly isSeen: boolean;
      readonly isLeft: boolean;
    },
  ): void {
    const { end } = how;
    const { jobId } = this.#recordedOf(index);
    this.#running.delete(index);
    if (end.status === 'FINISHED') {
      const recorded: RecordedExecution = {
        jobId,
        netRuntime: end.runtimeMs,
        accumulators: end.accumulators.map(([name, , value]) => [name, value]),
        ...(how.collected.length > 0 && { collected: how.collected }),
      };
      this.#executions[index] = { jobId: jobId as JobId, recorded };
      if (how.isSeen) this.#report.finished(jobId, end);
      if (!how.isLeft) this.#client.send({ type: 'job-ended', index, result: recorded });
      return;
    }
    const error = failureOf(jobId, end);
    if (!how.isSeen && end.status === 'FAILED') this.#unseenFailure ??= error;
    if (!how.isLeft) this.#client.send({ type: 'job-ended', index, error: errorToWire(error) satisfies ErrorWire });
  }

  async #interruptAll(reason: string): Promise<void> {
    await Promise.all([...this.#running.values()].map((job) => job.interrupt(reason)));
  }

  /** The first signal ends the jobs and then the command; a second one ends the process at once. */
  #watchSignals(): { readonly promise: Promise<never>; stop(): void } {
    let interrupt: (error: Error) => void = () => {};
    const promise = new Promise<never>((_, reject) => {
      interrupt = reject;
    });
    promise.catch(() => {});
    let isFirst = true;
    const onSignal = (signal: NodeJS.Signals) => {
      if (!isFirst) process.kill(process.pid, 'SIGKILL');
      isFirst = false;
      const exit = new CliExit(SIGNAL_EXIT_CODES[signal as keyof typeof SIGNAL_EXIT_CODES]);
      void this.#interruptAll(`${signal} ended the command`).then(() => interrupt(exit), interrupt);
    };
    for (const signal of Object.keys(SIGNAL_EXIT_CODES)) process.on(signal, onSignal);
    return {
      promise,
      stop: () => {
        for (const signal of Object.keys(SIGNAL_EXIT_CODES)) process.off(signal, onSignal);
      },
    };
  }

  #showProgress(): () => void {
    const { output } = this.#options;
    if (!output.interactive) return () => {};
    const timer = setInterval(() => {
      const lines = [...this.#running.values()].map((job) => job.describe());
      output.progress(lines.length === 0 ? undefined : lines.join(' | '));
    }, PROGRESS_INTERVAL_MS);
    return () => {
      clearInterval(timer);
      output.progress(undefined);
    };
  }
}

/** The error that `execute()` throws for a job that did not finish. */
function failureOf(jobId: string, end: Exclude<JobEnd, { status: 'FINISHED' }>): FlinkError {
  const cause = end.status === 'FAILED' ? end.error : new FlinkError('JOB_CANCELLED', 'Job was cancelled.');
  return new FlinkError('JOB_FAILED', `Job failed (JobID: ${jobId})`, { cause });
}
