/**
 * Every message between the main thread (coordinator) and the workers of a job: one union a direction, literal types.
 *
 * Workers are started for one attempt of one job and thrown away with it: a restart makes new ones. A task worker runs the
 * tasks of one slot; the enumerator worker runs the split enumerators of all sources.
 */

import type { ErrorWire } from '../../common/errors.js';
import type { OperatorId, VertexId } from '../../common/ids.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { OperatorEvent } from '../../operators/stream-operator.js';
import type { OperatorSubtaskState } from '../../snapshot/state-handle.js';

/** Which job file to load, and how: what `main` sees. @internal */
export interface JobProgram {
  /** Absolute path of the compiled job file. */
  readonly file: string;
  readonly args: readonly string[];
  /** The export to call instead of the default one (`-c`). */
  readonly entry?: string;
  /** Options of config.yaml, `-D` and `-p`, merged: what the environment starts with. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Which `execute()` of the program this job is, from 0; results of the earlier ones. */
  readonly executionIndex: number;
  readonly earlierResults: readonly RecordedExecution[];
}

/** What an `execute()` before this job's returned; replayed in workers. @internal */
export interface RecordedExecution {
  readonly jobId: string;
  readonly netRuntime: number;
  readonly accumulators: readonly (readonly [string, unknown])[];
  /** Records of `executeAndCollect`. */
  readonly collected?: readonly unknown[];
}

/** Given to a task worker when it is started (`workerData`). @internal */
export interface TaskWorkerStart {
  readonly kind: 'task-worker';
  readonly program: JobProgram;
  readonly jobId: string;
  readonly attempt: number;
  /** Position among the task workers of the job, and how many there are. */
  readonly worker: number;
  readonly workers: number;
  /** The submitted graph; the worker's own must be equal. */
  readonly jobGraph: JobGraph;
  /** Memory that all workers of the attempt share: rings, bells, key types. */
  readonly shared: SharedMemory;
  /** State to restore, for the subtasks of this worker. */
  readonly restore?: RestoredTasks;
  /** Directory for spilled overflow; made by the main thread, removed by it. */
  readonly spillDirectory: string;
}

/** Memory shared by the workers of one attempt; laid out by `deployment-plan.ts`. @internal */
export interface SharedMemory {
  /** One ring for each ordered pair of workers: index = from * workers + to; empty on the diagonal. */
  readonly rings: readonly (SharedArrayBuffer | null)[];
  /** One word a worker: its bell. */
  readonly bells: SharedArrayBuffer;
  /** One word a keyed operator input set: the key type that the first key fixed. Indexed by vertex. */
  readonly keyTypes: SharedArrayBuffer;
  /** One word a channel: bytes that the receiver has consumed, modulo 2^32. */
  readonly credits: SharedArrayBuffer;
}

/** Restored state by vertex, subtask and operator; canonical order of `vertices` × subtasks. @internal */
export interface RestoredTasks {
  readonly checkpointId: number;
  readonly tasks: readonly {
    readonly vertex: VertexId;
    readonly subtask: number;
    /** Set when all operators of the task had read all their input at the snapshot: the task ends at once, as if again. */
    readonly finished?: true;
    /** One entry an operator of the chain that has state; handles point to files of any earlier subtask. */
    readonly operators: readonly { readonly operatorId: OperatorId; readonly state: RestoredOperator }[];
  }[];
  /** Directory that relative handles refer to. */
  readonly directory: string;
}

/** What one operator's subtask restores: keyed handles that touch its range; operator state already dealt out. @internal */
export interface RestoredOperator {
  /** Keyed handles whose range overlaps the subtask's own, with the rest of the old subtask's state. */
  readonly keyed: readonly NonNullable<OperatorSubtaskState['managedKeyed']>[number][];
  /** The elements that fall to this subtask, by handle. */
  readonly operator: readonly NonNullable<OperatorSubtaskState['managedOperator']>[];
}

/** What a snapshot is, and where it goes. @internal */
export interface CheckpointOptions {
  readonly checkpointId: number;
  /** Time of the trigger, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly kind: 'checkpoint' | 'savepoint';
  readonly format: 'canonical' | 'native' | 'incremental';
  /** False: at-least-once, barriers are counted and block nothing. */
  readonly exactlyOnce: boolean;
  /** After this snapshot: go on, stop (suspend), or end the input first and then stop (drain). */
  readonly then: 'continue' | 'suspend' | 'drain';
  /** Absolute directories for files of this snapshot alone, and for files that later checkpoints share. */
  readonly exclusiveDirectory: string;
  readonly sharedDirectory: string;
  /** State up to this many bytes is put into `_metadata` itself. */
  readonly inlineThreshold: number;
  /** Compress key groups with Snappy. */
  readonly compress: boolean;
}

/** From the main thread to a task worker. @internal */
export type ToTaskWorker =
  /** Inject the barrier into the source tasks of this worker (those that still run). */
  | { readonly type: 'trigger-checkpoint'; readonly options: CheckpointOptions }
  | { readonly type: 'checkpoint-complete'; readonly checkpointId: number }
  | { readonly type: 'checkpoint-aborted'; readonly checkpointId: number }
  | {
      readonly type: 'operator-event';
      readonly operatorId: OperatorId;
      readonly subtask: number;
      readonly event: OperatorEvent;
    }
  /** Close everything and end; the worker answers with `stopped`. */
  | { readonly type: 'cancel' }
  | { readonly type: 'report-metrics'; readonly request: number };

/** States of a task as they are reported; Flink's names. @internal */
export type TaskStatus = 'INITIALIZING' | 'RUNNING' | 'FINISHED' | 'CANCELED' | 'FAILED';

/** From a task worker to the main thread. @internal */
export type FromTaskWorker =
  /** The job file is loaded, the graph is equal, all tasks are restored. */
  | { readonly type: 'ready' }
  | {
      readonly type: 'task-status';
      readonly vertex: VertexId;
      readonly subtask: number;
      readonly status: TaskStatus;
      readonly error?: ErrorWire;
    }
  /** All inputs of the task have ended and it has finished; it waits for a last checkpoint if one is configured. */
  | { readonly type: 'end-of-data'; readonly vertex: VertexId; readonly subtask: number }
  | {
      readonly type: 'checkpoint-ack';
      readonly checkpointId: number;
      readonly vertex: VertexId;
      readonly subtask: number;
      /** One entry an operator that has state; an operator that has none is left out. */
      readonly operators: readonly { readonly operatorId: OperatorId; readonly state: OperatorSubtaskState }[];
      /** The barrier passed after the end of data: once the checkpoint is complete, the task ends. */
      readonly hasEnded: boolean;
      /** The task was restored as finished: it has no state, and is finished in this snapshot too. */
      readonly isFinished: boolean;
      readonly metrics: CheckpointMetrics;
    }
  | {
      readonly type: 'checkpoint-decline';
      readonly checkpointId: number;
      readonly vertex: VertexId;
      readonly subtask: number;
      readonly error: ErrorWire;
    }
  | {
      readonly type: 'operator-event';
      readonly operatorId: OperatorId;
      readonly subtask: number;
      readonly event: OperatorEvent;
    }
  /** Accumulators of a task, when it finished or was asked for metrics. */
  | {
      readonly type: 'accumulators';
      readonly vertex: VertexId;
      readonly subtask: number;
      readonly values: readonly (readonly [string, string, unknown])[];
    }
  /** A record of a collect sink (`executeAndCollect`). */
  | { readonly type: 'collected'; readonly collectId: string; readonly records: readonly unknown[] }
  /** Output of a print sink: the main thread writes it, in order, to its stdout or stderr. */
  | { readonly type: 'print'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'metrics'; readonly request: number; readonly tasks: readonly TaskMetrics[] }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  /** Loading failed, or something that belongs to no task: the attempt fails. */
  | { readonly type: 'worker-failed'; readonly error: ErrorWire }
  /** The answer to `cancel`: everything is closed. */
  | { readonly type: 'stopped' };

/** Figures of one task's part in a checkpoint; milliseconds and bytes. @internal */
export interface CheckpointMetrics {
  readonly syncDuration: number;
  readonly asyncDuration: number;
  readonly alignmentDuration: number;
  /** From the trigger to the first barrier. */
  readonly startDelay: number;
  readonly stateSize: number;
  readonly checkpointedSize: number;
}

/** Figures of a task since its start. @internal */
export interface TaskMetrics {
  readonly vertex: VertexId;
  readonly subtask: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Milliseconds of the task's loop. */
  readonly busyMs: number;
  readonly backpressuredMs: number;
  /** The task's watermark; `-Infinity` before the first. */
  readonly watermark: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** Given to the enumerator worker when it is started. @internal */
export interface EnumeratorWorkerStart {
  readonly kind: 'enumerator-worker';
  readonly program: JobProgram;
  readonly jobId: string;
  readonly jobGraph: JobGraph;
  readonly sources: readonly {
    readonly operatorId: OperatorId;
    readonly nodeId: number;
    readonly parallelism: number;
    /** The bytes of `coordinators-snapshot`; absent on a fresh start. */
    readonly restored?: Uint8Array;
  }[];
}

/** From the main thread to the enumerator worker. @internal */
export type ToEnumeratorWorker =
  | {
      readonly type: 'operator-event';
      readonly operatorId: OperatorId;
      readonly subtask: number;
      readonly event: OperatorEvent;
    }
  /** Answered by `coordinators-snapshot`; events sent before the answer belong to the snapshot, later ones do not. */
  | { readonly type: 'snapshot-coordinators'; readonly checkpointId: number }
  | { readonly type: 'checkpoint-complete'; readonly checkpointId: number }
  | { readonly type: 'cancel' };

/** From the enumerator worker to the main thread. @internal */
export type FromEnumeratorWorker =
  | { readonly type: 'ready' }
  | {
      readonly type: 'operator-event';
      readonly operatorId: OperatorId;
      readonly subtask: number;
      readonly event: OperatorEvent;
    }
  | {
      readonly type: 'coordinators-snapshot';
      readonly checkpointId: number;
      /** Bytes as they stand in `_metadata`: serde version, serializer version, length, payload. */
      readonly states: readonly { readonly operatorId: OperatorId; readonly bytes: Uint8Array }[];
    }
  | { readonly type: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly type: 'worker-failed'; readonly error: ErrorWire }
  | { readonly type: 'stopped' };

/** Given to the program worker when it is started. @internal */
export interface ProgramWorkerStart {
  readonly kind: 'program-worker';
  readonly program: Omit<JobProgram, 'executionIndex' | 'earlierResults'>;
  /** The first `execute()` is answered with a `plan` message and never returns (`info`). */
  readonly planOnly?: boolean;
}

/** From the program worker to the main thread. @internal */
export type FromProgramWorker =
  /** `execute()` or `executeAsync()` was called; `index` counts them. The answer is `submitted` or `submit-failed`. */
  | {
      readonly type: 'submit';
      readonly index: number;
      readonly jobGraph: JobGraph;
      readonly attached: boolean;
      readonly collectId?: string;
    }
  /** The plan that `info` prints. */
  | { readonly type: 'plan'; readonly json: string }
  | { readonly type: 'cancel-job'; readonly index: number }
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** `main` returned; `jobs` = how often a job was submitted. */
  | { readonly type: 'main-ended'; readonly jobs: number }
  | { readonly type: 'main-failed'; readonly error: ErrorWire }
  /** `process.exit(code)` was called in `main`. */
  | { readonly type: 'exit'; readonly code: number };

/** From the main thread to the program worker. @internal */
export type ToProgramWorker =
  | { readonly type: 'submitted'; readonly index: number; readonly jobId: string }
  | { readonly type: 'submit-failed'; readonly index: number; readonly error: ErrorWire }
  | {
      readonly type: 'job-ended';
      readonly index: number;
      readonly result?: RecordedExecution;
      readonly error?: ErrorWire;
    }
  | { readonly type: 'job-status'; readonly index: number; readonly status: string }
  | {
      readonly type: 'collected';
      readonly index: number;
      readonly records: readonly unknown[];
      readonly done: boolean;
    };
