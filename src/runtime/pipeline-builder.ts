/**
 * Builds the pipelines of one worker: operators, their state, the direct links between them, and the channels to the
 * others. What is connected to what is in the deployment plan.
 */

import { assert } from '../common/assert.js';
import type { Clock } from '../common/clock.js';
import type { VertexId } from '../common/ids.js';
import type { JobEdge, OperatorNode } from '../graph/job-graph.js';
import type { NodeFunctions } from '../graph/transformation.js';
import { createFinishedOperator } from '../operators/finished-operator.js';
import { createBatchOperator, createOperator } from '../operators/operator-factory.js';
import type { OperatorEvent, SourceOperatorContract } from '../operators/stream-operator.js';
import { KeyTypeCell } from '../state/key-type-cell.js';
import type { Type } from '../state/type.js';
import { LocalChannel } from './channel/local-channel.js';
import { Pressure } from './channel/pressure.js';
import { EdgeShapes } from './channel/record-codec.js';
import type { WorkerTransport } from './channel/worker-transport.js';
import { type DeploymentPlan, directTarget, type PlannedChannel, type PlannedTask } from './deployment-plan.js';
import { InputGate } from './input-gate.js';
import { OperatorStateHandler } from './operator-state-handler.js';
import { createPartitioner } from './partitioner.js';
import { RecordWriter } from './record-writer.js';
import { Task } from './task.js';
import { OperatorClock, TaskClock } from './task-clock.js';
import { TaskOperator } from './task-operator.js';
import { createOperatorContext, type JobFacts, type TaskAccumulators } from './task-operator-context.js';
import { type PipelineHost, TaskPipeline } from './task-pipeline.js';
import type { RestoredTasks } from './worker/messages.js';

/** What pipelines are built from. @internal */
export interface PipelineBuilderOptions {
  readonly plan: DeploymentPlan;
  readonly worker: number;
  readonly functions: ReadonlyMap<number, NodeFunctions>;
  readonly facts: JobFacts;
  readonly transport: WorkerTransport;
  /** Shared words of key types, one a vertex. */
  readonly keyTypeWords: Int32Array;
  readonly restore: RestoredTasks | undefined;
  /** False: at-least-once, barriers block nothing. */
  readonly exactlyOnce: boolean;
  readonly clock: Clock;
  readonly host: PipelineHost;
  readonly sendToCoordinator: (node: OperatorNode, subtask: number, event: OperatorEvent) => void;
}

/** A pipeline and how it is opened. @internal */
export interface BuiltPipeline {
  readonly pipeline: TaskPipeline;
  readonly accumulators: ReadonlyMap<Task, TaskAccumulators>;
  open(): void;
}

/** See the file comment. @internal */
export class PipelineBuilder {
  readonly #options: PipelineBuilderOptions;
  readonly #locals = new Map<number, LocalChannel>();
  readonly #keyTypes = new Map<VertexId, KeyTypeCell>();

  constructor(options: PipelineBuilderOptions) {
    this.#options = options;
  }

  /** All pipelines of the worker, those nearer to the sources first. */
  build(): BuiltPipeline[] {
    const { plan, worker } = this.#options;
    const own = plan.tasks.filter((task) => task.worker === worker);
    const fused = new Set<PlannedTask>();
    for (const task of own) {
      for (const { channels } of task.outputs) {
        const target = directTarget(plan, channels);
        if (target !== undefined) fused.add(target);
      }
    }
    return own.filter((task) => !fused.has(task)).map((task) => this.#buildPipeline(task));
  }

  #buildPipeline(head: PlannedTask): BuiltPipeline {
    const { host, facts, clock } = this.#options;
    const pressure = new Pressure();
    const pipeline = new TaskPipeline({
      pressure,
      clock: new TaskClock(clock),
      host,
      waitsForFinalCheckpoint: facts.isCheckpointingEnabled,
    });
    const accumulators = new Map<Task, TaskAccumulators>();
    this.#buildTask(head, pipeline, pressure, accumulators);
    const source = pipeline.tasks[0]?.head;
    const isSource = source?.node.spec.type === 'source';
    const gate = isSource ? undefined : this.#createGate(head);
    const inputs = new Set(head.inputs.map((channel) => channel.edge.targetInput)).size;
    return {
      pipeline,
      accumulators,
      open: () =>
        pipeline.open({
          ...(gate !== undefined && { gate }),
          ...(isSource && { source: source?.operator as SourceOperatorContract }),
          inputs,
        }),
    };
  }

  #buildTask(
    planned: PlannedTask,
    pipeline: TaskPipeline,
    pressure: Pressure,
    accumulators: Map<Task, TaskAccumulators>,
  ): Task {
    const restored = this.#options.restore?.tasks.find(
      (candidate) => candidate.vertex === planned.vertex.id && candidate.subtask === planned.subtask,
    );
    const task = new Task(planned, restored?.finished === true);
    pipeline.tasks.push(task);
    accumulators.set(task, new Map());
    for (const node of planned.vertex.operators)
      this.#addOperator(task, node, pipeline, accumulators.get(task) as TaskAccumulators);
    const byNode = new Map(task.operators.map((operator) => [operator.node.nodeId, operator]));
    for (const operator of task.operators) {
      for (const { nodeId, sideOutput } of operator.node.chainedTo) {
        const target = byNode.get(nodeId);
        assert(target !== undefined, 'a chained operator is in the same vertex');
        operator.direct.push({ target, sideOutput });
      }
    }
    for (const { edge, channels } of planned.outputs) {
      const from = byNode.get(edge.sourceNode);
      assert(from !== undefined, 'an edge leaves an operator of its vertex');
      const target = directTarget(this.#options.plan, channels);
      if (target !== undefined) {
        const next = this.#buildTask(target, pipeline, pressure, accumulators);
        from.direct.push({ target: next.head, sideOutput: edge.sideOutput });
      } else {
        const writer = this.#createWriter(edge, channels, pressure);
        from.writers.push({ writer, sideOutput: edge.sideOutput });
        task.writers.push(writer);
      }
    }
    return task;
  }

  #addOperator(task: Task, node: OperatorNode, pipeline: TaskPipeline, accumulators: TaskAccumulators): void {
    const { facts, restore, functions, sendToCoordinator, clock } = this.#options;
    const { vertex, subtask } = task.planned;
    const state = new OperatorStateHandler({
      operatorId: node.operatorId,
      subtask,
      parallelism: vertex.parallelism,
      maxParallelism: vertex.maxParallelism,
      keyType: this.#keyTypeOf(vertex.id),
      restored: restore?.tasks
        .find((candidate) => candidate.vertex === vertex.id && candidate.subtask === subtask)
        ?.operators.find((candidate) => candidate.operatorId === node.operatorId)?.state,
      restoreDirectory: restore?.directory ?? '',
      ttlNow: () => clock.now(),
    });
    const create = facts.isBatch ? createBatchOperator : createOperator;
    const operator = task.isFinished
      ? createFinishedOperator(node.spec.type === 'source')
      : create(node, functions.get(node.nodeId) ?? {});
    const taskOperator = new TaskOperator({
      task,
      node,
      operator,
      index: pipeline.operators.length,
      clock: new OperatorClock(pipeline.clock),
      availability: pipeline.availability,
      router: pipeline,
    });
    operator.setup(
      createOperatorContext({
        facts,
        task,
        node,
        state,
        pipeline,
        index: taskOperator.index,
        clock: taskOperator.clock,
        accumulators,
        sendToCoordinator: (event) => sendToCoordinator(node, subtask, event),
      }),
      taskOperator.output,
    );
    task.operators.push(taskOperator);
    task.states.push(state);
    pipeline.operators.push(taskOperator);
  }

  #createGate(planned: PlannedTask): InputGate {
    const { transport, exactlyOnce, clock } = this.#options;
    return new InputGate({
      channels: planned.inputs.map((channel) => ({
        input: channel.edge.targetInput as 0 | 1,
        channel: this.#locals.get(channel.id) ?? transport.reader(channel.id, channel.sourceWorker),
      })),
      exactlyOnce,
      now: () => clock.now(),
    });
  }

  #createWriter(edge: JobEdge, channels: readonly PlannedChannel[], pressure: Pressure): RecordWriter {
    const { functions, transport, plan } = this.#options;
    const selectors = edge.partitionNode === undefined ? {} : (functions.get(edge.partitionNode) ?? {});
    const target = plan.tasks.find((task) => task.vertex.id === edge.targetVertex)?.vertex;
    assert(target !== undefined, 'an edge has a target');
    const grouping = this.#keyTypeOf(target.id);
    const shapes = new EdgeShapes();
    return new RecordWriter({
      partitioner: createPartitioner({
        kind: edge.partitioner,
        channels: channels.length,
        maxParallelism: target.maxParallelism,
        grouping,
        ...(selectors['keySelector'] !== undefined && {
          keySelector: selectors['keySelector'] as (value: never) => unknown,
        }),
        ...(selectors['partitioner'] !== undefined && {
          partitioner: selectors['partitioner'] as (key: never, channels: number) => number,
        }),
      }),
      channels: channels.map((channel) =>
        channel.sourceWorker === channel.targetWorker
          ? this.#createLocal(channel, pressure).writer
          : transport.createWriter(channel.id, channel.targetWorker, shapes, pressure),
      ),
      bufferTimeoutMs: edge.bufferTimeout,
    });
  }

  /** Senders are built before receivers, which find the channel by its id. */
  #createLocal(channel: PlannedChannel, pressure: Pressure): LocalChannel {
    const { budget, strings } = this.#options.transport;
    const local = new LocalChannel({ pressure, budget, strings });
    this.#locals.set(channel.id, local);
    return local;
  }

  /** One cell a vertex: senders and all keyed operators of the chain must agree on the type of the keys. */
  #keyTypeOf(vertexId: VertexId): KeyTypeCell {
    let cell = this.#keyTypes.get(vertexId);
    if (cell === undefined) {
      const { plan, functions, keyTypeWords } = this.#options;
      const vertices = [...new Set(plan.tasks.map((task) => task.vertex))];
      const index = vertices.findIndex((vertex) => vertex.id === vertexId);
      const vertex = vertices[index];
      assert(vertex !== undefined, `the plan has the vertex ${vertexId}`);
      const keyed = vertex.operators.find((operator) => operator.keyed.includes(true));
      const declared = keyed === undefined ? undefined : functions.get(keyed.nodeId)?.['keyType'];
      cell = new KeyTypeCell({
        declared: declared as Type<never> | undefined,
        words: keyTypeWords,
        index,
        maxParallelism: vertex.maxParallelism,
        operatorName: keyed?.name ?? vertex.name,
      });
      this.#keyTypes.set(vertexId, cell);
    }
    return cell;
  }
}
