/** A job master over fake workers, a manual clock, a real checkpoint directory and a journal in memory. */

import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobId } from '../../src/common/ids.js';
import { createLogger } from '../../src/common/logger.js';
import { JobMaster, type JobMasterOptions } from '../../src/coordinator/job-master.js';
import type { JournalEvent } from '../../src/snapshot/journal-record.js';
import { SnapshotDirectory } from '../../src/snapshot/snapshot-directory.js';
import { ManualClock } from '../support/manual-clock.js';
import { FakeHost, testGraph } from './fake-workers.js';

export const JOB_ID = 'a'.repeat(32) as JobId;
export const CHECKPOINTED = { 'execution.checkpointing.interval': '10 s' };

export class JobHarness {
  readonly clock = new ManualClock(1_000_000);
  readonly host = new FakeHost();
  readonly events: JournalEvent[] = [];
  readonly lines: string[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), 'flink-ts-job-'));
  readonly master: JobMaster;

  constructor(configuration: Record<string, string> = {}, more: Partial<JobMasterOptions> = {}) {
    const storage = new SnapshotDirectory({ checkpointDirectory: this.directory, jobId: JOB_ID });
    this.master = new JobMaster({
      jobId: JOB_ID,
      jobGraph: testGraph(configuration),
      program: { file: '/job.js', args: [], configuration: {}, executionIndex: 0, earlierResults: [] },
      host: this.host,
      journal: { append: (event) => Promise.resolve(void this.events.push(event)) },
      storage,
      clock: this.clock,
      logger: createLogger(
        { write: (line) => this.lines.push(line) },
        { subject: 'job', level: 'debug', clock: this.clock },
      ),
      origin: { writtenBy: 'test' },
      random: () => 0.99999,
      ...more,
    });
  }

  /** Started, with all tasks running. */
  async running(): Promise<this> {
    await this.master.start();
    this.host.last.all('RUNNING');
    return this;
  }

  /** Lets file operations go on until the condition holds. */
  async until(what: string, condition: () => boolean): Promise<void> {
    for (const limit = Date.now() + 5000; Date.now() < limit; ) {
      if (condition()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`never: ${what}; ${this.master.status}; ${this.lines.slice(-5).join(' | ')}`);
  }

  /** One whole checkpoint. */
  async checkpoint(): Promise<void> {
    const { last } = this.host;
    const before = last.triggered.length;
    this.clock.advance(10_000);
    await this.until('triggered', () => last.triggered.length > before);
    const id = last.triggered.at(-1) as number;
    last.acknowledge(id);
    await this.until(`complete ${id}`, () => last.completed.includes(id));
  }

  fail(message: string): void {
    this.host.last.say({
      type: 'task-status',
      vertex: testGraph().vertices[0]!.id,
      subtask: 0,
      status: 'FAILED',
      error: { name: 'Error', message },
    });
  }

  /** Names in the job's checkpoint directory. */
  get files(): readonly string[] {
    return readdirSync(join(this.directory, JOB_ID)).sort();
  }

  get kinds(): readonly string[] {
    return this.events.map((event) => (event.kind === 'status' ? event.status : event.kind));
  }
}
