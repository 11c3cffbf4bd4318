/** Reads standard input with the source, in a worker thread as a task does, and prints each line as JSON. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const stopAfter = Number(process.argv[2] ?? 'Infinity');
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
  let lines = 0;
  worker.on('message', (line) => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
    // As a cancelled job does: the worker is still waiting for input.
    if (++lines === stopAfter) void worker.terminate().then(() => process.exit(0));
  });
} else {
  const { StdinSource } = await import('../../dist/connectors/stdin-source.js');
  let poll = () => {};
  const reader = new StdinSource().createReader({
    subtask: 0,
    parallelism: 1,
    sendSplitRequest() {},
    notifyAvailable: () => setImmediate(() => poll()),
  });
  const output = { isAvailable: true, collect: (line) => parentPort.postMessage(line), releaseSplit() {} };
  poll = () => {
    while (reader.pollNext(output, 10) === 'MORE_AVAILABLE');
  };
  reader.addSplits([{ splitId: 'stream' }]);
  reader.notifyNoMoreSplits();
  reader.start();
}
