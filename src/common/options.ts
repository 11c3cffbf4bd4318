/**
 * The options that flink-ts knows: Flink's keys and defaults (1.20) wherever Flink has one. An option stands in
 * {@link ALL_OPTIONS} by being listed below; keys that are not listed are accepted and ignored.
 */

import { CheckpointingOptions, RestartOptions } from './checkpointing-options.js';
import {
  BOOLEAN,
  type ConfigOption,
  DURATION,
  enumOf,
  INTEGER,
  MAP,
  MEMORY_SIZE,
  type OptionType,
  option,
  optional,
  STRING,
} from './config.js';

export { CheckpointingOptions, RestartOptions };

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A duration, or -1 for "never", which the API sets where Flink has a switch of its own. */
const DURATION_OR_NEVER: OptionType<number> = {
  name: 'Duration',
  parse: (text) => (/^-1( ?ms)?$/.test(text.trim()) ? -1 : DURATION.parse(text)),
};

/** Options of a program: what it is called and how it is built. @internal */
export const PipelineOptions = {
  PARALLELISM: option('parallelism.default', INTEGER, 1, 'Parallelism of operators that set none.'),
  NAME: optional('pipeline.name', STRING, 'Name of the job when execute() gives none.'),
  FIXED_JOB_ID: optional(
    '$internal.pipeline.job-id',
    STRING,
    'The id of the job, 32 hexadecimal digits, instead of a random one.',
  ),
  MAX_PARALLELISM: option(
    'pipeline.max-parallelism',
    INTEGER,
    -1,
    'Number of key groups of the job; -1 = derived from the parallelism.',
  ),
  OBJECT_REUSE: option(
    'pipeline.object-reuse',
    BOOLEAN,
    false,
    'Accepted as in Flink; records are always passed on by reference here.',
  ),
  FREEZE_RECORDS: option(
    'pipeline.freeze-records',
    BOOLEAN,
    false,
    'Freezes each record that is passed on within a worker, so that changing one fails.',
  ),
  OPERATOR_CHAINING: option(
    'pipeline.operator-chaining.enabled',
    BOOLEAN,
    true,
    'Whether operators are chained into one task.',
    'pipeline.operator-chaining',
  ),
  CHAIN_DIFFERENT_MAX_PARALLELISM: option(
    'pipeline.operator-chaining.chain-operators-with-different-max-parallelism',
    BOOLEAN,
    true,
    'Whether operators whose maximum parallelism differs may be chained.',
  ),
  AUTO_GENERATE_UIDS: option(
    'pipeline.auto-generate-uids',
    BOOLEAN,
    true,
    'False: an operator without a uid is an error.',
  ),
  AUTO_WATERMARK_INTERVAL: option(
    'pipeline.auto-watermark-interval',
    DURATION,
    200,
    'Period of periodic watermark generators; 0 = off.',
  ),
  GLOBAL_JOB_PARAMETERS: optional(
    'pipeline.global-job-parameters',
    MAP,
    'Parameters that functions can read and the REST API shows.',
  ),
  VERTEX_DESCRIPTION_MODE: option(
    'pipeline.vertex-description-mode',
    enumOf('TREE', 'CASCADING'),
    'TREE',
    'How a chain is drawn in the plan.',
  ),
  VERTEX_NAME_INDEX_PREFIX: option(
    'pipeline.vertex-name-include-index-prefix',
    BOOLEAN,
    false,
    'Whether the names of vertices begin with their index.',
  ),
} as const;

/** Options of how a job is executed. @internal */
export const ExecutionOptions = {
  RUNTIME_MODE: option(
    'execution.runtime-mode',
    enumOf('STREAMING', 'BATCH', 'AUTOMATIC'),
    'STREAMING',
    'Whether results are updated continuously or only given at the end of bounded input.',
  ),
  BUFFER_TIMEOUT_ENABLED: option(
    'execution.buffer-timeout.enabled',
    BOOLEAN,
    true,
    'False: only full buffers are sent.',
  ),
  BUFFER_TIMEOUT: option(
    'execution.buffer-timeout.interval',
    DURATION_OR_NEVER,
    100,
    'How long a record may wait in a buffer that is not full; 0 = not at all.',
    'execution.buffer-timeout',
  ),
  ATTACHED: option('execution.attached', BOOLEAN, false, 'Whether the client waits for the job; set by the command.'),
  SHUTDOWN_ON_ATTACHED_EXIT: option(
    'execution.shutdown-on-attached-exit',
    BOOLEAN,
    false,
    'Whether an attached job ends with its client; set by the command.',
  ),
  STATE_RECOVERY_PATH: optional(
    'execution.state-recovery.path',
    STRING,
    'The snapshot to restore from.',
    'execution.savepoint.path',
  ),
  STATE_RECOVERY_CLAIM_MODE: option(
    'execution.state-recovery.claim-mode',
    enumOf('CLAIM', 'NO_CLAIM', 'LEGACY'),
    'NO_CLAIM',
    'Who owns the restored snapshot.',
    'execution.savepoint-restore-mode',
  ),
  STATE_RECOVERY_IGNORE_UNCLAIMED: option(
    'execution.state-recovery.ignore-unclaimed-state',
    BOOLEAN,
    false,
    'Whether state that no operator claims may be dropped.',
    'execution.savepoint.ignore-unclaimed-state',
  ),
} as const;

/** Options of workers. @internal */
export const WorkerOptions = {
  PROCESS_MEMORY: optional(
    'taskmanager.memory.process.size',
    MEMORY_SIZE,
    'Most memory of one worker (a slot); a worker that needs more ends, and the job restarts.',
  ),
  FLINK_MEMORY: optional(
    'taskmanager.memory.flink.size',
    MEMORY_SIZE,
    'As taskmanager.memory.process.size; used when that is not set.',
  ),
  TASK_HEAP: optional(
    'taskmanager.memory.task.heap.size',
    MEMORY_SIZE,
    'Most heap memory of one worker; used before the other two.',
  ),
  CANCELLATION_TIMEOUT: option(
    'task.cancellation.timeout',
    DURATION,
    3 * MINUTE,
    'A worker that has not stopped by then is terminated.',
  ),
} as const;

/** Options of the REST API, its clients, and logs. @internal */
export const RestOptions = {
  ADDRESS: optional('rest.address', STRING, 'Host that clients connect to.'),
  PORT: option('rest.port', INTEGER, 8081, 'Port that clients connect to.'),
  BIND_ADDRESS: optional('rest.bind-address', STRING, 'Address that a gateway listens on.'),
  BIND_PORT: optional('rest.bind-port', STRING, 'Port, or range of ports, that a gateway listens on.'),
  ASYNC_STORE_DURATION: option(
    'rest.async.store-duration',
    DURATION,
    5 * MINUTE,
    'How long the result of a triggered operation is kept.',
  ),
  CONNECTION_TIMEOUT: option(
    'rest.connection-timeout',
    DURATION,
    15 * SECOND,
    'How long a client waits for a connection.',
  ),
  IDLENESS_TIMEOUT: option('rest.idleness-timeout', DURATION, 5 * MINUTE, 'How long a client waits for an answer.'),
  RETRY_ATTEMPTS: option('rest.retry.max-attempts', INTEGER, 20, 'How often a client tries again.'),
  RETRY_DELAY: option('rest.retry.delay', DURATION, 3 * SECOND, 'Time between two tries of a client.'),
  MAX_CONTENT_LENGTH: option('rest.server.max-content-length', INTEGER, 104_857_600, 'Largest request in bytes.'),
  CLIENT_TIMEOUT: option(
    'client.timeout',
    DURATION,
    MINUTE,
    'How long a command waits for an answer.',
    'akka.client.timeout',
  ),
  CLIENT_RETRY_PERIOD: option('client.retry-period', DURATION, 2 * SECOND, 'Time between two polls of a command.'),
  ALLOW_ORIGIN: option('web.access-control-allow-origin', STRING, '*', 'The header of that name in answers.'),
  CHECKPOINT_HISTORY: option('web.checkpoints.history', INTEGER, 10, 'How many checkpoints the statistics remember.'),
  EXCEPTION_HISTORY: option(
    'web.exception-history-size',
    INTEGER,
    16,
    'How many failures of a job are remembered.',
    'jobmanager.exception-history.size',
  ),
  LOG_LEVEL: option(
    'env.log.level',
    enumOf('DEBUG', 'INFO', 'WARN', 'ERROR'),
    'INFO',
    'Least important lines that the log of a job holds.',
  ),
  LOG_MAX_FILES: option('env.log.max', INTEGER, 5, 'How many older log files of a job are kept.'),
  LOG_MAX_SIZE: option(
    'env.log.max-size',
    MEMORY_SIZE,
    10 * 1024 * 1024,
    'Size at which the log of a job goes on in a new file.',
  ),
} as const;

/** Every option, for documentation and for merging. @internal */
export const ALL_OPTIONS: readonly ConfigOption<unknown>[] = [
  ...Object.values(PipelineOptions),
  ...Object.values(ExecutionOptions),
  ...Object.values(CheckpointingOptions),
  ...Object.values(RestartOptions),
  ...Object.values(WorkerOptions),
  ...Object.values(RestOptions),
];

/**
 * Lays sources of settings over each other, the weakest first (config.yaml, `-D` and `-p`, the program). All spellings of
 * an option are one setting: an older spelling in a stronger source beats the key itself in a weaker one.
 *
 * @internal
 */
export function mergeConfiguration(
  ...layers: readonly (Readonly<Record<string, string>> | undefined)[]
): Record<string, string> {
  const merged = new Map<string, string>();
  for (const layer of layers) {
    if (layer === undefined) continue;
    const own = new Set(Object.keys(layer));
    for (const known of ALL_OPTIONS) {
      const spellings = [known.key, ...known.aliases];
      if (spellings.some((key) => own.has(key))) for (const key of spellings) merged.delete(key);
    }
    for (const [key, value] of Object.entries(layer)) merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

const SENSITIVE = [
  'password',
  'secret',
  'fs.azure.account.key',
  'apikey',
  'api-key',
  'auth-params',
  'service-key',
  'token',
  'basic-auth',
  'jaas.config',
  'http-headers',
];

/** Whether the value of a key must not be shown, by the words that Flink looks for. @internal */
export function isSensitiveKey(key: string): boolean {
  const lower = key.toLowerCase();
  return SENSITIVE.some((word) => lower.includes(word));
}
