/**
 * The thread of all split enumerators of a job: loads the program, finds the sources, and runs their enumerators as the
 * main thread asks. Messages that come before the program is loaded wait.
 */

import { parentPort, workerData } from 'node:worker_threads';
import type { Source } from '../../api/connector.js';
import type { WatermarkStrategy } from '../../api/watermark-strategy.js';
import { assert } from '../../common/assert.js';
import { systemClock } from '../../common/clock.js';
import { errorToWire } from '../../common/errors.js';
import type { OperatorId } from '../../common/ids.js';
import type { EnumeratorWorkerStart, FromEnumeratorWorker, ToEnumeratorWorker } from './messages.js';
import { replayProgram } from './program-replay.js';
import { SourceCoordinator } from './source-coordinator.js';
import { WatermarkAlignment } from './watermark-alignment.js';

/** Serves the enumerators over a port. */
class EnumeratorWorker {
  readonly #start: EnumeratorWorkerStart;
  readonly #post: (message: FromEnumeratorWorker) => void;
  readonly #coordinators = new Map<OperatorId, SourceCoordinator>();
  readonly #alignment = new WatermarkAlignment(systemClock, (operatorId, subtask, event) =>
    this.#post({ type: 'operator-event', operatorId, subtask, event }),
  );
  /** Messages that came before the enumerators started; undefined afterwards. */
  #early: ToEnumeratorWorker[] | undefined = [];
  #snapshots: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(start: EnumeratorWorkerStart, post: (message: FromEnumeratorWorker) => void) {
    this.#start = start;
    this.#post = post;
  }

  async run(): Promise<void> {
    const { program, jobGraph, sources } = this.#start;
    const { functions } = await replayProgram(program, jobGraph);
    const names = new Map(
      jobGraph.vertices.flatMap((each) => each.operators).map((each) => [each.operatorId, each.name]),
    );
    for (const { operatorId, nodeId, parallelism, restored } of sources) {
      const source = functions.get(nodeId)?.['source'] as Source<unknown> | undefined;
      assert(source !== undefined, `node ${nodeId} has a source`);
      const coordinator = new SourceCoordinator({
        name: names.get(operatorId) ?? operatorId,
        source,
        parallelism,
        ...(restored !== undefined && { restored }),
        send: (subtask, event) => this.#post({ type: 'operator-event', operatorId, subtask, event }),
        fail: (error) => this.fail(error),
      });
      this.#coordinators.set(operatorId, coordinator);
    }
    await Promise.all([...this.#coordinators.values()].map((coordinator) => coordinator.start()));
    for (const { operatorId, nodeId, parallelism } of sources) {
      const strategy = functions.get(nodeId)?.['watermarkStrategy'] as WatermarkStrategy<unknown> | undefined;
      if (strategy?.alignment === undefined) continue;
      this.#alignment.add({ operatorId, parallelism, alignment: strategy.alignment });
    }
    this.#post({ type: 'ready' });
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.receive(message);
  }

  receive(message: ToEnumeratorWorker): void {
    if (message.type === 'cancel') {
      this.#background(this.#close());
      return;
    }
    if (this.#early !== undefined) {
      this.#early.push(message);
      return;
    }
    if (message.type === 'operator-event' && message.event.type === 'watermark') {
      this.#alignment.report(message.operatorId, message.subtask, message.event);
    } else if (message.type === 'operator-event') {
      const coordinator = this.#coordinators.get(message.operatorId);
      if (coordinator !== undefined) this.#background(coordinator.onEvent(message.subtask, message.event));
    } else if (message.type === 'snapshot-coordinators') {
      // One after the other: what one holds back must not be let go by another's answer.
      this.#snapshots = this.#snapshots.then(() => this.#snapshot(message.checkpointId));
      this.#background(this.#snapshots);
    } else {
      for (const each of this.#coordinators.values())
        this.#background(each.notifyCheckpointComplete(message.checkpointId));
    }
  }

  /** Tells the first failure; what follows is a consequence. */
  fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#post({ type: 'worker-failed', error: errorToWire(error) });
  }

  async #snapshot(checkpointId: number): Promise<void> {
    const states = await Promise.all(
      [...this.#coordinators].map(async ([operatorId, each]) => ({
        operatorId,
        bytes: await each.snapshot(checkpointId),
      })),
    );
    this.#post({ type: 'coordinators-snapshot', checkpointId, states });
    for (const each of this.#coordinators.values()) each.release();
  }

  async #close(): Promise<void> {
    this.#alignment.close();
    await Promise.allSettled([...this.#coordinators.values()].map((each) => each.close()));
    this.#post({ type: 'stopped' });
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.fail(error));
  }
}

const start = workerData as EnumeratorWorkerStart | null;

if (parentPort !== null && start?.kind === 'enumerator-worker') {
  const port = parentPort;
  const worker = new EnumeratorWorker(start, (message) => port.postMessage(message));
  port.on('message', (message: ToEnumeratorWorker) => worker.receive(message));
  process.on('unhandledRejection', (reason) => worker.fail(reason));
  worker.run().catch((error: unknown) => worker.fail(error));
}
