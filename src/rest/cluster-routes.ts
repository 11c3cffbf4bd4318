/** The answers that belong to no job: what a client of Flink asks its cluster for. There is one "TaskManager": this machine. */

import { availableParallelism, totalmem } from 'node:os';
import { isSensitiveKey } from '../common/options.js';
import { findArchived } from './archived-answer.js';
import { forward } from './forward.js';
import type { GatewayJob, GatewayOptions } from './gateway-options.js';
import type { RestAnswer, Route } from './router.js';

type Json = Readonly<Record<string, unknown>>;

/** The version of Flink whose API is spoken; clients choose fields by it. */
const FLINK_VERSION = '1.20.5';
const TASK_MANAGER = 'localhost:0-ffffff';
const REFRESH_MS = 3000;
const MEBIBYTE = 1024 * 1024;

/** The routes of the cluster. @internal */
export function createClusterRoutes(options: GatewayOptions): readonly Route[] {
  const get = (path: string, body: () => unknown): Route => ({
    method: 'GET',
    path,
    handle: async (): Promise<RestAnswer> => ({ status: 200, body: await body() }),
  });
  return [
    get('/config', () => config(options)),
    get('/overview', () => overview(options.jobs())),
    get('/jobs', () => ({ jobs: options.jobs().map(({ id, state }) => ({ id, status: state })) })),
    get('/jobs/overview', async () => ({ jobs: await Promise.all(options.jobs().map(jobRow)) })),
    get('/jobs/metrics', () => []),
    get('/taskmanagers', () => ({ taskmanagers: [taskManager()] })),
    get('/jobmanager/config', () =>
      Object.entries(options.settings).map(([key, value]) => ({ key, value: isSensitiveKey(key) ? '******' : value })),
    ),
    get('/jobmanager/environment', () => ({
      jvm: { version: `Node.js ${process.version}`, arch: process.arch, options: process.execArgv },
      classpath: [],
    })),
    get('/jobmanager/metrics', () => []),
    get('/jobmanager/logs', () => ({ logs: [] })),
    get('/jars', () => ({ address: 'http://localhost', files: [] })),
    get('/datasets', () => ({ dataSets: [] })),
  ];
}

function config({ version }: GatewayOptions): Json {
  return {
    'refresh-interval': REFRESH_MS,
    'timezone-name': new Intl.DateTimeFormat().resolvedOptions().timeZone,
    'timezone-offset': -new Date().getTimezoneOffset() * 60_000,
    'flink-version': FLINK_VERSION,
    'flink-revision': `flink-ts ${version}`,
    features: { 'web-submit': false, 'web-cancel': true, 'web-rescale': false, 'web-history': false },
  };
}

function overview(jobs: readonly GatewayJob[]): Json {
  const count = (state: string): number => jobs.filter((job) => job.state === state).length;
  const [finished, cancelled, failed] = [count('FINISHED'), count('CANCELED'), count('FAILED')];
  const slots = availableParallelism();
  return {
    taskmanagers: 1,
    'slots-total': slots,
    'slots-available': slots,
    'jobs-running': jobs.length - finished - cancelled - failed,
    'jobs-finished': finished,
    'jobs-cancelled': cancelled,
    'jobs-failed': failed,
    'flink-version': FLINK_VERSION,
    'flink-commit': 'flink-t',
  };
}

/** What the job says of itself; what its journal says when it cannot. */
async function jobRow(job: GatewayJob): Promise<unknown> {
  const answered = (await askJob(job)) as { readonly jobs?: readonly unknown[] } | undefined;
  return answered?.jobs?.[0] ?? derivedRow(job);
}

async function askJob(job: GatewayJob): Promise<unknown> {
  if (job.socketPath !== undefined) {
    try {
      return (await forward(job.socketPath, { method: 'GET', url: '/jobs/overview', body: '' })).body;
    } catch {
      return undefined;
    }
  }
  const text = job.archive();
  return text === undefined ? undefined : findArchived(text, '/jobs/overview');
}

const TASK_STATES = 'created scheduled deploying running finished canceling canceled failed reconciling initializing';

function derivedRow({ id, name, state, startTime, endTime }: GatewayJob): Json {
  const zeros = Object.fromEntries(TASK_STATES.split(' ').map((each) => [each, 0]));
  return {
    jid: id,
    name,
    'start-time': startTime,
    'end-time': endTime,
    duration: (endTime < 0 ? Date.now() : endTime) - startTime,
    state,
    'last-modification': endTime < 0 ? startTime : endTime,
    tasks: { total: 0, ...zeros },
    'pending-operators': 0,
  };
}

function taskManager(): Json {
  const slots = availableParallelism();
  const memory = totalmem();
  const resource = {
    cpuCores: slots,
    taskHeapMemory: Math.floor(memory / MEBIBYTE),
    taskOffHeapMemory: 0,
    managedMemory: 0,
    networkMemory: 0,
    extendedResources: {},
  };
  return {
    id: TASK_MANAGER,
    path: TASK_MANAGER,
    dataPort: 0,
    jmxPort: -1,
    timeSinceLastHeartbeat: Date.now(),
    slotsNumber: slots,
    freeSlots: slots,
    totalResource: resource,
    freeResource: resource,
    hardware: { cpuCores: slots, physicalMemory: memory, freeMemory: memory, managedMemory: 0 },
    memoryConfiguration: {
      frameworkHeap: 0,
      taskHeap: memory,
      frameworkOffHeap: 0,
      taskOffHeap: 0,
      networkMemory: 0,
      managedMemory: 0,
      jvmMetaspace: 0,
      jvmOverhead: 0,
      totalFlinkMemory: memory,
      totalProcessMemory: memory,
    },
  };
}
