import { describe, expect, it } from 'vitest';
import { WatermarkValve } from '../../src/runtime/watermark-valve.js';

function valve(channels: number) {
  const said: unknown[] = [];
  const made = new WatermarkValve(channels, {
    onWatermark: (timestamp) => said.push(timestamp),
    onStatus: (isIdle) => said.push(isIdle ? 'idle' : 'active'),
  });
  return { said, made };
}

describe('the watermark valve', () => {
  it('waits for a watermark on every channel, and lets the minimum through', () => {
    const { said, made } = valve(3);

    made.onWatermark(0, 5);
    made.onWatermark(1, 3);
    const before = [...said];
    made.onWatermark(2, 4);
    made.onWatermark(1, 9);

    expect(before).toEqual([]);
    expect(said).toEqual([3, 4]);
  });

  it('ignores watermarks that do not advance, and those of idle channels', () => {
    const { said, made } = valve(2);
    made.onWatermark(0, 5);
    made.onWatermark(1, 5);

    made.onWatermark(0, 4);
    made.onStatus(1, true);
    made.onWatermark(1, 99);

    expect(said).toEqual([5]);
    expect(made.lastWatermark).toBe(5);
  });

  it('does not wait for an idle channel, and lets the furthest one through when the last turns idle', () => {
    const { said, made } = valve(2);

    made.onWatermark(0, 5);
    made.onStatus(1, true);
    made.onStatus(0, true);

    expect(said).toEqual([5, 'idle']);
    expect(made.isIdle).toBe(true);
  });

  it('flushes the maximum before it turns idle when the slowest channel was the last one', () => {
    const { said, made } = valve(2);
    made.onWatermark(0, 3);
    made.onWatermark(1, 8);

    made.onStatus(1, true);
    made.onStatus(0, true);

    expect(said).toEqual([3, 8, 'idle']);
  });

  it('leaves a channel that comes back out until it has caught up', () => {
    const { said, made } = valve(2);
    made.onWatermark(0, 5);
    made.onStatus(1, true);

    made.onStatus(1, false);
    made.onWatermark(1, 4);
    made.onWatermark(0, 7);
    made.onWatermark(1, 7);
    made.onWatermark(0, 9);

    expect(said).toEqual([5, 7]);
  });

  it('says active once, with the first channel that comes back', () => {
    const { said, made } = valve(2);
    made.onStatus(0, true);
    made.onStatus(1, true);

    made.onStatus(0, false);
    made.onStatus(1, false);

    expect(said).toEqual(['idle', 'active']);
  });
});
