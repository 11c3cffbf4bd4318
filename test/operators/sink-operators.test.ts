import { describe, expect, it } from 'vitest';
import type {
  CommitRequest,
  SimpleVersionedSerializer,
  Sink,
  SinkRecordContext,
  SinkWriter,
} from '../../src/api/connector.js';
import { MAX_TIMESTAMP } from '../../src/common/time.js';
import { decodeCommittables, encodeCommittables } from '../../src/operators/committable-frames.js';
import { SinkCommitterOperator } from '../../src/operators/sink-committer-operator.js';
import { type CommittableMessage, SinkWriterOperator } from '../../src/operators/sink-writer-operator.js';
import { OperatorTestHarness } from '../../src/testing/operator-test-harness.js';
import { ManualClock } from '../support/manual-clock.js';
import { checkOperator } from '../support/operator-harness.js';
import { brief, openHarness } from '../support/operators.js';

const text: SimpleVersionedSerializer<unknown> = {
  version: 2,
  serialize: (value) => new TextEncoder().encode(String(value)),
  deserialize: (_version, bytes) => new TextDecoder().decode(bytes),
};

/** Writes what it gets in batches: each flush makes one committable of the open batch; the open batch is writer state. */
class BatchWriter implements SinkWriter<string, unknown, unknown> {
  #open: string[];
  #ready: string[] = [];

  constructor(restored: readonly unknown[]) {
    this.#open = restored.map(String);
  }

  write(value: string): void {
    this.#open.push(value);
  }

  flush(): void {
    this.#ready = this.#open.splice(0);
  }

  prepareCommit(): readonly unknown[] {
    return this.#ready.splice(0);
  }

  close(): void {}
}

function sinkOf(commit: (requests: readonly CommitRequest<unknown>[]) => void | Promise<void>): Sink<unknown> {
  return {
    createWriter: (_context, restored) => new BatchWriter(restored),
    writerStateSerializer: text,
    createCommitter: () => ({ commit, close: () => {} }),
    committableSerializer: text,
  } as Sink<unknown>;
}

const message = (checkpointId: number, committable: string): CommittableMessage => ({
  checkpointId,
  subtask: 0,
  committable,
});

describe('the sink writer', () => {
  it('writes every record in every mode', async () => {
    await checkOperator({
      operator: (effects) =>
        new SinkWriterOperator(
          {
            createWriter: () => ({
              write: (value: unknown) => {
                effects.push(value);
              },
              flush: () => {},
              close: () => {},
            }),
          },
          false,
        ),
      steps: ['a', 'b', 'c', 'd'].map((element) => ({ element })),
      expected: [],
      effects: ['a', 'b', 'c', 'd'],
    });
  });

  it('sends its committables ahead of the barrier, and the last ones at the end of the input', async () => {
    const harness = await openHarness(
      new SinkWriterOperator(
        sinkOf(() => {}),
        true,
      ),
    );

    harness.processElement('a');
    harness.processElement('b');
    await harness.snapshot();
    harness.processElement('c');
    await harness.endInput();
    await harness.snapshot();

    expect(brief(harness.output)).toEqual([
      message(1, 'a'),
      message(1, 'b'),
      'wm Infinity',
      message(MAX_TIMESTAMP, 'c'),
    ]);
  });

  it('gives the writer its state back', async () => {
    const states: unknown[][] = [];
    const sink: Sink<unknown> = {
      createWriter: (_context, restored) => {
        states.push([...restored]);
        return { write: () => {}, flush: () => {}, snapshotState: () => ['one', 'two'], close: () => {} };
      },
      writerStateSerializer: text,
    };
    const harness = await openHarness(() => new SinkWriterOperator(sink, false));

    await harness.restore(await harness.snapshot());

    expect(states).toEqual([[], ['one', 'two']]);
  });

  it('shows the writer the timestamp and the watermark, and waits for its promises', async () => {
    const written: unknown[] = [];
    const sink: Sink<unknown> = {
      createWriter: async () => ({
        write: async (value: unknown, context: SinkRecordContext) => {
          const seen = [value, context.timestamp(), context.currentWatermark()];
          await Promise.resolve();
          written.push(seen);
        },
        flush: async () => {},
        close: async () => {},
      }),
    };
    const harness = await openHarness(new SinkWriterOperator(sink, false));

    harness.processWatermark(3);
    harness.processElement('a', 5);
    await harness.settle();
    await harness.endInput();

    expect(written).toEqual([['a', 5, 3]]);
  });

  it('fails the task when a write is rejected', async () => {
    const sink: Sink<unknown> = {
      createWriter: () => ({
        write: () => Promise.reject(new Error('disk full')),
        flush: () => {},
        close: () => {},
      }),
    };
    const harness = await openHarness(new SinkWriterOperator(sink, false));

    harness.processElement('a');

    await expect(harness.settle()).rejects.toThrow('disk full');
  });
});

describe('the sink committer', () => {
  it('commits everything once in every mode', async () => {
    const seen = new WeakMap<unknown[], Set<unknown>>();
    await checkOperator({
      operator: (effects) => {
        const known = seen.get(effects) ?? new Set<unknown>();
        seen.set(effects, known);
        return new SinkCommitterOperator(
          sinkOf((requests) => {
            for (const { committable } of requests) {
              // A restored committable may come again, and committing again must be harmless.
              if (!known.has(committable)) effects.push(committable);
              known.add(committable);
            }
          }),
        );
      },
      steps: [...['a', 'b', 'c', 'd'].map((element, index) => ({ element: message(index, element) })), { end: true }],
      expected: [],
      effects: ['a', 'b', 'c', 'd'],
    });
  });

  it('commits what a completed checkpoint covers, and nothing before', async () => {
    const committed: unknown[] = [];
    const harness = await committer((requests) => void committed.push(...requests.map((each) => each.committable)));
    harness.processElement(message(1, 'a'));
    harness.processElement(message(2, 'b'));
    harness.processElement(message(3, 'c'));

    const before = [...committed];
    await harness.notifyCheckpointComplete(2);
    await harness.notifyCheckpointComplete(1);

    expect(before).toEqual([]);
    expect(committed).toEqual(['a', 'b']);
  });

  it('commits again what it finds restored', async () => {
    const committed: unknown[] = [];
    const harness = await committer((requests) => void committed.push(...requests.map((each) => each.committable)));
    harness.processElement(message(1, 'a'));

    await harness.restore(await harness.snapshot());
    await harness.notifyCheckpointComplete(5);

    expect(committed).toEqual(['a']);
  });

  it('commits at the end of the input without checkpointing, and with it at the first checkpoint that begins after the end', async () => {
    const committed: unknown[] = [];
    const commit = (requests: readonly CommitRequest<unknown>[]): void =>
      void committed.push(...requests.map((each) => each.committable));
    const without = await committer(commit, false);
    const withCheckpoints = await committer(commit, true);

    without.processElement(message(MAX_TIMESTAMP, 'without'));
    await without.endInput();
    withCheckpoints.processElement(message(MAX_TIMESTAMP, 'with'));
    await withCheckpoints.endInput();
    await withCheckpoints.notifyCheckpointComplete(1);
    const before = [...committed];
    const { checkpointId } = await withCheckpoints.snapshot();
    await withCheckpoints.notifyCheckpointComplete(checkpointId);

    expect(before).toEqual(['without']);
    expect(committed).toEqual(['without', 'with']);
  });

  it('tries again what is to be retried, later each time', async () => {
    const tries: number[] = [];
    const harness = await committer((requests) => {
      for (const request of requests) {
        tries.push(request.retries);
        if (request.retries < 2) request.retryLater();
      }
    });
    harness.processElement(message(1, 'a'));

    await harness.notifyCheckpointComplete(1);
    harness.setProcessingTime(999);
    const atFirst = [...tries];
    harness.setProcessingTime(1000);
    harness.setProcessingTime(2999);
    const thenOnce = [...tries];
    harness.setProcessingTime(3000);
    harness.setProcessingTime(60_000);

    expect(atFirst).toEqual([0]);
    expect(thenOnce).toEqual([0, 1]);
    expect(tries).toEqual([0, 1, 2]);
  });

  it('waits for retries once the input has ended', async () => {
    const clock = new ManualClock();
    const committed: unknown[] = [];
    const sink = sinkOf((requests) => {
      for (const request of requests) {
        if (request.retries < 1) request.retryLater();
        else committed.push(request.committable);
      }
    });
    const harness = new OperatorTestHarness({
      createOperator: () => new SinkCommitterOperator(sink, clock),
      isCheckpointingEnabled: false,
    });
    await harness.open();
    harness.processElement(message(MAX_TIMESTAMP, 'a'));

    const ended = harness.endInput();
    while (clock.pending.length === 0) await Promise.resolve();
    clock.advance(1000);
    await ended;

    expect(committed).toEqual(['a']);
  });

  it('goes on without what can never be committed, and counts it', async () => {
    const harness = await committer((requests) => {
      for (const request of requests) request.signalFailedWithKnownReason(new Error('gone'));
    });
    harness.processElement(message(1, 'a'));

    await harness.notifyCheckpointComplete(1);

    expect(harness.counter('numCommittablesFailed')).toBe(1);
  });

  it('refuses a sink without a serializer for committables', () => {
    const sink = { createWriter: () => ({}), createCommitter: () => ({}) } as unknown as Sink<unknown>;

    expect(() => new SinkCommitterOperator(sink)).toThrow(/needs createCommitter and committableSerializer/);
  });
});

describe('committables as bytes', () => {
  it('come back as they were', () => {
    const value = { checkpointId: MAX_TIMESTAMP, committables: ['a', '', 'long one'] };

    expect(decodeCommittables(text, encodeCommittables(text, value))).toEqual(value);
  });

  it('are refused when cut short', () => {
    const frame = encodeCommittables(text, { checkpointId: 1, committables: ['abc'] });

    expect(() => decodeCommittables(text, frame.subarray(0, frame.length - 1))).toThrow(/cut short/);
    expect(() => decodeCommittables(text, frame.subarray(0, 3))).toThrow(/too short/);
  });
});

function committer(
  commit: (requests: readonly CommitRequest<unknown>[]) => void | Promise<void>,
  isCheckpointingEnabled = true,
): Promise<OperatorTestHarness> {
  return openHarness(() => new SinkCommitterOperator(sinkOf(commit)), { isCheckpointingEnabled });
}
