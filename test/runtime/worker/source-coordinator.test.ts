import { describe, expect, it } from 'vitest';
import type { Source, SourceSplit, SplitEnumerator, SplitEnumeratorContext } from '../../../src/api/connector.js';
import type { OperatorEvent } from '../../../src/operators/stream-operator.js';
import { SourceCoordinator } from '../../../src/runtime/worker/source-coordinator.js';
import { ManualClock } from '../../support/manual-clock.js';

const utf8 = {
  version: 7,
  serialize: (text: string) => Buffer.from(text),
  deserialize: (_: number, bytes: Uint8Array) => Buffer.from(bytes).toString(),
};

type Enumerator = Partial<SplitEnumerator<SourceSplit, string>>;

function harness(
  make: (context: SplitEnumeratorContext<SourceSplit>, restored: string | undefined) => Enumerator,
  restored?: Uint8Array,
) {
  const sent: string[] = [];
  const failures: Error[] = [];
  const clock = new ManualClock();
  const source: Source<unknown, SourceSplit, string> = {
    boundedness: 'BOUNDED',
    createEnumerator: (context, state) => ({
      start: () => {},
      handleSplitRequest: () => {},
      addReader: () => {},
      addSplitsBack: () => {},
      snapshotState: () => 'state',
      close: () => {},
      ...make(context, state),
    }),
    createReader: () => {
      throw new Error('not here');
    },
    splitSerializer: {
      version: 1,
      serialize: (split) => Buffer.from(split.splitId),
      deserialize: (_, bytes) => ({ splitId: Buffer.from(bytes).toString() }),
    },
    enumeratorStateSerializer: utf8,
  };
  const coordinator = new SourceCoordinator({
    name: 'numbers',
    source: source as unknown as Source<unknown>,
    parallelism: 2,
    ...(restored !== undefined && { restored }),
    clock,
    send: (subtask, event: OperatorEvent) => {
      sent.push(`${subtask}:${event.type === 'add-splits' ? Buffer.from(event.splits[0]!).toString() : event.type}`);
    },
    fail: (error) => failures.push(error),
  });
  return { coordinator, sent, failures, clock };
}

describe('the coordinator of a source', () => {
  it('calls the enumerator in order, each call after the one before has ended', async () => {
    const calls: string[] = [];
    const { coordinator } = harness(() => ({
      start: async () => {
        await Promise.resolve();
        calls.push('start');
      },
      addReader: (subtask) => void calls.push(`reader ${subtask}`),
      handleSplitRequest: (subtask) => void calls.push(`request ${subtask}`),
    }));

    const started = coordinator.start();
    const registered = coordinator.onEvent(1, { type: 'reader-registered' });
    await Promise.all([started, registered, coordinator.onEvent(1, { type: 'split-request' })]);

    expect(calls).toEqual(['start', 'reader 1', 'request 1']);
  });

  it('holds back what is sent between the state and the answer', async () => {
    const { coordinator, sent } = harness((context) => ({
      handleSplitRequest: (subtask) => context.assignSplit({ splitId: 'a' }, subtask),
    }));
    await coordinator.start();
    await coordinator.onEvent(0, { type: 'split-request' });

    await coordinator.snapshot(1);
    await coordinator.onEvent(1, { type: 'split-request' });
    const before = [...sent];
    coordinator.release();

    expect(before).toEqual(['0:a']);
    expect(sent).toEqual(['0:a', '1:a']);
  });

  it("writes its state in Flink's frame, and reads it again", async () => {
    const first = harness(() => ({}));
    await first.coordinator.start();
    const bytes = await first.coordinator.snapshot(1);
    let restored: string | undefined;

    await harness((_, state) => {
      restored = state;
      return {};
    }, bytes).coordinator.start();

    expect(Buffer.from(bytes).toString('hex')).toBe(`000000010000000700000005${Buffer.from('state').toString('hex')}`);
    expect(restored).toBe('state');
  });

  it.each([
    ['00000001', 'SNAPSHOT_CORRUPT'],
    ['00000001000000070000000541', 'SNAPSHOT_CORRUPT'],
    ['00000000000000070000000141', 'SNAPSHOT_UNSUPPORTED'],
  ])('refuses the state %s', async (hex, code) => {
    const { coordinator, failures } = harness(() => ({}), Buffer.from(hex, 'hex'));

    await expect(coordinator.start()).rejects.toMatchObject({ code });
    expect(failures).toHaveLength(1);
  });

  it('names the source when the enumerator fails, once', async () => {
    const { coordinator, failures } = harness(() => ({
      handleSplitRequest: () => {
        throw new Error('disk is gone');
      },
    }));
    await coordinator.start();

    await expect(coordinator.onEvent(0, { type: 'split-request' })).rejects.toThrow();
    await coordinator.onEvent(0, { type: 'split-request' });

    expect(failures.map((each) => each.message)).toEqual([
      'The split enumerator of source "numbers" failed: disk is gone',
    ]);
  });

  it('calls scheduled work again and again, until it is closed', async () => {
    let count = 0;
    const { coordinator, clock } = harness((context) => ({
      start: () => context.schedule(() => void count++, 10, 100),
    }));
    await coordinator.start();

    for (const ms of [10, 100, 100]) {
      clock.advance(ms);
      await coordinator.notifyCheckpointComplete(1);
      await Promise.resolve();
    }
    await coordinator.close();
    clock.advance(1000);

    expect(count).toBe(3);
  });
});
