/**
 * The thread that runs `main` of a job file: user code never runs on the main thread. `execute()` here builds the job
 * graph, hands it to the main thread and waits for what becomes of the job. What `main` prints goes to the main thread in
 * order with the submissions; `process.exit(n)` ends this thread, and the main thread makes it the command's exit code.
 */

import { parentPort, workerData } from 'node:worker_threads';
import {
  type Executor,
  type JobClient,
  type JobExecutionResult,
  type Program,
  setExecutor,
} from '../../api/executor.js';
import { type ErrorWire, errorFromWire, errorToWire } from '../../common/errors.js';
import { buildJobGraph } from '../../graph/job-graph-builder.js';
import { executionPlanText } from '../../graph/plan-json.js';
import { buildStreamGraph } from '../../graph/stream-graph.js';
import { loadProgram } from '../job-loader.js';
import type { FromProgramWorker, ProgramWorkerStart, RecordedExecution, ToProgramWorker } from './messages.js';

const start = workerData as ProgramWorkerStart;
const port = parentPort as NonNullable<typeof parentPort>;

function post(message: FromProgramWorker): void {
  port.postMessage(message);
}

interface Settlable<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function settlable<T>(): Settlable<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  // Whoever waits gets the rejection; when nobody does, it is not an error of its own.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** One `execute()` and what the main thread says about it. */
class SubmittedJob implements JobClient {
  jobId = '';
  readonly submitted = settlable<JobClient>();
  readonly #index: number;
  readonly #result = settlable<JobExecutionResult>();
  #status = 'INITIALIZING';
  #records: unknown[] = [];
  #isCollected = false;
  #wake: (() => void) | undefined;

  constructor(index: number) {
    this.#index = index;
  }

  getJobStatus(): Promise<string> {
    return Promise.resolve(this.#status);
  }

  cancel(): Promise<void> {
    post({ type: 'cancel-job', index: this.#index });
    return Promise.resolve();
  }

  getJobExecutionResult(): Promise<JobExecutionResult> {
    return this.#result.promise;
  }

  take(message: ToProgramWorker): void {
    switch (message.type) {
      case 'submitted':
        this.jobId = message.jobId;
        this.#status = 'RUNNING';
        return this.submitted.resolve(this);
      case 'submit-failed':
        return this.submitted.reject(errorFromWire(message.error));
      case 'job-status':
        this.#status = message.status;
        return;
      case 'job-ended':
        return this.#end(message.result, message.error);
      case 'collected':
        this.#records.push(...message.records);
        this.#isCollected ||= message.done;
        this.#wake?.();
    }
  }

  /** The records of a collect sink, as they come; throws when the job fails. */
  async *collected(): AsyncGenerator<unknown> {
    for (;;) {
      const records = this.#records;
      this.#records = [];
      yield* records;
      if (this.#records.length > 0) continue;
      if (this.#isCollected) break;
      await Promise.race([new Promise<void>((wake) => (this.#wake = wake)), this.#failure()]);
    }
    await this.#result.promise;
  }

  #failure(): Promise<void> {
    return this.#result.promise.then(() => new Promise<void>(() => {}));
  }

  #end(result: RecordedExecution | undefined, error: ErrorWire | undefined): void {
    if (error !== undefined) return this.#result.reject(errorFromWire(error));
    this.#result.resolve({
      jobId: this.jobId,
      netRuntime: result?.netRuntime ?? 0,
      accumulators: new Map(result?.accumulators ?? []),
    });
  }
}

class SubmittingExecutor implements Executor {
  readonly configuration = start.program.configuration;
  readonly jobs: SubmittedJob[] = [];

  submit(program: Program, attached: boolean): Promise<JobClient> {
    return this.#submit(program, attached).submitted.promise;
  }

  collect(program: Program, collectId: string): AsyncIterable<unknown> {
    const job = this.#submit(program, false, collectId);
    return (async function* () {
      await job.submitted.promise;
      let hasEnded = false;
      try {
        yield* job.collected();
        hasEnded = true;
      } finally {
        // Whoever stops reading has no more use for the job, as in Flink.
        if (!hasEnded) await job.cancel();
      }
    })();
  }

  #submit(program: Program, attached: boolean, collectId?: string): SubmittedJob {
    const index = this.jobs.length;
    const job = new SubmittedJob(index);
    if (start.planOnly === true) {
      post({ type: 'plan', json: executionPlanText(buildStreamGraph(program, this.configuration)) });
      this.jobs.push(job);
      return job;
    }
    const jobGraph = buildJobGraph(program, this.configuration);
    this.jobs.push(job);
    post({ type: 'submit', index, jobGraph, attached, ...(collectId !== undefined && { collectId }) });
    return job;
  }
}

/** `process.exit` must not be the end of what was posted before it, nor be caught by `main`. */
function reportExit(): void {
  const exit = process.exit.bind(process);
  process.exit = ((code?: number) => {
    post({ type: 'exit', code: Number(code ?? process.exitCode ?? 0) });
    return exit(code);
  }) as typeof process.exit;
}

/** Output travels as messages, so that it keeps its order with the submissions. */
function relayOutput(): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = ((
      chunk: string | Uint8Array,
      encodingOrDone?: BufferEncoding | (() => void),
      done?: () => void,
    ) => {
      const encoding = typeof encodingOrDone === 'string' ? encodingOrDone : undefined;
      const text = typeof chunk === 'string' ? Buffer.from(chunk, encoding).toString() : Buffer.from(chunk).toString();
      post({ type: 'output', stream, text });
      const callback = typeof encodingOrDone === 'function' ? encodingOrDone : done;
      if (callback !== undefined) queueMicrotask(() => callback());
      return true;
    }) as typeof process.stdout.write;
  }
}

async function runMain(): Promise<void> {
  const executor = new SubmittingExecutor();
  setExecutor(executor);
  port.on('message', (message: ToProgramWorker) => executor.jobs[message.index]?.take(message));
  try {
    await loadProgram(start.program, executor);
    const code = Number(process.exitCode ?? 0);
    if (code !== 0) post({ type: 'exit', code });
    else post({ type: 'main-ended', jobs: executor.jobs.length });
  } catch (thrown) {
    post({ type: 'main-failed', error: errorToWire(thrown) });
  }
  port.unref();
}

process.on('uncaughtException', (thrown) => post({ type: 'main-failed', error: errorToWire(thrown) }));
reportExit();
relayOutput();
await runMain();
