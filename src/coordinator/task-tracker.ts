/** The state of every task of a job: what the workers reported, with times, and the sums that the REST API shows. */

import type { Clock } from '../common/clock.js';
import type { VertexId } from '../common/ids.js';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';
import type { TaskMetrics } from '../runtime/worker/messages.js';

/** Flink's states of a task. @internal */
export type ExecutionState =
  | 'CREATED'
  | 'SCHEDULED'
  | 'DEPLOYING'
  | 'INITIALIZING'
  | 'RUNNING'
  | 'FINISHED'
  | 'CANCELING'
  | 'CANCELED'
  | 'FAILED'
  | 'RECONCILING';

/** Every state, in the order of Flink's answers. @internal */
export const EXECUTION_STATES: readonly ExecutionState[] = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
  'RECONCILING',
  'INITIALIZING',
];

/** One subtask of one vertex. @internal */
export interface TrackedTask {
  readonly vertex: JobVertex;
  readonly subtask: number;
  state: ExecutionState;
  /** When it was deployed in this attempt; -1 = not. */
  startTime: number;
  /** When it ended; -1 = not. */
  endTime: number;
  hasEndedInput: boolean;
  metrics: TaskMetrics | undefined;
}

/** Whether a task in this state has ended. @internal */
export function isTaskTerminal(state: ExecutionState): boolean {
  return state === 'FINISHED' || state === 'CANCELED' || state === 'FAILED';
}

/** All tasks of a job. @internal */
export class TaskTracker {
  readonly #clock: Clock;
  readonly #tasks: readonly TrackedTask[];
  readonly #byKey = new Map<string, TrackedTask>();

  constructor(graph: JobGraph, clock: Clock) {
    this.#clock = clock;
    const fresh = { state: 'CREATED' as const, startTime: -1, endTime: -1, hasEndedInput: false, metrics: undefined };
    this.#tasks = graph.vertices.flatMap((vertex) =>
      Array.from({ length: vertex.parallelism }, (_, subtask): TrackedTask => ({ vertex, subtask, ...fresh })),
    );
    for (const task of this.#tasks) this.#byKey.set(taskKey(task.vertex.id, task.subtask), task);
  }

  get all(): readonly TrackedTask[] {
    return this.#tasks;
  }

  find(vertex: VertexId, subtask: number): TrackedTask | undefined {
    return this.#byKey.get(taskKey(vertex, subtask));
  }

  ofVertex(vertex: VertexId): readonly TrackedTask[] {
    return this.#tasks.filter((task) => task.vertex.id === vertex);
  }

  get allFinished(): boolean {
    return this.#tasks.every((task) => task.state === 'FINISHED');
  }

  /** Whether every task has seen the end of its input, and some still wait for their last checkpoint. */
  get allEndedInput(): boolean {
    return !this.allFinished && this.#tasks.every((task) => task.hasEndedInput || task.state === 'FINISHED');
  }

  /** A new attempt begins: all tasks are being deployed. */
  deploy(): void {
    const now = this.#clock.now();
    for (const task of this.#tasks) {
      task.state = 'DEPLOYING';
      task.startTime = now;
      task.endTime = -1;
      task.hasEndedInput = false;
      task.metrics = undefined;
    }
  }

  moveTo(task: TrackedTask, state: ExecutionState): void {
    if (isTaskTerminal(task.state)) return;
    task.state = state;
    if (isTaskTerminal(state)) task.endTime = this.#clock.now();
  }

  /** The attempt is being stopped: what runs is canceling. */
  cancelAll(): void {
    for (const task of this.#tasks) this.moveTo(task, 'CANCELING');
  }

  /** The attempt has ended: what had not ended was canceled. */
  endAll(): void {
    for (const task of this.#tasks) this.moveTo(task, 'CANCELED');
  }
}

/** How many of the tasks are in each state. @internal */
export function countStates(tasks: readonly TrackedTask[]): Record<ExecutionState, number> {
  const counts = Object.fromEntries(EXECUTION_STATES.map((state) => [state, 0])) as Record<ExecutionState, number>;
  for (const task of tasks) counts[task.state]++;
  return counts;
}

/** The state of a vertex, from those of its tasks; Flink's rule. @internal */
export function aggregateState(tasks: readonly TrackedTask[]): ExecutionState {
  const counts = countStates(tasks);
  for (const state of ['FAILED', 'CANCELING', 'CANCELED', 'INITIALIZING', 'RUNNING'] as const) {
    if (counts[state] > 0) return state;
  }
  if (counts.FINISHED === 0) return 'CREATED';
  return counts.FINISHED === tasks.length ? 'FINISHED' : 'RUNNING';
}

/** `name (subtask/parallelism)`, as Flink's messages name a task. @internal */
export function taskName(task: TrackedTask): string {
  return `${task.vertex.name} (${task.subtask + 1}/${task.vertex.parallelism})`;
}

/** The key of a task in maps. @internal */
export function taskKey(vertex: VertexId, subtask: number): string {
  return `${vertex}/${subtask}`;
}
