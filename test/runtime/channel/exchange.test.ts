import { describe, expect, it } from 'vitest';
import { type Exchange, runExchange, seenAt, total, type WorkerReport } from './exchange.js';

const TEXTS = ['a', 'key', 'a somewhat longer text than most', 'ünïcödé', '日本語', ''];

function expectComplete(reports: readonly WorkerReport[]): void {
  for (const report of reports) {
    expect(report.misordered).toBe(0);
    expect(report.usedBytes).toBe(0);
  }
}

function source(more: Partial<Exchange['source']> = {}): Exchange['source'] {
  return { records: 5_000, perStep: 50, barrierEvery: 20, skew: 0, texts: TEXTS, ...more };
}

describe('workers that exchange records through shared memory', () => {
  it('keeps every record, in order, through rings and credits of 64 bytes', async () => {
    const reports = await runExchange({
      workers: 2,
      vertices: 2,
      edges: [{ source: 0, target: 1 }],
      ringBytes: 64,
      creditBytes: 64,
      localCapacity: 1,
      source: source(),
    });

    expectComplete(reports);
    expect(total(reports, 1)).toBe(10_000);
  });

  it('does not deadlock in a chain of all-to-all shuffles with credits of 64 bytes', async () => {
    const reports = await runExchange({
      workers: 3,
      vertices: 5,
      edges: [0, 1, 2, 3].map((vertex) => ({ source: vertex, target: vertex + 1 })),
      ringBytes: 128,
      creditBytes: 64,
      localCapacity: 2,
      localBurst: 3,
      source: source({ records: 3_000 }),
    });

    expectComplete(reports);
    for (const vertex of [1, 2, 3, 4]) expect(total(reports, vertex)).toBe(9_000);
    expect(seenAt(reports, 4, 2)).toBe(3 * 2 * 20 * 50);
  });

  it('does not deadlock in a diamond, and aligns barriers of both arms', async () => {
    const reports = await runExchange({
      workers: 2,
      vertices: 4,
      edges: [
        { source: 0, target: 1 },
        { source: 0, target: 2 },
        { source: 1, target: 3, input: 0 },
        { source: 2, target: 3, input: 1 },
      ],
      ringBytes: 256,
      creditBytes: 100,
      localCapacity: 4,
      source: source({ barrierEvery: 7 }),
    });

    expectComplete(reports);
    expect(total(reports, 3)).toBe(20_000);
    for (const id of [1, 5, 14]) expect(seenAt(reports, 3, id)).toBe(2 * 2 * id * 7 * 50);
  });

  it('does not deadlock when nearly all records go to one worker', async () => {
    const reports = await runExchange({
      workers: 3,
      vertices: 3,
      edges: [
        { source: 0, target: 1 },
        { source: 1, target: 2 },
      ],
      ringBytes: 512,
      creditBytes: 128,
      localCapacity: 8,
      source: source({ skew: 0.95 }),
    });

    expectComplete(reports);
    expect(total(reports, 2)).toBe(15_000);
    expect(seenAt(reports, 2, 3)).toBe(3 * 3 * 20 * 50);
  });

  it('takes a record that is longer than ring and credit', async () => {
    const texts = ['x'.repeat(100_000), 'short', '日'.repeat(20_000)];

    const reports = await runExchange({
      workers: 2,
      vertices: 3,
      edges: [
        { source: 0, target: 1 },
        { source: 1, target: 2 },
      ],
      ringBytes: 1024,
      creditBytes: 200,
      source: source({ records: 60, perStep: 3, barrierEvery: 4, texts }),
    });

    expectComplete(reports);
    expect(total(reports, 2)).toBe(120);
    expect(seenAt(reports, 2, 2)).toBe(2 * 2 * 4 * 3);
  });

  it('takes a million records from one element, with a barrier behind them, in bounded memory', async () => {
    const overflowMemoryBytes = 1 << 20;

    const reports = await runExchange({
      workers: 2,
      vertices: 2,
      edges: [{ source: 0, target: 1 }],
      ringBytes: 64 << 10,
      creditBytes: 64 << 10,
      overflowMemoryBytes,
      localBurst: 1_000,
      source: source({ records: 1_000_000, perStep: 1_000_000, barrierEvery: 1, skew: 0 }),
    });

    expectComplete(reports);
    expect(total(reports, 1)).toBe(2_000_000);
    expect(seenAt(reports, 1, 1)).toBe(2_000_000);
    for (const report of reports) expect(report.spilledBytes).toBeGreaterThan(10 << 20);
  });
});
