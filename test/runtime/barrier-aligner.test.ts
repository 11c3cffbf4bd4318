import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AlignerOutput, createBarrierAligner } from '../../src/runtime/barrier-aligner.js';
import type { CheckpointOptions } from '../../src/runtime/worker/messages.js';

interface Row {
  readonly id: string;
  readonly setup: { readonly component: string; readonly channels: number };
  readonly events: readonly {
    readonly ch: number;
    readonly t: 'data' | 'barrier' | 'cancel' | 'eop';
    readonly id?: number;
  }[];
  readonly expected: readonly {
    readonly triggered?: readonly number[];
    readonly aborted?: readonly number[];
    readonly blockedAfter?: Readonly<Record<string, readonly number[]>>;
    readonly notifications?: readonly number[];
  }[];
}

const rows = readFileSync(new URL('../fixtures/conformance-barrier-alignment.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

class Recorder implements AlignerOutput {
  /** Triggered ids, aborted ones negative. */
  readonly notifications: number[] = [];
  readonly blocked = new Set<number>();
  onTrigger(options: CheckpointOptions): void {
    this.notifications.push(options.checkpointId);
  }
  onAbort(checkpointId: number): void {
    this.notifications.push(-checkpointId);
  }
  onBlock(channel: number): void {
    this.blocked.add(channel);
  }
  onUnblock(channel: number): void {
    this.blocked.delete(channel);
  }
}

function barrier(checkpointId: number): CheckpointOptions {
  return { checkpointId, exactlyOnce: true } as CheckpointOptions;
}

/** Feeds the events; what is blocked waits in its channel, as in a task. Returns the blocked channels after each event. */
function run(row: Row, exactlyOnce: boolean): { recorder: Recorder; blockedAfter: number[][] } {
  const recorder = new Recorder();
  const aligner = createBarrierAligner(row.setup.channels, exactlyOnce, recorder);
  const queues = Array.from({ length: row.setup.channels }, () => [] as Row['events'][number][]);
  const blockedAfter: number[][] = [];
  const pump = () => {
    for (let progress = true; progress; ) {
      progress = false;
      for (const [channel, queue] of queues.entries()) {
        const event = recorder.blocked.has(channel) ? undefined : queue.shift();
        if (event === undefined) continue;
        progress = true;
        if (event.t === 'barrier') aligner.onBarrier(channel, barrier(event.id ?? 0));
        if (event.t === 'cancel') aligner.onCancelBarrier(event.id ?? 0);
        if (event.t === 'eop') aligner.onEndOfPartition(channel);
      }
    }
  };
  for (const event of row.events) {
    queues[event.ch]?.push(event);
    pump();
    blockedAfter.push([...recorder.blocked].sort((a, b) => a - b));
  }
  return { recorder, blockedAfter };
}

describe('the alignment of barriers, exactly once', () => {
  const cases = rows.filter((row) => row.setup.component.includes('exactly-once'));

  it.each(cases.map((row) => [row.id, row] as const))('%s triggers, aborts and blocks as Flink does', (_id, row) => {
    const { recorder, blockedAfter } = run(row, true);

    const [expected] = row.expected;
    expect(recorder.notifications.filter((id) => id > 0)).toEqual(expected?.triggered);
    expect(recorder.notifications.filter((id) => id < 0).map((id) => -id)).toEqual(expected?.aborted);
    for (const [index, channels] of Object.entries(expected?.blockedAfter ?? {})) {
      expect(blockedAfter[Number(index)]).toEqual(channels);
    }
  });

  it('ignores barriers of an older checkpoint and does not block their channel', () => {
    const recorder = new Recorder();
    const aligner = createBarrierAligner(2, true, recorder);
    aligner.onBarrier(0, barrier(5));

    aligner.onBarrier(1, barrier(4));

    expect([...recorder.blocked]).toEqual([0]);
    expect(recorder.notifications).toEqual([]);
  });

  it('aborts the pending checkpoint, too, when a later one is cancelled', () => {
    const recorder = new Recorder();
    const aligner = createBarrierAligner(2, true, recorder);
    aligner.onBarrier(0, barrier(5));

    aligner.onCancelBarrier(6);

    expect(recorder.notifications).toEqual([-5, -6]);
    expect(recorder.blocked.size).toBe(0);
  });
});

describe('the counting of barriers, at least once', () => {
  const cases = rows.filter((row) => row.setup.component.includes('at-least-once'));

  it.each(cases.map((row) => [row.id, row] as const))('%s notifies as Flink does and never blocks', (_id, row) => {
    const { recorder, blockedAfter } = run(row, false);

    expect(recorder.notifications).toEqual(row.expected[0]?.notifications);
    expect(blockedAfter.flat()).toEqual([]);
  });

  it('counts a channel at its end of partition as one that has delivered', () => {
    const recorder = new Recorder();
    const aligner = createBarrierAligner(2, false, recorder);
    aligner.onBarrier(0, barrier(1));

    aligner.onEndOfPartition(1);

    expect(recorder.notifications).toEqual([1]);
  });
});
