/**
 * The hook that decides what `execute()` does. `api` builds data and runs nothing: whoever loads a job file (`info`, the
 * program worker, a task worker) installs an executor first. It sits under a versioned `Symbol.for`, so that two copies of
 * this code in one process cannot miss each other.
 */

import type { Transformation } from '../graph/transformation.js';

/** A program, as an environment hands it over when it is executed. @internal */
export interface Program {
  readonly jobName: string;
  /** All transformations in order of creation. */
  readonly transformations: readonly Transformation[];
  /** What the program itself configured, as option keys; beats `-D` and config.yaml. */
  readonly configuration: Readonly<Record<string, string>>;
}

/** What an ended job returns. */
export interface JobExecutionResult {
  readonly jobId: string;
  /** Milliseconds. */
  readonly netRuntime: number;
  readonly accumulators: ReadonlyMap<string, unknown>;
}

/** A running job. */
export interface JobClient {
  readonly jobId: string;
  getJobStatus(): Promise<string>;
  cancel(): Promise<void>;
  /** Resolves when the job is FINISHED; rejects when it failed or was cancelled. */
  getJobExecutionResult(): Promise<JobExecutionResult>;
}

/** Decides what execution means. @internal */
export interface Executor {
  /** Option values of `-p`, `-D` and config.yaml that the environment starts with. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Submits the program; `attached` = the caller waits for the end (`execute`), else it goes on (`executeAsync`). */
  submit(program: Program, attached: boolean): Promise<JobClient>;
  /** Results of `executeAndCollect`: the records of a collect sink, as they come. */
  collect?(program: Program, collectId: string): AsyncIterable<unknown>;
}

const HOOK = Symbol.for('flink-ts.executor.v1');
type Hooked = { [HOOK]?: Executor | undefined };

/** Installs the executor that `execute()` uses from now on; undefined removes it. @internal */
export function setExecutor(executor: Executor | undefined): void {
  (globalThis as Hooked)[HOOK] = executor;
}

/** The installed executor, or undefined: a program can be built without one, but not executed. @internal */
export function installedExecutor(): Executor | undefined {
  return (globalThis as Hooked)[HOOK];
}

/** The installed executor. @internal */
export function currentExecutor(): Executor {
  const executor = installedExecutor();
  if (executor === undefined) {
    throw new Error(
      'This is a job file of flink-ts: run it with `flink-ts run <file>`, or test it with flink-ts/testing.',
    );
  }
  return executor;
}

/** Where sinks that talk to the user's process go: a worker posts both to the main thread. @internal */
export interface OutputHook {
  print(stream: 'stdout' | 'stderr', text: string): void;
  collect(collectId: string, records: readonly unknown[]): void;
}

const OUTPUT = Symbol.for('flink-ts.output.v1');
type HookedOutput = { [OUTPUT]?: OutputHook | undefined };

/** Says where printed text and collected records go from now on. @internal */
export function setOutputHook(hook: OutputHook | undefined): void {
  (globalThis as HookedOutput)[OUTPUT] = hook;
}

/** Where printed text and collected records go; without a hook, text goes to the streams of this process. @internal */
export function outputHook(): OutputHook {
  return (globalThis as HookedOutput)[OUTPUT] ?? OWN_STREAMS;
}

const OWN_STREAMS: OutputHook = {
  print: (stream, text) => {
    process[stream].write(text);
  },
  collect: () => {
    throw new Error('Nobody takes the records of executeAndCollect() here.');
  },
};
