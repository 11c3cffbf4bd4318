import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ELEMENT } from '../../../src/runtime/channel/input-channel.js';
import { LocalChannel } from '../../../src/runtime/channel/local-channel.js';
import { OverflowBudget } from '../../../src/runtime/channel/overflow-queue.js';
import { Pressure } from '../../../src/runtime/channel/pressure.js';
import { StringCache } from '../../../src/runtime/channel/string-cache.js';

function create(directory: string, capacity: number, burst: number) {
  const pressure = new Pressure();
  const budget = new OverflowBudget(directory, 1_000);
  const channel = new LocalChannel({ pressure, budget, strings: new StringCache(), capacity, burst });
  return { pressure, budget, channel };
}

describe('a channel inside a worker', () => {
  it('hands over the very object, with timestamp and key group', () => {
    const { channel } = create('/nonexistent', 4, 4);
    const record = { a: () => 1 };
    channel.writer.writeRecord(record, 5, 9);

    expect(channel.next()).toBe(ELEMENT.RECORD);

    expect(channel.value).toBe(record);
    expect([channel.timestamp, channel.keyGroup]).toEqual([5, 9]);
    expect(channel.next()).toBe(ELEMENT.EMPTY);
  });

  it('puts its sender under pressure from the capacity on, until half of it was read', () => {
    const { channel, pressure } = create('/nonexistent', 4, 100);
    let relieved = 0;
    pressure.onRelieved = () => relieved++;
    for (let index = 0; index < 6; index++) channel.writer.writeRecord(index, 0, -1);

    expect(pressure.blocked).toBe(1);
    for (let index = 0; index < 3; index++) channel.next();
    expect(pressure.blocked).toBe(1);
    channel.next();
    expect([pressure.blocked, relieved]).toEqual([0, 1]);
  });

  it('keeps the order of a burst that spills, records that cannot be encoded and events included', () => {
    const directory = mkdtempSync(join(tmpdir(), 'flink-ts-local-'));
    const { channel, budget, pressure } = create(directory, 4, 4);
    const functions = new Map<number, () => number>();
    for (let index = 0; index < 5_000; index++) {
      if (index % 100 === 50) functions.set(index, () => index);
      channel.writer.writeRecord(functions.get(index) ?? { index, text: `record ${index}` }, index, -1);
      if (index === 2_500) channel.writer.writeEvent({ kind: 'watermark', timestamp: 7 });
    }

    const seen: unknown[] = [];
    for (let element = channel.next(); element !== ELEMENT.EMPTY; element = channel.next()) {
      seen.push(element === ELEMENT.EVENT ? channel.event : channel.value);
    }

    expect(seen.length).toBe(5_001);
    expect(seen[2_501]).toEqual({ kind: 'watermark', timestamp: 7 });
    expect(seen[50]).toBe(functions.get(50));
    expect(seen[4_951]).toBe(functions.get(4_950));
    expect(seen[5_000]).toEqual({ index: 4_999, text: 'record 4999' });
    expect(budget.spilledBytes).toBeGreaterThan(0);
    expect(pressure.blocked).toBe(0);
    channel.close();
    rmSync(directory, { recursive: true });
  });
});
