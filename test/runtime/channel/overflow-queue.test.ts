import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OverflowBudget, OverflowQueue } from '../../../src/runtime/channel/overflow-queue.js';

let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flink-ts-overflow-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function batch(length: number, fill: number): Uint8Array {
  return new Uint8Array(length).fill(fill);
}

describe('the overflow of a channel', () => {
  it('gives back every batch in order, whatever is in memory and in the file (seeded)', () => {
    const step = fc.oneof(
      fc.record({ push: fc.oneof(fc.nat(2_000), fc.constantFrom(0, 262_140, 262_144, 700_000)) }),
      fc.record({ shift: fc.integer({ min: 1, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budget = new OverflowBudget(directory, 5_000);
        const queue = new OverflowQueue(budget);
        const model: Uint8Array[] = [];
        for (const [index, action] of steps.entries()) {
          if ('push' in action) {
            const bytes = batch(action.push, index);
            queue.push(bytes, 0, bytes.length);
            model.push(bytes);
          }
          const wanted = 'shift' in action ? action.shift : 0;
          for (let count = wanted; count > 0 && model.length > 0; count--) {
            expect(Buffer.compare(queue.peek() ?? batch(1, 0), model.shift() ?? batch(1, 1))).toBe(0);
            queue.shift();
          }
          expect(budget.usedBytes).toBeLessThanOrEqual(5_000);
          expect(queue.isEmpty).toBe(model.length === 0);
        }
        queue.close();
        expect(budget.usedBytes).toBe(0);
      }),
      { seed: 43, numRuns: 60 },
    );
  });

  it('leaves no file behind, even while it is open', () => {
    const queue = new OverflowQueue(new OverflowBudget(directory, 0));
    queue.push(batch(1_000_000, 1), 0, 1_000_000);

    expect(readdirSync(directory)).toEqual([]);
    expect(queue.peek()?.length).toBe(1_000_000);
    queue.close();
  });

  it('names the file when the directory cannot be written', () => {
    const queue = new OverflowQueue(new OverflowBudget(join(directory, 'missing'), 0));

    expect(() => queue.push(batch(1, 1), 0, 1)).toThrow(/cannot be spilled to ".*missing/);
  });
});
