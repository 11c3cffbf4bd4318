/**
 * The catalogue of errors: code → remedy, HTTP status, exit code, and whether a job may restart on it. Codes are upper
 * case, stable and never reused. `docs/errors.md` lists the same codes; a test compares the two.
 */

/** What the catalogue knows of a code. @internal */
export interface ErrorKind {
  /** A sentence that says what to do, and names the option or the command. */
  readonly remedy: string;
  readonly httpStatus: number;
  readonly exitCode: number;
  /** False: restarting the job cannot help, so it fails at once. */
  readonly restartable: boolean;
}

function kind(remedy: string, more: Partial<Omit<ErrorKind, 'remedy'>> = {}): ErrorKind {
  return { remedy, httpStatus: 400, exitCode: 1, restartable: false, ...more };
}

/** Every code that a `FlinkError` may carry. @internal */
export const ERROR_CODES = {
  // The command line and the files it names.
  JOB_ID_INVALID: kind('Take the id from `flink-ts list -a`.'),
  JOB_NOT_FOUND: kind('See the jobs that are known with `flink-ts list -a`.', { httpStatus: 404 }),
  JOB_FILE_NOT_FOUND: kind('Give the path of a compiled job file.'),
  JOB_FILE_INVALID: kind('Compile the job file to an ES module that Node can import, and run it again.'),
  ENTRY_NOT_FOUND: kind('Name an export of the job file with -c, or export main as default.'),
  PROGRAM_FAILED: kind('Correct what the main function of the job file reports.'),
  CONFIG_INVALID: kind('Correct the value in config.yaml or in -D.'),

  // The program and its graph.
  GRAPH_INVALID: kind('Correct the program; the message names the operator.'),
  DUPLICATE_UID: kind('Give each operator a uid of its own.'),
  UID_HASH_INVALID: kind('Give 32 hexadecimal digits to setUidHash.'),
  NO_SINK: kind('Add a sink, such as .print(), before execute().'),
  GRAPH_MISMATCH: kind('Build the same graph in every call of main: no random uid, no dependence on the time.'),
  UNSUPPORTED: kind('See docs/compatibility.md for what flink-ts supports.', { httpStatus: 501 }),

  // Records, keys and state.
  KEY_INVALID: kind(
    'Return a key of the declared type from the key selector, or pass a type such as Types.DOUBLE to keyBy.',
  ),
  RECORD_NOT_TRANSFERABLE: kind('Emit plain data: no functions and no class instances cross from worker to worker.'),
  STATE_TYPE_MISMATCH: kind('Declare the state with the type it was written with, or give it another name.'),
  VALUE_INVALID: kind('Emit or store a value of the declared type.', { restartable: true }),
  USER_FUNCTION_FAILED: kind('Correct the function; the cause has its stack.', { restartable: true }),
  RECORD_MALFORMED: kind('Correct the line that the message names, or let the source pass over it with skipMalformed.'),
  CONNECTOR_FAILED: kind('See the cause; the path or address in the message may be wrong or out of reach.', {
    restartable: true,
  }),

  // Snapshots.
  SNAPSHOT_NOT_FOUND: kind('Give the directory of a snapshot or its _metadata file.', { httpStatus: 404 }),
  SNAPSHOT_CORRUPT: kind('Restore from another snapshot; this one was cut short or changed.'),
  SNAPSHOT_UNSUPPORTED: kind('Take the snapshot again in canonical format.'),
  STATE_NOT_FOUND: kind('See what the snapshot holds with `flink-ts state ls`.', { httpStatus: 404 }),
  STATE_NOT_MAPPED: kind('Give an operator this uid, or pass -n (--allowNonRestoredState) to drop the state.'),
  MAX_PARALLELISM_MISMATCH: kind('Set the maximum parallelism that the snapshot was taken with.'),
  CHECKPOINT_DECLINED: kind('See the cause; the next checkpoint may succeed.', { restartable: true }),
  CHECKPOINT_EXPIRED: kind('Raise execution.checkpointing.timeout, or find the task that holds the barrier back.', {
    restartable: true,
  }),
  CHECKPOINT_FAILED: kind('See the cause; check the space and the rights of the checkpoint directory.', {
    restartable: true,
  }),
  SNAPSHOT_CLAIMED: kind('Stop the job that claimed the snapshot, or restore with -cm no_claim.', { httpStatus: 409 }),
  SNAPSHOT_IN_USE: kind('End the job that needs the snapshot, or pass --force to delete it all the same.', {
    httpStatus: 409,
  }),
  STOP_FAILED: kind('Start a job from the savepoint of the message with -s.', { httpStatus: 500, exitCode: 3 }),
  JOURNAL_CORRUPT: kind('Move the file of the message away; what it recorded must be looked up in the snapshots.'),
  INDEX_FAILED: kind('Delete the index file named in the message; it is rebuilt from the journals.'),

  // Running.
  WORKER_DIED: kind('See the log of the job; the job restarts by its restart strategy.', { restartable: true }),
  WORKER_OUT_OF_MEMORY: kind('Raise taskmanager.memory.process.size, or keep less state a worker.', {
    restartable: true,
  }),
  JOB_FAILED: kind('See the cause, and the log of the job that `flink-ts list --json` names.', { httpStatus: 500 }),
  JOB_CANCELLED: kind('The job was cancelled; restore it from a snapshot with -s to go on.', { httpStatus: 409 }),
  ALREADY_TERMINAL: kind('See the state of the job with `flink-ts list -a`.', { httpStatus: 409 }),
  REQUEST_INVALID: kind('Correct the request; see the reference of Flink’s REST API.'),
  UNREACHABLE: kind('The process of the job does not answer; see its log.', { httpStatus: 503 }),
} as const satisfies Record<string, ErrorKind>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof ERROR_CODES;
