/**
 * One operator of a task, wired into its pipeline: where its records go, and who runs after it. The chain compiler makes
 * its `collect`; the pipeline carries watermarks and barriers along the same links.
 */

import type { OperatorNode } from '../graph/job-graph.js';
import type { Output, StreamOperator } from '../operators/stream-operator.js';
import type { Availability } from './availability.js';
import type { RecordWriter } from './record-writer.js';
import type { Task } from './task.js';
import type { OperatorClock } from './task-clock.js';

/** A target that is called directly: chained, or the head of the next task of the pipeline. @internal */
export interface DirectLink {
  readonly target: TaskOperator;
  /** Only records with this tag go here; undefined = the main output. */
  readonly sideOutput: string | undefined;
}

/** A target behind channels. @internal */
export interface WriterLink {
  readonly writer: RecordWriter;
  readonly sideOutput: string | undefined;
}

/** How an operator's watermarks and statuses go on; the pipeline implements it. @internal */
export interface ElementRouter {
  emitWatermark(from: TaskOperator, timestamp: number): void;
  emitStatus(from: TaskOperator, isIdle: boolean): void;
}

/** An operator and its links. @internal */
export class TaskOperator {
  readonly task: Task;
  readonly node: OperatorNode;
  readonly operator: StreamOperator;
  readonly output: OperatorOutput;
  /** Position in the pipeline: what the compiled code names in errors. */
  readonly index: number;
  readonly clock: OperatorClock;
  readonly direct: DirectLink[] = [];
  readonly writers: WriterLink[] = [];

  constructor(fields: {
    readonly task: Task;
    readonly node: OperatorNode;
    readonly operator: StreamOperator;
    readonly index: number;
    readonly clock: OperatorClock;
    readonly availability: Availability;
    readonly router: ElementRouter;
  }) {
    this.task = fields.task;
    this.node = fields.node;
    this.operator = fields.operator;
    this.index = fields.index;
    this.clock = fields.clock;
    this.output = new OperatorOutput(this, fields.availability, fields.router);
  }
}

/** The output that an operator is given; `collect` is replaced by compiled code before the first element. @internal */
export class OperatorOutput implements Output {
  /** Compiled; see chain-compiler.ts. */
  collect: (value: unknown, timestamp: number) => void = refuseEarlyEmission;
  readonly #owner: TaskOperator;
  readonly #availability: Availability;
  readonly #router: ElementRouter;
  readonly #sides = new Map<string, (value: unknown, timestamp: number) => void>();

  constructor(owner: TaskOperator, availability: Availability, router: ElementRouter) {
    this.#owner = owner;
    this.#availability = availability;
    this.#router = router;
  }

  get isAvailable(): boolean {
    return this.#availability.isAvailable;
  }

  collectSide(tag: string, value: unknown, timestamp: number): void {
    this.#sides.get(tag)?.(value, timestamp);
  }

  /** Sets where a side output goes; without a target its records are dropped, as in Flink. */
  setSide(tag: string, collect: (value: unknown, timestamp: number) => void): void {
    this.#sides.set(tag, collect);
  }

  emitWatermark(timestamp: number): void {
    this.#router.emitWatermark(this.#owner, timestamp);
  }

  emitStatus(isIdle: boolean): void {
    this.#router.emitStatus(this.#owner, isIdle);
  }
}

function refuseEarlyEmission(): never {
  throw new Error('An operator may not emit before it was opened.');
}
