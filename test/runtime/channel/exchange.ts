/** Runs the dataflow of `exchange-worker.mjs` over real worker threads, and collects what each worker reports. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createBellMemory } from '../../../src/runtime/channel/doorbell.js';
import { createRingMemory } from '../../../src/runtime/channel/ring.js';

export interface Exchange {
  readonly workers: number;
  readonly vertices: number;
  readonly edges: readonly { readonly source: number; readonly target: number; readonly input?: 0 | 1 }[];
  readonly ringBytes: number;
  readonly creditBytes: number;
  readonly overflowMemoryBytes?: number;
  readonly localCapacity?: number;
  readonly localBurst?: number;
  readonly source: {
    readonly records: number;
    readonly perStep: number;
    /** Steps between barriers; a number larger than the steps = none. */
    readonly barrierEvery: number;
    /** Share of records that go to worker 0. */
    readonly skew: number;
    readonly texts: readonly string[];
  };
}

export interface WorkerReport {
  readonly worker: number;
  /** Records by vertex. */
  readonly received: readonly number[];
  readonly misordered: number;
  readonly barriers: readonly { readonly vertex: number; readonly id: number; readonly received: number }[];
  readonly waits: number;
  readonly spilledBytes: number;
  readonly usedBytes: number;
}

export async function runExchange(exchange: Exchange): Promise<WorkerReport[]> {
  const { workers, ringBytes, creditBytes, overflowMemoryBytes, localCapacity, localBurst, ...plan } = exchange;
  const spillDirectory = mkdtempSync(join(tmpdir(), 'flink-ts-exchange-'));
  const pairs = Array.from({ length: workers * workers }, (_, index) => index);
  const shared = {
    rings: pairs.map((index) => (index % (workers + 1) === 0 ? null : createRingMemory(ringBytes))),
    bells: createBellMemory(workers),
    credits: new SharedArrayBuffer(4 * plan.edges.length * workers * workers),
  };
  const transportOptions = { spillDirectory, creditBytes, ...(overflowMemoryBytes && { overflowMemoryBytes }) };
  const localOptions = { ...(localCapacity && { capacity: localCapacity }), ...(localBurst && { burst: localBurst }) };
  const threads = Array.from(
    { length: workers },
    (_, worker) =>
      new Worker(new URL('./exchange-worker.mjs', import.meta.url), {
        workerData: { worker, workers, shared, transportOptions, localOptions, ...plan },
      }),
  );
  try {
    return await Promise.all(
      threads.map(
        (thread) =>
          new Promise<WorkerReport>((resolve, reject) => {
            thread.once('message', resolve);
            thread.once('error', reject);
            thread.once('exit', () => reject(new Error('A worker ended without a report.')));
          }),
      ),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
    rmSync(spillDirectory, { recursive: true });
  }
}

/** Sums over workers. */
export function total(reports: readonly WorkerReport[], vertex: number): number {
  return reports.reduce((sum, report) => sum + (report.received[vertex] ?? 0), 0);
}

/** Records that all subtasks of a vertex had seen when checkpoint `id` came. */
export function seenAt(reports: readonly WorkerReport[], vertex: number, id: number): number {
  return reports
    .flatMap((report) => report.barriers)
    .filter((barrier) => barrier.vertex === vertex && barrier.id === id)
    .reduce((sum, barrier) => sum + barrier.received, 0);
}
