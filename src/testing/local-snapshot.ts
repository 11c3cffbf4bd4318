/**
 * A snapshot of a job that runs in one thread: collects what its tasks freeze, and becomes what `_metadata` would hold. All
 * state is kept in memory.
 */

import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '../common/assert.js';
import type { OperatorId } from '../common/ids.js';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';
import type { OperatorAcknowledgement, Task } from '../runtime/task.js';
import type { TaskPipeline } from '../runtime/task-pipeline.js';
import { TaskSnapshot } from '../runtime/task-snapshot.js';
import type { CheckpointOptions } from '../runtime/worker/messages.js';
import type { OperatorState, SnapshotMetadata } from '../snapshot/snapshot-metadata.js';
import { MAX_INLINE_BYTES } from '../snapshot/state-file.js';
import type { OperatorSubtaskState, StreamHandle } from '../snapshot/state-handle.js';

/** What a snapshot is taken of. @internal */
export interface LocalSnapshotOptions {
  readonly checkpointId: number;
  readonly timestamp: number;
  readonly jobGraph: JobGraph;
  readonly pipelines: readonly TaskPipeline[];
  onFailure(error: unknown): void;
}

/** A snapshot that tasks still write. @internal */
export class PendingLocalSnapshot {
  readonly options: CheckpointOptions;
  /** State of split enumerators by operator id. */
  readonly coordinatorStates = new Map<string, Uint8Array>();
  readonly #given: LocalSnapshotOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'flink-ts-snapshot-'));
  readonly #waiting = new Set<Task>();
  /** Tasks whose barrier has passed. */
  readonly #begun = new Set<Task>();
  readonly #finished: readonly Task[];
  readonly #states = new Map<OperatorId, Map<number, OperatorSubtaskState>>();
  #writing = 0;

  constructor(given: LocalSnapshotOptions) {
    this.#given = given;
    this.options = {
      checkpointId: given.checkpointId,
      timestamp: given.timestamp,
      kind: 'checkpoint',
      // The two formats take turns.
      format: given.checkpointId % 2 === 0 ? 'canonical' : 'native',
      exactlyOnce: true,
      // biome-ignore lint/suspicious/noThenProperty: a message's field; nothing awaits the message itself.
      then: 'continue',
      exclusiveDirectory: this.#directory,
      sharedDirectory: this.#directory,
      inlineThreshold: MAX_INLINE_BYTES,
      compress: false,
    };
    const ended = given.pipelines.filter((pipeline) => pipeline.state === 'FINISHED');
    this.#finished = given.pipelines.flatMap((pipeline) =>
      pipeline.tasks.filter((task) => ended.includes(pipeline) || task.isFinished),
    );
    for (const pipeline of given.pipelines) {
      if (!ended.includes(pipeline)) for (const task of pipeline.tasks) this.#waiting.add(task);
    }
  }

  get checkpointId(): number {
    return this.#given.checkpointId;
  }

  /** True while files or slices are being written. */
  get isWriting(): boolean {
    return this.#writing > 0;
  }

  /** True when every task has answered. */
  get isComplete(): boolean {
    return this.#waiting.size === 0;
  }

  /** True when a task has ended without an answer: it will never come. */
  get isHopeless(): boolean {
    return this.#given.pipelines.some(
      (pipeline) => pipeline.state === 'FINISHED' && pipeline.tasks.some((task) => this.#isUnanswered(task)),
    );
  }

  /** The barrier has reached a task. */
  onBarrier(task: Task): void {
    this.#begun.add(task);
    this.#writing++;
    this.#write(task)
      .then(() => {
        this.#waiting.delete(task);
      })
      .catch((error: unknown) => this.#given.onFailure(error))
      .finally(() => {
        this.#writing--;
      });
  }

  /** What `_metadata` would hold; removes what was written on the way. */
  async complete(): Promise<SnapshotMetadata> {
    assert(this.isComplete, 'a snapshot is complete when every task has answered');
    await rm(this.#directory, { recursive: true, force: true });
    const operators = this.#given.jobGraph.vertices.flatMap((vertex) => this.#operatorsOf(vertex));
    return { version: 3, checkpointId: this.checkpointId, masterStates: [], operators };
  }

  /** Gives the snapshot up. */
  async discard(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  #isUnanswered(task: Task): boolean {
    return this.#waiting.has(task) && !this.#begun.has(task);
  }

  async #write(task: Task): Promise<void> {
    const snapshot = new TaskSnapshot(task.freeze(this.options), this.options);
    for (const acknowledged of (await snapshot.write()) ?? []) await this.#acknowledge(task, acknowledged);
  }

  async #acknowledge(task: Task, { operatorId, state }: OperatorAcknowledgement): Promise<void> {
    const subtasks = this.#states.get(operatorId) ?? new Map<number, OperatorSubtaskState>();
    this.#states.set(operatorId, subtasks);
    const { managedOperator, managedKeyed } = state;
    const keyed = [];
    for (const handle of managedKeyed ?? []) {
      assert(handle.kind === 'key-groups', 'a full snapshot has handles by key group');
      keyed.push({ ...handle, stream: await this.#inline(handle.stream) });
    }
    subtasks.set(task.planned.subtask, {
      ...(managedOperator !== undefined && {
        managedOperator: { ...managedOperator, stream: await this.#inline(managedOperator.stream) },
      }),
      ...(keyed.length > 0 && { managedKeyed: keyed }),
    });
  }

  /** State that was too large to stay in memory by itself is read back into it. */
  async #inline(stream: StreamHandle): Promise<StreamHandle> {
    if (stream.kind !== 'relative') return stream;
    const bytes = await readFile(join(this.#directory, stream.fileName));
    return { kind: 'inline', name: stream.fileName, bytes };
  }

  #operatorsOf(vertex: JobVertex): OperatorState[] {
    const done = this.#finished.filter((task) => task.planned.vertex.id === vertex.id);
    const finished = done.length === 0 ? 'none' : done.length === vertex.parallelism ? 'fully' : 'partly';
    return vertex.operators.map(({ operatorId }): OperatorState => {
      const coordinatorState = finished === 'fully' ? undefined : this.coordinatorStates.get(operatorId);
      return {
        operatorId,
        parallelism: vertex.parallelism,
        maxParallelism: vertex.maxParallelism,
        ...(coordinatorState !== undefined && { coordinatorState }),
        finished,
        ...(finished === 'partly' && { finishedSubtasks: new Set(done.map((task) => task.planned.subtask)) }),
        subtasks: this.#states.get(operatorId) ?? new Map(),
      };
    });
  }
}
