import { describe, expect } from 'vitest';
import type { CommitRequest, SimpleVersionedSerializer, Sink, SinkWriter } from '../../src/api/connector.js';
import { SinkCommitterOperator } from '../../src/operators/sink-committer-operator.js';
import { type CommittableMessage, SinkWriterOperator } from '../../src/operators/sink-writer-operator.js';
import type { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { openHarness } from '../support/operators.js';
import { type ConformanceRow, eachRow } from './operator-rows.js';

const TIMEOUT_MS = 1000;

const text: SimpleVersionedSerializer<unknown> = {
  version: 1,
  serialize: (value) => new TextEncoder().encode(String(value)),
  deserialize: (_version, bytes) => new TextDecoder().decode(bytes),
};

/** What the transactions go into. */
class Target {
  readonly committed: string[] = [];
  isFailing = false;
  now = 0;

  /** A transaction that is older than the timeout is given up when it fails. */
  commit(requests: readonly CommitRequest<unknown>[]): void {
    for (const request of requests) {
      if (!this.isFailing) this.committed.push(...String(request.committable).split(','));
      else if (this.now > TIMEOUT_MS) request.signalFailedWithKnownReason(new Error('timed out'));
      else throw new Error('commit fails');
    }
  }
}

/** One transaction a checkpoint. */
class TransactionWriter implements SinkWriter<string, unknown, unknown> {
  #open: string[] = [];

  write(value: string): void {
    this.#open.push(value);
  }

  flush(): void {}

  prepareCommit(): readonly unknown[] {
    return this.#open.length === 0 ? [] : [this.#open.splice(0).join(',')];
  }

  close(): void {}
}

class Bench {
  readonly target = new Target();
  /** Transactions that were begun: one from the start, and one more a checkpoint. */
  #begun = 1;
  readonly #writer: OperatorTestHarness;
  readonly #committer: OperatorTestHarness;

  private constructor(target: Target, writer: OperatorTestHarness, committer: OperatorTestHarness) {
    this.target = target;
    this.#writer = writer;
    this.#committer = committer;
  }

  static async open(): Promise<Bench> {
    const target = new Target();
    const sink = {
      createWriter: () => new TransactionWriter(),
      createCommitter: () => ({ commit: (requests: never) => target.commit(requests), close: () => {} }),
      committableSerializer: text,
    } as unknown as Sink<unknown>;
    const writer = await openHarness(() => new SinkWriterOperator(sink, true));
    const committer = await openHarness(() => new SinkCommitterOperator(sink));
    return new Bench(target, writer, committer);
  }

  get openOrPending(): number {
    return this.#begun - this.target.committed.length;
  }

  write(value: unknown): void {
    this.#writer.processElement(value);
  }

  async snapshot() {
    await this.#writer.snapshot();
    for (const emitted of this.#writer.output.splice(0)) {
      if (emitted.kind === 'record') this.#committer.processElement(emitted.value as CommittableMessage);
    }
    this.#begun++;
    return this.#committer.snapshot();
  }

  complete(checkpointId: number): Promise<void> {
    return this.#committer.notifyCheckpointComplete(checkpointId);
  }

  async restart(from: Awaited<ReturnType<Bench['snapshot']>>): Promise<void> {
    await this.#committer.restore(from);
    await this.#committer.settle();
  }
}

async function checkCommits(row: ConformanceRow): Promise<void> {
  const bench = await Bench.open();

  for (const { t, v, id } of row.events) {
    if (t === 'write') bench.write(v);
    else if (t === 'snapshot') await bench.snapshot();
    // The harness counts checkpoints from 1.
    else await bench.complete(Number(id) + 1);
  }

  const committed = [...bench.target.committed].sort();
  expect([{ committed, openOrPending: bench.openOrPending }]).toEqual(row.expected);
}

/** The committer itself decides what it gives up: `signalFailedWithKnownReason` takes the place of Flink's setting. */
async function checkRecovery(_row: ConformanceRow): Promise<void> {
  const bench = await Bench.open();
  bench.write('42');
  const saved = await bench.snapshot();
  bench.target.isFailing = true;

  await expect(bench.restart(saved)).rejects.toThrow('commit fails');
  bench.target.now = TIMEOUT_MS + 1;
  await bench.restart(saved);

  expect(bench.target.committed).toEqual([]);
}

describe('two-phase commit', () => {
  eachRow('two-phase-commit', (row) => (row.id === 'TP-004' ? checkRecovery : checkCommits)(row));
});
