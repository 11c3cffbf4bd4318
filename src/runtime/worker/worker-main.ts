/** The entry of every worker thread: what it becomes is said by its start data. */

import { parentPort, workerData } from 'node:worker_threads';
import { setOutputHook } from '../../api/executor.js';
import type { FromTaskWorker, TaskWorkerStart, ToTaskWorker } from './messages.js';
import { TaskWorker } from './task-worker.js';

const start = workerData as TaskWorkerStart;

if (parentPort !== null && start.kind === 'task-worker') {
  const port = parentPort;
  setOutputHook({
    print: (stream, text) => port.postMessage({ type: 'print', stream, text } satisfies FromTaskWorker),
    collect: (collectId, records) =>
      port.postMessage({ type: 'collected', collectId, records } satisfies FromTaskWorker),
  });
  const worker = new TaskWorker(start, port);
  port.on('message', (message: ToTaskWorker) => worker.receive(message));
  process.on('unhandledRejection', (reason) => worker.failWorker(reason));
  worker.run().catch((error: unknown) => worker.failWorker(error));
}
