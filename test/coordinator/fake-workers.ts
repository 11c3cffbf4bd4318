/** Workers without threads: they speak the real messages, as a test tells them to. */

import type { OperatorId, VertexId } from '../../src/common/ids.js';
import type { AttemptStart, WorkerAttempt, WorkerHost, WorkerListener } from '../../src/coordinator/worker-host.js';
import type { JobGraph, JobVertex } from '../../src/graph/job-graph.js';
import type { FromTaskWorker, ToEnumeratorWorker, ToTaskWorker } from '../../src/runtime/worker/messages.js';

const METRICS = {
  syncDuration: 1,
  asyncDuration: 2,
  alignmentDuration: 0,
  startDelay: 0,
  stateSize: 10,
  checkpointedSize: 5,
};

/** One attempt, as the host sees it. */
export class FakeAttempt implements WorkerAttempt {
  readonly start: AttemptStart;
  readonly listener: WorkerListener;
  readonly posted: ToTaskWorker[] = [];
  readonly postedToEnumerators: ToEnumeratorWorker[] = [];
  readonly taskWorkers = 1;
  isTerminated = false;
  /** False: workers do not answer `cancel`. */
  answersCancel = true;

  constructor(start: AttemptStart, listener: WorkerListener) {
    this.start = start;
    this.listener = listener;
  }

  workerOf(): number {
    return 0;
  }

  post(_worker: number, message: ToTaskWorker): void {
    this.posted.push(message);
    if (message.type === 'cancel' && this.answersCancel) this.listener.onTaskMessage(0, { type: 'stopped' });
  }

  postToEnumerators(message: ToEnumeratorWorker): void {
    this.postedToEnumerators.push(message);
    if (message.type === 'cancel' && this.answersCancel) this.listener.onEnumeratorMessage({ type: 'stopped' });
    if (message.type !== 'snapshot-coordinators') return;
    const states = this.start.sources.map(({ operatorId }) => ({ operatorId, bytes: new Uint8Array([0, 0, 0, 1]) }));
    this.listener.onEnumeratorMessage({ type: 'coordinators-snapshot', checkpointId: message.checkpointId, states });
  }

  terminate(): Promise<void> {
    this.isTerminated = true;
    return Promise.resolve();
  }

  #hasEnded = false;

  say(message: FromTaskWorker): void {
    this.listener.onTaskMessage(0, message);
  }

  /** Reports the same status for every task. */
  all(status: 'RUNNING' | 'FINISHED'): void {
    this.#each((vertex, subtask) => this.say({ type: 'task-status', vertex, subtask, status }));
  }

  endOfData(): void {
    this.#hasEnded = true;
    this.#each((vertex, subtask) => this.say({ type: 'end-of-data', vertex, subtask }));
  }

  /** Acknowledges a checkpoint for every task. */
  acknowledge(checkpointId: number): void {
    this.#each((vertex, subtask) =>
      this.say({
        type: 'checkpoint-ack',
        checkpointId,
        vertex,
        subtask,
        operators: [],
        hasEnded: this.#hasEnded,
        isFinished: false,
        metrics: METRICS,
      }),
    );
  }

  /** Ids of the checkpoints that were triggered. */
  get triggered(): readonly number[] {
    return this.posted.flatMap((each) => (each.type === 'trigger-checkpoint' ? [each.options.checkpointId] : []));
  }

  get completed(): readonly number[] {
    return this.posted.flatMap((each) => (each.type === 'checkpoint-complete' ? [each.checkpointId] : []));
  }

  #each(action: (vertex: VertexId, subtask: number) => void): void {
    for (const vertex of this.start.jobGraph.vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) action(vertex.id, subtask);
    }
  }
}

/** Starts fake attempts, and keeps them. */
export class FakeHost implements WorkerHost {
  readonly attempts: FakeAttempt[] = [];

  start(start: AttemptStart, listener: WorkerListener): WorkerAttempt {
    const attempt = new FakeAttempt(start, listener);
    this.attempts.push(attempt);
    return attempt;
  }

  get last(): FakeAttempt {
    return this.attempts.at(-1) as FakeAttempt;
  }
}

/** source → sink with two subtasks each. */
export function testGraph(configuration: Record<string, string> = {}): JobGraph {
  const vertex = (digit: string, name: string, spec: JobVertex['operators'][number]['spec']): JobVertex => ({
    id: digit.repeat(32) as VertexId,
    name,
    parallelism: 2,
    maxParallelism: 128,
    maxParallelismConfigured: false,
    slotSharingGroup: 'default',
    operators: [
      {
        nodeId: Number(digit),
        operatorId: digit.repeat(32) as OperatorId,
        name,
        description: name,
        spec,
        keyed: [],
        chainedTo: [],
      },
    ],
  });
  return {
    version: 1,
    name: 'test job',
    jobType: 'STREAMING',
    vertices: [
      vertex('1', 'Source: numbers', { type: 'source', bounded: true }),
      vertex('2', 'Sink: a & b', { type: 'sinkFunction' }),
    ],
    edges: [
      {
        index: 0,
        sourceVertex: '1'.repeat(32) as VertexId,
        sourceNode: 1,
        targetVertex: '2'.repeat(32) as VertexId,
        targetInput: 0,
        partitioner: 'REBALANCE',
        bufferTimeout: 100,
      },
    ],
    configuration,
  };
}
