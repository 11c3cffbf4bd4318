import { describe, expect, it } from 'vitest';
import { LocalChannel } from '../../src/runtime/channel/local-channel.js';
import { OverflowBudget } from '../../src/runtime/channel/overflow-queue.js';
import { Pressure } from '../../src/runtime/channel/pressure.js';
import type { StreamEvent } from '../../src/runtime/channel/stream-event.js';
import { StringCache } from '../../src/runtime/channel/string-cache.js';
import { GATE, InputGate } from '../../src/runtime/input-gate.js';
import type { CheckpointOptions } from '../../src/runtime/worker/messages.js';

function createChannels(inputs: readonly (0 | 1)[], now?: () => number) {
  const budget = new OverflowBudget('/nonexistent');
  const channels = inputs.map(() => new LocalChannel({ pressure: new Pressure(), budget, strings: new StringCache() }));
  const gate = new InputGate({
    channels: channels.map((channel, index) => ({ channel, input: inputs[index] ?? 0 })),
    ...(now && { now }),
  });
  return { gate, writers: channels.map(({ writer }) => writer) };
}

function barrier(checkpointId: number): StreamEvent {
  return { kind: 'barrier', checkpointId, options: { checkpointId, exactlyOnce: true } as CheckpointOptions };
}

/** Everything that the gate has, as text. */
function drain(gate: InputGate): string[] {
  const seen: string[] = [];
  for (;;) {
    const element = gate.next();
    if (element === GATE.EMPTY) return seen;
    if (element === GATE.RECORD) seen.push(`${String(gate.value)}@${gate.input}`);
    if (element === GATE.WATERMARK) seen.push(`wm ${gate.timestamp}@${gate.input}`);
    if (element === GATE.STATUS) seen.push(`${gate.isIdle ? 'idle' : 'active'}@${gate.input}`);
    if (element === GATE.BARRIER) seen.push(`barrier ${gate.barrier?.checkpointId}`);
    if (element === GATE.CANCEL_BARRIER) seen.push(`cancel ${gate.checkpointId}`);
    if (element === GATE.END_OF_DATA) seen.push(`end of data@${gate.input}`);
    if (element === GATE.END_OF_PARTITION) seen.push(`end@${gate.input}`);
  }
}

describe('the input gate', () => {
  it('hands over records with timestamp, key group and input', () => {
    const { gate, writers } = createChannels([0, 1]);
    writers[1]?.writeRecord('x', 17, 5);

    expect(gate.next()).toBe(GATE.RECORD);

    expect([gate.value, gate.timestamp, gate.keyGroup, gate.input]).toEqual(['x', 17, 5, 1]);
    expect(gate.next()).toBe(GATE.EMPTY);
  });

  it('reads nothing behind a barrier until it came over every channel', () => {
    const { gate, writers } = createChannels([0, 0]);
    writers[0]?.writeRecord('a', 0, -1);
    writers[0]?.writeEvent(barrier(1));
    writers[0]?.writeRecord('b', 0, -1);
    writers[1]?.writeRecord('c', 0, -1);

    const before = drain(gate);
    writers[1]?.writeEvent(barrier(1));
    writers[1]?.writeRecord('d', 0, -1);

    expect(before).toEqual(['a@0', 'c@0']);
    expect(drain(gate)).toEqual(['barrier 1', 'b@0', 'd@0']);
  });

  it('tells an aborted checkpoint before the one that overtook it', () => {
    const { gate, writers } = createChannels([0]);
    const two = createChannels([0, 0]);
    writers[0]?.writeEvent({ kind: 'cancel-barrier', checkpointId: 3 });
    two.writers[0]?.writeEvent(barrier(1));
    two.writers[1]?.writeEvent(barrier(2));
    two.writers[0]?.writeEvent(barrier(2));

    expect(drain(gate)).toEqual(['cancel 3']);
    expect(drain(two.gate)).toEqual(['cancel 1', 'barrier 2']);
  });

  it('measures how long a checkpoint was aligned', () => {
    let time = 1_000;
    const { gate, writers } = createChannels([0, 0], () => time);
    writers[0]?.writeEvent(barrier(1));
    drain(gate);
    time += 42;
    writers[1]?.writeEvent(barrier(1));

    expect(gate.next()).toBe(GATE.BARRIER);

    expect(gate.alignmentMs).toBe(42);
  });

  it('combines the watermarks of each input on its own', () => {
    const { gate, writers } = createChannels([0, 0, 1]);
    writers[0]?.writeEvent({ kind: 'watermark', timestamp: 10 });
    writers[2]?.writeEvent({ kind: 'watermark', timestamp: 5 });
    const first = drain(gate);
    writers[1]?.writeEvent({ kind: 'watermark', timestamp: 7 });

    expect(first).toEqual(['wm 5@1']);
    expect(drain(gate)).toEqual(['wm 7@0']);
  });

  it('lets the watermark go on when the slow channel turns idle, and tells when all are', () => {
    const { gate, writers } = createChannels([0, 0]);
    writers[0]?.writeEvent({ kind: 'watermark', timestamp: 10 });
    writers[1]?.writeEvent({ kind: 'status', isIdle: true });
    const first = drain(gate);
    writers[0]?.writeEvent({ kind: 'status', isIdle: true });
    writers[1]?.writeEvent({ kind: 'status', isIdle: false });

    expect(first).toEqual(['wm 10@0']);
    expect(drain(gate)).toEqual(['idle@0', 'active@0']);
  });

  it('tells the end of an input once, when all its channels have ended', () => {
    const { gate, writers } = createChannels([0, 0, 1]);
    for (const writer of writers.slice(0, 2)) {
      writer.writeEvent({ kind: 'end-of-data' });
      writer.writeEvent({ kind: 'end-of-partition' });
    }
    const first = drain(gate);
    writers[2]?.writeEvent({ kind: 'end-of-partition' });

    expect(first).toEqual(['end of data@0', 'end@0']);
    expect(gate.isClosed).toBe(false);
    expect(drain(gate)).toEqual(['end@1']);
    expect(gate.isClosed).toBe(true);
  });

  it('takes the barrier as complete when the last missing channel ends', () => {
    const { gate, writers } = createChannels([0, 0]);
    writers[0]?.writeEvent(barrier(1));
    writers[1]?.writeEvent({ kind: 'end-of-partition' });

    expect(drain(gate)).toEqual(['barrier 1']);
  });

  it('does not let a busy channel starve another', () => {
    const { gate, writers } = createChannels([0, 0]);
    for (let index = 0; index < 1_000; index++) writers[0]?.writeRecord('busy', 0, -1);
    writers[1]?.writeRecord('rare', 0, -1);

    const position = drain(gate).indexOf('rare@0');

    expect(position).toBeGreaterThan(0);
    expect(position).toBeLessThan(300);
  });

  it('calls when something arrives after it ran empty, and only then', () => {
    const { gate, writers } = createChannels([0, 0]);
    let calls = 0;
    gate.onAvailable = () => calls++;
    drain(gate);

    writers[0]?.writeRecord('a', 0, -1);
    writers[0]?.writeRecord('b', 0, -1);
    writers[1]?.writeRecord('c', 0, -1);

    expect(calls).toBe(1);
    expect(drain(gate).length).toBe(3);
  });
});
