/**
 * Starts the threads of an attempt and notices however they end. Task workers get the memory they share, their own part of
 * the restored state, and a limit of memory; the enumerators of all sources share one thread.
 */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Configuration } from '../../common/config.js';
import { FlinkError } from '../../common/errors.js';
import type { VertexId } from '../../common/ids.js';
import { WorkerOptions } from '../../common/options.js';
import { createBellMemory } from '../channel/doorbell.js';
import { createRingMemory } from '../channel/ring.js';
import { type DeploymentPlan, planDeployment, taskOf } from '../deployment-plan.js';
import type {
  EnumeratorWorkerStart,
  FromEnumeratorWorker,
  FromTaskWorker,
  RestoredTasks,
  SharedMemory,
  TaskWorkerStart,
  ToEnumeratorWorker,
  ToTaskWorker,
} from './messages.js';

/** What an attempt needs, beside the memory that is made for it. @internal */
export type AttemptFacts = Omit<TaskWorkerStart, 'kind' | 'worker' | 'workers' | 'shared' | 'spillDirectory'> & {
  readonly sources: EnumeratorWorkerStart['sources'];
};

/** Hears the threads of an attempt. @internal */
export interface ThreadListener {
  onTaskMessage(worker: number, message: FromTaskWorker): void;
  onEnumeratorMessage(message: FromEnumeratorWorker): void;
  /** `error` is undefined when the thread was told to end. */
  onExit(worker: number | 'enumerators', error: Error | undefined): void;
}

/** The threads of one attempt. @internal */
export class WorkerThreads {
  readonly #plan: DeploymentPlan;
  readonly #workers: readonly Worker[];
  readonly #enumerators: Worker | undefined;
  readonly #spillDirectory: string;
  #isEnding = false;

  constructor(facts: AttemptFacts, listener: ThreadListener) {
    const { sources, ...common } = facts;
    this.#plan = planDeployment(facts.jobGraph);
    this.#spillDirectory = mkdtempSync(join(tmpdir(), 'flink-ts-spill-'));
    const shared = shareMemory(this.#plan);
    const resourceLimits = limitsOf(facts.jobGraph.configuration);
    this.#workers = Array.from({ length: this.#plan.workers }, (_, worker) => {
      const { restore, ...rest } = common;
      const own = restore && restoreOf(restore, this.#plan, worker);
      const start: TaskWorkerStart = {
        kind: 'task-worker',
        ...rest,
        ...(own !== undefined && { restore: own }),
        worker,
        workers: this.#plan.workers,
        shared,
        spillDirectory: this.#spillDirectory,
      };
      const thread = new Worker(new URL('./worker-main.js', import.meta.url), {
        workerData: start,
        name: `slot-${worker}`,
        resourceLimits,
      });
      this.#listen(thread, worker, (message) => listener.onTaskMessage(worker, message as FromTaskWorker), listener);
      return thread;
    });
    if (sources.length > 0) {
      const { program, jobId, jobGraph } = facts;
      const start: EnumeratorWorkerStart = { kind: 'enumerator-worker', program, jobId, jobGraph, sources };
      this.#enumerators = new Worker(new URL('./enumerator-worker.js', import.meta.url), { workerData: start });
      this.#listen(
        this.#enumerators,
        'enumerators',
        (message) => listener.onEnumeratorMessage(message as FromEnumeratorWorker),
        listener,
      );
    }
  }

  get taskWorkers(): number {
    return this.#workers.length;
  }

  workerOf(vertex: VertexId, subtask: number): number {
    return taskOf(this.#plan, vertex, subtask).worker;
  }

  post(worker: number, message: ToTaskWorker): void {
    this.#workers[worker]?.postMessage(message);
  }

  postToEnumerators(message: ToEnumeratorWorker): void {
    this.#enumerators?.postMessage(message);
  }

  /** Ends all threads, whatever they do, and removes spilled records. */
  async terminate(): Promise<void> {
    this.#isEnding = true;
    const threads = this.#enumerators === undefined ? this.#workers : [...this.#workers, this.#enumerators];
    await Promise.all(threads.map((thread) => thread.terminate()));
    await rm(this.#spillDirectory, { recursive: true, force: true });
  }

  #listen(
    thread: Worker,
    name: number | 'enumerators',
    onMessage: (message: unknown) => void,
    listener: ThreadListener,
  ): void {
    let failure: Error | undefined;
    thread.on('message', onMessage);
    thread.on('error', (error) => {
      failure = describeDeath(name, error);
    });
    thread.on('exit', (code) => {
      const died = () =>
        failure ?? new FlinkError('WORKER_DIED', `The thread of ${nameOf(name)} ended with code ${code}.`);
      listener.onExit(name, this.#isEnding ? undefined : died());
    });
  }
}

function shareMemory(plan: DeploymentPlan): SharedMemory {
  const { workers } = plan;
  const connected = new Set<number>();
  for (const task of plan.tasks) {
    for (const { sourceWorker, targetWorker } of task.inputs) {
      if (sourceWorker !== targetWorker) connected.add(sourceWorker * workers + targetWorker);
    }
  }
  const words = (count: number) => new SharedArrayBuffer(Math.max(1, count) * Int32Array.BYTES_PER_ELEMENT);
  return {
    rings: Array.from({ length: workers * workers }, (_, pair) => (connected.has(pair) ? createRingMemory() : null)),
    bells: createBellMemory(workers),
    keyTypes: words(new Set(plan.tasks.map((task) => task.vertex)).size),
    credits: words(plan.channelCount),
  };
}

function restoreOf(restore: RestoredTasks, plan: DeploymentPlan, worker: number): RestoredTasks {
  return {
    ...restore,
    tasks: restore.tasks.filter(({ vertex, subtask }) => taskOf(plan, vertex, subtask).worker === worker),
  };
}

/** The option bounds the heap of each worker; young generations and buffers come on top, as in Flink's process size. */
function limitsOf(settings: Readonly<Record<string, string>>): { readonly maxOldGenerationSizeMb?: number } {
  const configuration = new Configuration(settings);
  const bytes =
    configuration.get(WorkerOptions.TASK_HEAP) ??
    configuration.get(WorkerOptions.FLINK_MEMORY) ??
    configuration.get(WorkerOptions.PROCESS_MEMORY);
  return bytes === undefined ? {} : { maxOldGenerationSizeMb: Math.max(16, Math.ceil(bytes / 2 ** 20)) };
}

function describeDeath(name: number | 'enumerators', error: Error): Error {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new FlinkError('WORKER_OUT_OF_MEMORY', `The thread of ${nameOf(name)} reached its limit of memory.`, {
      cause: error,
    });
  }
  return new FlinkError('WORKER_DIED', `The thread of ${nameOf(name)} ended: ${error.message}`, { cause: error });
}

function nameOf(name: number | 'enumerators'): string {
  return name === 'enumerators' ? 'the split enumerators' : `slot ${name}`;
}
