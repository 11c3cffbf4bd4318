import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBellMemory, Doorbell, ringBell } from '../../../src/runtime/channel/doorbell.js';
import { createRingMemory, RingReader, RingWriter } from '../../../src/runtime/channel/ring.js';

describe('the ring between two workers', () => {
  it('carries batches of any length in order, in fragments where need be (seeded)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(64, 128, 1024),
        fc.array(fc.record({ length: fc.nat(300), drain: fc.boolean() }), { maxLength: 80 }),
        (capacity, batches) => {
          const memory = createRingMemory(capacity);
          const writer = new RingWriter(memory);
          const reader = new RingReader(memory);
          const received: { channel: number; bytes: number[] }[] = [];
          let partial: number[] = [];
          const drain = () =>
            reader.drain((channel, bytes, start, end, isWhole) => {
              partial.push(...bytes.subarray(start, end));
              if (!isWhole) return;
              received.push({ channel, bytes: partial });
              partial = [];
            });
          const sent = batches.map(({ length }, index) => ({
            channel: index,
            bytes: Array.from({ length: length + 1 }, (_, offset) => (index * 7 + offset) & 255),
          }));
          for (const [index, { channel, bytes }] of sent.entries()) {
            const content = Uint8Array.from(bytes);
            for (let position = 0; position < content.length; ) {
              const length = writer.write(channel, content, position, content.length, true);
              position += length;
              // An empty ring always takes something.
              if (length === 0) drain();
            }
            if (batches[index]?.drain === true) drain();
          }
          drain();

          expect(received).toEqual(sent);
          expect(reader.isEmpty).toBe(true);
        },
      ),
      { seed: 44, numRuns: 150 },
    );
  });

  it('tells the reader that the writer waits, once, and the writer that room was made meanwhile', () => {
    const memory = createRingMemory(64);
    const writer = new RingWriter(memory);
    const reader = new RingReader(memory);
    const bytes = new Uint8Array(40);
    while (writer.write(0, bytes, 0, bytes.length, true) > 0);

    expect(writer.awaitRoom()).toBe(true);
    expect(reader.takeWriterWaits()).toBe(true);
    expect(reader.takeWriterWaits()).toBe(false);
    reader.drain(() => {});
    expect(writer.awaitRoom()).toBe(false);
  });
});

describe('the bell of a worker', () => {
  it('does not wait when there is work, or when it is closed', () => {
    const bells = new Int32Array(createBellMemory(1));
    const bell = new Doorbell(bells, 0);

    expect(bell.wait(() => true)).toBeUndefined();
    bell.close();
    expect(bell.wait(() => false)).toBeUndefined();
  });

  it('wakes when it is rung, and when it is closed', async () => {
    const bells = new Int32Array(createBellMemory(2));
    const bell = new Doorbell(bells, 1);

    const first = bell.wait(() => false);
    ringBell(bells, 1);
    await first;
    const second = bell.wait(() => false);
    bell.close();
    await second;

    expect(bell.isClosed).toBe(true);
  });

  it('is not missed when it rings between the look at the work and the wait', () => {
    const bells = new Int32Array(createBellMemory(1));
    const bell = new Doorbell(bells, 0);

    const waiting = bell.wait(() => {
      ringBell(bells, 0);
      return false;
    });

    expect(waiting).toBeUndefined();
  });
});
