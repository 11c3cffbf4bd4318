/**
 * A whole job in one thread: the pipelines, channels, rings and split enumerators that `run` uses, one transport a worker,
 * driven by whoever owns it, under a clock that stands still. What would be concurrent is a choice here: `choose` decides
 * which worker and pipeline come next, so that a seed reproduces a run.
 */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '../api/connector.js';
import { setOutputHook } from '../api/executor.js';
import { assert } from '../common/assert.js';
import type { Clock } from '../common/clock.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { CompiledProgram } from '../graph/job-graph-builder.js';
import type { OperatorEvent, SourceOperatorContract } from '../operators/stream-operator.js';
import { createBellMemory } from '../runtime/channel/doorbell.js';
import { createRingMemory } from '../runtime/channel/ring.js';
import { WorkerTransport } from '../runtime/channel/worker-transport.js';
import { planDeployment } from '../runtime/deployment-plan.js';
import { type BuiltPipeline, PipelineBuilder } from '../runtime/pipeline-builder.js';
import type { Task } from '../runtime/task.js';
import type { TaskOperator } from '../runtime/task-operator.js';
import type { PipelineHost, TaskPipeline } from '../runtime/task-pipeline.js';
import { jobFactsOf } from '../runtime/worker/job-facts.js';
import type { CheckpointOptions, RestoredTasks, SharedMemory } from '../runtime/worker/messages.js';
import { SourceCoordinator } from '../runtime/worker/source-coordinator.js';
import { PendingLocalSnapshot } from './local-snapshot.js';

/** How a {@link LocalJob} is made. @internal */
export interface LocalJobOptions {
  /** The graph, with what a restored snapshot says of it. */
  readonly jobGraph: JobGraph;
  /** The program of each worker, with functions of its own, and that of the enumerators behind them. */
  readonly programs: readonly CompiledProgram[];
  readonly clock: Clock;
  readonly restore?: RestoredTasks;
  /** State of split enumerators by operator id. */
  readonly coordinators?: ReadonlyMap<string, Uint8Array>;
  /** A number from 0 to `bound - 1`: what comes next. Without it everything comes in turn, for as long as it can. */
  readonly choose?: (bound: number) => number;
  readonly ringBytes?: number;
  readonly creditBytes?: number;
  readonly batchBytes?: number;
  readonly overflowMemoryBytes?: number;
}

interface LocalWorker {
  readonly transport: WorkerTransport;
  readonly built: readonly BuiltPipeline[];
}

/** Turns of the event loop without any progress after which nothing more is expected to happen by itself. */
const QUIET_TURNS = 3;

/** See the file comment. @internal */
export class LocalJob implements PipelineHost {
  readonly jobGraph: JobGraph;
  /** Lines that print sinks wrote. */
  readonly printed: string[] = [];
  readonly #options: LocalJobOptions;
  readonly #spillDirectory = mkdtempSync(join(tmpdir(), 'flink-ts-test-'));
  readonly #workers: LocalWorker[] = [];
  readonly #coordinators = new Map<string, SourceCoordinator>();
  #lastCheckpoint: number;
  #snapshot: PendingLocalSnapshot | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Calls of enumerators that are under way. */
  #calls = 0;
  #opened = 0;
  #isWoken = false;
  #isClosed = false;

  constructor(options: LocalJobOptions) {
    this.#options = options;
    this.jobGraph = options.jobGraph;
    this.#lastCheckpoint = options.restore?.checkpointId ?? 0;
  }

  /** Builds and opens everything; the job runs when this resolves, but nothing moves before it is driven. */
  async start(): Promise<void> {
    setOutputHook({
      print: (_stream, text) => this.printed.push(...text.replace(/\n$/, '').split('\n')),
      collect: () => {},
    });
    await this.#startCoordinators();
    this.#buildWorkers();
    for (const { built } of this.#workers) for (const each of built) each.open();
    await this.#waitUntil('opened', () => this.#opened === this.#pipelines.length);
    for (const { pipeline } of this.#pipelines) pipeline.start();
  }

  /** True when every task has finished. */
  get hasFinished(): boolean {
    return this.#pipelines.every(({ pipeline }) => pipeline.state === 'FINISHED');
  }

  /** The heads of all source tasks that still run. */
  get sources(): readonly { readonly pipeline: TaskPipeline; readonly head: TaskOperator }[] {
    return this.#pipelines.flatMap(({ pipeline }) => {
      const head = pipeline.operators[0];
      const isRunning = pipeline.state === 'RUNNING' && head?.node.spec.type === 'source';
      return isRunning ? [{ pipeline, head: head as TaskOperator }] : [];
    });
  }

  /** The state of each task, for errors. */
  describe(): string {
    return this.#pipelines
      .flatMap(({ pipeline }) =>
        pipeline.tasks.map(({ planned }) => `${planned.vertex.name} ${planned.subtask} ${pipeline.state}`),
      )
      .join(', ');
  }

  /** Works until nothing moves by itself any more: neither a task, nor a promise, nor an enumerator. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; ) {
      const hasMoved = this.#work();
      await nextTurn();
      quiet = hasMoved || this.#isWoken || this.#isWaiting ? 0 : quiet + 1;
    }
  }

  /** Lets one worker do one thing; true when that changed something. */
  step(): boolean {
    this.#throwFailure();
    const { choose = () => 0 } = this.#options;
    const worker = this.#workers[choose(this.#workers.length)];
    assert(worker !== undefined, 'a chosen worker exists');
    const hasMoved = worker.transport.drain();
    const built = worker.built[choose(worker.built.length)];
    const isBusy = built?.pipeline.run(() => true) ?? false;
    for (const task of built?.pipeline.tasks ?? []) {
      for (const writer of task.writers) if (choose(3) === 0) writer.flush();
    }
    this.#throwFailure();
    return hasMoved || isBusy;
  }

  /** Starts a snapshot: barriers are on their way when this resolves. */
  async beginSnapshot(): Promise<PendingLocalSnapshot> {
    const checkpointId = ++this.#lastCheckpoint;
    const pending = new PendingLocalSnapshot({
      checkpointId,
      timestamp: this.#options.clock.now(),
      jobGraph: this.jobGraph,
      pipelines: this.#pipelines.map(({ pipeline }) => pipeline),
      onFailure: (error) => this.#fail(error),
    });
    this.#snapshot = pending;
    for (const [operatorId, coordinator] of this.#coordinators) {
      pending.coordinatorStates.set(operatorId, await coordinator.snapshot(checkpointId));
    }
    for (const { pipeline } of this.#pipelines) pipeline.triggerCheckpoint(pending.options);
    for (const coordinator of this.#coordinators.values()) coordinator.release();
    return pending;
  }

  /** Tells everyone that a snapshot is complete. */
  async completeSnapshot(checkpointId: number): Promise<void> {
    for (const { pipeline } of this.#pipelines) pipeline.checkpointComplete(checkpointId);
    for (const each of this.#coordinators.values()) await each.notifyCheckpointComplete(checkpointId);
  }

  /** Gives a snapshot up, and tells everyone. */
  async abortSnapshot(pending: PendingLocalSnapshot): Promise<void> {
    for (const { pipeline } of this.#pipelines) pipeline.checkpointAborted(pending.checkpointId);
    await pending.discard();
  }

  /** Ends everything as a crash would, but for closing what is open. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { pipeline } of this.#pipelines) await pipeline.cancel();
    for (const coordinator of this.#coordinators.values()) await coordinator.close();
    for (const { transport } of this.#workers) transport.close();
    await rm(this.#spillDirectory, { recursive: true, force: true });
  }

  onOpened(): void {
    this.#opened++;
  }

  onBarrier(task: Task, options: CheckpointOptions): void {
    if (this.#snapshot?.checkpointId === options.checkpointId) this.#snapshot.onBarrier(task);
  }

  onBarrierCancelled(): void {}

  onEndOfData(): void {}

  onClosed(): void {
    this.#isWoken = true;
  }

  onFailed(_pipeline: TaskPipeline, error: unknown): void {
    this.#fail(error);
  }

  wake(): void {
    this.#isWoken = true;
  }

  get #pipelines(): readonly BuiltPipeline[] {
    return this.#workers.flatMap(({ built }) => built);
  }

  /** Whether something was begun that a promise will end. */
  get #isWaiting(): boolean {
    if (this.#calls > 0 || this.#snapshot?.isWriting === true) return true;
    return this.#pipelines.some(({ pipeline }) => {
      const isOver = pipeline.state === 'FINISHED' || pipeline.state === 'FAILED' || pipeline.state === 'CANCELED';
      // An asynchronous function that has enough under way waits for the test, perhaps for its clock.
      return !isOver && !pipeline.availability.isAvailable && !pipeline.actions.isInputHeld;
    });
  }

  /** Works until no worker has anything to do; true when anything was done. */
  #work(): boolean {
    let hasMoved = false;
    for (let isBusy = true; isBusy; ) {
      this.#isWoken = false;
      isBusy = false;
      for (const { transport, built } of this.#workers) {
        isBusy = transport.drain() || isBusy;
        for (const { pipeline } of built) isBusy = pipeline.run(() => false) || isBusy;
        for (const { pipeline } of built) {
          for (const task of pipeline.tasks) for (const writer of task.writers) writer.flush();
        }
      }
      this.#throwFailure();
      isBusy ||= this.#isWoken || this.#workers.some(({ transport }) => transport.hasWork);
      hasMoved ||= isBusy;
    }
    return hasMoved;
  }

  async #startCoordinators(): Promise<void> {
    const { jobGraph, programs, restore, coordinators, clock } = this.#options;
    const finished = new Set(restore?.tasks.filter((task) => task.finished === true).map((task) => task.vertex));
    for (const vertex of jobGraph.vertices.filter(({ id }) => !finished.has(id))) {
      for (const { operatorId, nodeId, name, spec } of vertex.operators) {
        if (spec.type !== 'source') continue;
        const restored = coordinators?.get(operatorId);
        const coordinator = new SourceCoordinator({
          name,
          source: programs.at(-1)?.functions.get(nodeId)?.['source'] as Source<unknown>,
          parallelism: vertex.parallelism,
          ...(restored !== undefined && { restored }),
          clock,
          send: (subtask, event) => this.#sendToReader(operatorId, subtask, event),
          fail: (error) => this.#fail(error),
        });
        this.#coordinators.set(operatorId, coordinator);
        await coordinator.start();
      }
    }
  }

  #buildWorkers(): void {
    const { jobGraph, programs, restore, clock, ringBytes, creditBytes, batchBytes, overflowMemoryBytes } =
      this.#options;
    const plan = planDeployment(jobGraph);
    const shared = shareMemory(plan.workers, plan.channelCount, jobGraph.vertices.length, ringBytes);
    const facts = jobFactsOf({
      jobId: '0'.repeat(32),
      jobGraph,
      attempt: 0,
      ...(restore !== undefined && { restore }),
    });
    for (let worker = 0; worker < plan.workers; worker++) {
      const transport = new WorkerTransport({
        worker,
        workers: plan.workers,
        shared,
        spillDirectory: this.#spillDirectory,
        ...(creditBytes !== undefined && { creditBytes }),
        ...(batchBytes !== undefined && { batchBytes }),
        ...(overflowMemoryBytes !== undefined && { overflowMemoryBytes }),
      });
      const builder = new PipelineBuilder({
        plan,
        worker,
        functions: (programs[worker] as CompiledProgram).functions,
        // Tasks wait for a last snapshot, so that sinks commit what they hold.
        facts: { ...facts, isCheckpointingEnabled: !facts.isBatch },
        transport,
        keyTypeWords: new Int32Array(shared.keyTypes),
        restore,
        exactlyOnce: facts.exactlyOnce,
        clock,
        host: this,
        sendToCoordinator: (node, subtask, event) => this.#sendToEnumerator(node.operatorId, subtask, event),
      });
      this.#workers.push({ transport, built: builder.build() });
    }
  }

  #sendToEnumerator(operatorId: string, subtask: number, event: OperatorEvent): void {
    const coordinator = this.#coordinators.get(operatorId);
    if (coordinator === undefined) {
      if (event.type === 'reader-registered') this.#sendToReader(operatorId, subtask, { type: 'no-more-splits' });
      return;
    }
    this.#calls++;
    coordinator.onEvent(subtask, event).then(
      () => {
        this.#calls--;
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #sendToReader(operatorId: string, subtask: number, event: OperatorEvent): void {
    for (const { pipeline } of this.#pipelines) {
      const head = pipeline.operators[0];
      if (head?.node.operatorId !== operatorId || head.task.planned.subtask !== subtask) continue;
      pipeline.post(() => (head.operator as SourceOperatorContract).handleEvent(event));
    }
  }

  async #waitUntil(what: string, holds: () => boolean): Promise<void> {
    for (let turns = 0; !holds(); turns++) {
      this.#throwFailure();
      assert(turns < 100_000, `the job under test is ${what} some time`);
      await nextTurn();
    }
    this.#throwFailure();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwFailure(): void {
    if (this.#failure !== undefined && !this.#isClosed) throw this.#failure.error;
  }
}

function shareMemory(workers: number, channels: number, vertices: number, ringBytes?: number): SharedMemory {
  const words = (count: number) => new SharedArrayBuffer(Math.max(1, count) * Int32Array.BYTES_PER_ELEMENT);
  return {
    rings: Array.from({ length: workers * workers }, (_, pair) =>
      pair % (workers + 1) === 0 ? null : createRingMemory(ringBytes),
    ),
    bells: createBellMemory(workers),
    keyTypes: words(vertices),
    credits: words(channels),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
