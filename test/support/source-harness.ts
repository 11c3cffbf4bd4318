/**
 * Runs a source without an engine: one enumerator and its readers, deterministic turns, snapshots through the serializers.
 * `checkSource` runs it undisturbed, starved, with a crash and a restore at every pause, and rescaled; in each mode the
 * records that count must be the expected ones, each exactly once.
 */

import { expect } from 'vitest';
import type {
  InputStatus,
  ReaderOutput,
  Source,
  SourceReader,
  SourceSplit,
  SplitEnumerator,
} from '../../src/api/connector.js';

/** What to check. */
export interface SourceCase<T> {
  /** Makes the source; called once a mode. */
  readonly source: () => Source<T>;
  /** The records, in any order over several readers. */
  readonly expected: readonly T[];
  /** Unbounded sources: stop when so many records were read. */
  readonly stopAfter?: number;
}

interface Turn {
  readonly maxRecords: number;
  /** Turns that `isAvailable` false after each record. */
  readonly isStarved: boolean;
}

const WAIT_LIMIT_MS = 10_000;

/** Snapshots as bytes. */
export interface SourceSnapshot {
  readonly enumerator: Uint8Array;
  readonly splits: readonly Uint8Array[];
}

/** One attempt of a source. */
export class SourceRun<T> {
  readonly records: T[] = [];
  readonly released: string[] = [];
  readonly #source: Source<T>;
  readonly #readers: SourceReader<T, SourceSplit>[] = [];
  readonly #ended = new Set<number>();
  readonly #available = new Set<number>();
  readonly #scheduled: (() => void | Promise<void>)[] = [];
  #enumerator!: SplitEnumerator<SourceSplit, unknown>;
  #wake: (() => void) | undefined;
  #queue: Promise<void> = Promise.resolve();
  #error: unknown;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** Starts everything; restored splits are dealt out one after the other. */
  async start(parallelism: number, snapshot?: SourceSnapshot): Promise<void> {
    const source = this.#source;
    const { enumeratorStateSerializer: states, splitSerializer: splits } = source;
    const restored = snapshot && states.deserialize(states.version, snapshot.enumerator);
    this.#enumerator = source.createEnumerator(
      {
        parallelism,
        registeredReaders: () => this.#readers.map((_, index) => index),
        assignSplit: (split, subtask) => {
          const copy = splits.deserialize(splits.version, splits.serialize(split));
          this.#readers[subtask]?.addSplits([copy]);
          this.#notify(subtask);
        },
        signalNoMoreSplits: (subtask) => {
          this.#readers[subtask]?.notifyNoMoreSplits();
          this.#notify(subtask);
        },
        schedule: (work) => this.#scheduled.push(work),
      },
      restored,
    ) as SplitEnumerator<SourceSplit, unknown>;
    await this.#enumerator.start();
    const given = (snapshot?.splits ?? []).map((bytes) => splits.deserialize(splits.version, bytes));
    for (let subtask = 0; subtask < parallelism; subtask++) this.#createReader(subtask, parallelism);
    for (const [subtask, reader] of this.#readers.entries()) {
      await this.#enumerator.addReader(subtask);
      const own = given.filter((_, index) => index % parallelism === subtask);
      if (own.length > 0) reader.addSplits(own);
      reader.start();
    }
    await this.#queue;
  }

  /** Runs what the enumerator scheduled, once. */
  async discover(): Promise<void> {
    for (const work of this.#scheduled) await work();
  }

  /** Polls each reader that has something, once; false when all have ended. Waits when none has. */
  async turn(turn: Turn): Promise<boolean> {
    await this.#queue;
    if (this.#error !== undefined) throw this.#error;
    if (this.#ended.size === this.#readers.length) return false;
    if (this.#available.size === 0) await this.#waitForReader();
    for (const subtask of [...this.#available]) this.#poll(subtask, turn);
    await this.#queue;
    return this.#ended.size < this.#readers.length;
  }

  async snapshot(checkpointId: number): Promise<SourceSnapshot> {
    await this.#queue;
    const { enumeratorStateSerializer: states, splitSerializer } = this.#source;
    const enumerator = states.serialize(await this.#enumerator.snapshotState(checkpointId));
    const splits = this.#readers.flatMap((reader) => [...reader.snapshotState(checkpointId)]);
    return { enumerator, splits: splits.map((split) => splitSerializer.serialize(split)) };
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.close();
    await this.#enumerator.close();
  }

  #createReader(subtask: number, parallelism: number): void {
    this.#available.add(subtask);
    this.#readers[subtask] = this.#source.createReader({
      subtask,
      parallelism,
      sendSplitRequest: () => {
        this.#queue = this.#queue
          .then(() => this.#enumerator.handleSplitRequest(subtask))
          .catch((error: unknown) => {
            this.#error = error;
          });
      },
      notifyAvailable: () => this.#notify(subtask),
    }) as SourceReader<T, SourceSplit>;
  }

  #notify(subtask: number): void {
    this.#available.add(subtask);
    this.#wake?.();
  }

  #poll(subtask: number, turn: Turn): void {
    if (this.#ended.has(subtask)) {
      this.#available.delete(subtask);
      return;
    }
    this.#available.delete(subtask);
    let taken = 0;
    const output: ReaderOutput<T> = {
      get isAvailable() {
        return !(turn.isStarved && taken > 0);
      },
      collect: (value) => {
        taken++;
        this.records.push(value);
      },
      releaseSplit: (splitId) => this.released.push(splitId),
    };
    const status: InputStatus | undefined = this.#readers[subtask]?.pollNext(output, turn.maxRecords);
    expect(taken).toBeLessThanOrEqual(turn.isStarved ? 1 : turn.maxRecords);
    if (status === 'MORE_AVAILABLE') this.#available.add(subtask);
    if (status === 'END_OF_INPUT') this.#ended.add(subtask);
  }

  async #waitForReader(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve;
      timer = setTimeout(
        () => reject(new Error(`No reader became available; ${this.records.length} records so far.`)),
        WAIT_LIMIT_MS,
      );
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }
}

/** Reads a source to its end, or up to `stopAfter` records. */
export async function readAll<T>(
  source: Source<T>,
  parallelism = 1,
  stopAfter = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const run = new SourceRun(source);
  await run.start(parallelism);
  await run.discover();
  try {
    while (await run.turn({ maxRecords: 100, isStarved: false })) if (run.records.length >= stopAfter) break;
  } finally {
    await run.close();
  }
  return run.records;
}

/** Runs the case in every mode. */
export async function checkSource<T>(testCase: SourceCase<T>): Promise<void> {
  const { expected, stopAfter } = testCase;
  const sorted = (records: readonly T[]) => records.map((record) => JSON.stringify(record)).sort();
  const plans: readonly { name: string; parallelisms: readonly number[]; turn: Turn; pauseEvery: number }[] = [
    { name: 'undisturbed', parallelisms: [1], turn: { maxRecords: 100, isStarved: false }, pauseEvery: 0 },
    { name: 'two readers', parallelisms: [2], turn: { maxRecords: 3, isStarved: false }, pauseEvery: 0 },
    { name: 'starved output', parallelisms: [1], turn: { maxRecords: 100, isStarved: true }, pauseEvery: 0 },
    { name: 'crash at every pause', parallelisms: [1], turn: { maxRecords: 2, isStarved: false }, pauseEvery: 1 },
    { name: 'crash at every other pause', parallelisms: [2], turn: { maxRecords: 3, isStarved: false }, pauseEvery: 2 },
    { name: 'rescaled 1, 3, 2', parallelisms: [1, 3, 2], turn: { maxRecords: 2, isStarved: false }, pauseEvery: 2 },
  ];
  for (const { name, parallelisms, turn, pauseEvery } of plans) {
    const records = await runWithCrashes(testCase, parallelisms, turn, pauseEvery);
    if (stopAfter === undefined) expect(sorted(records), name).toEqual(sorted(expected));
    else expect(new Set(sorted(records.slice(0, stopAfter))).size, name).toBe(stopAfter);
  }
}

async function runWithCrashes<T>(
  { source, stopAfter = Number.POSITIVE_INFINITY }: SourceCase<T>,
  parallelisms: readonly number[],
  turn: Turn,
  pauseEvery: number,
): Promise<T[]> {
  const durable: T[] = [];
  const built = source();
  let snapshot: SourceSnapshot | undefined;
  for (let attempt = 0; ; attempt++) {
    const run = new SourceRun(built);
    await run.start(parallelisms[attempt % parallelisms.length] as number, snapshot);
    await run.discover();
    let goesOn = true;
    let turns = 0;
    // An attempt that has read nothing yet goes on, so that each one makes progress.
    while (goesOn && durable.length + run.records.length < stopAfter) {
      goesOn = await run.turn(turn);
      if (pauseEvery > 0 && ++turns >= pauseEvery && run.records.length > 0) break;
    }
    snapshot = await run.snapshot(attempt + 1);
    durable.push(...run.records);
    if (goesOn && durable.length < stopAfter) {
      // What is read behind the snapshot is lost in the crash, and must come again.
      await run.turn(turn);
      await run.close();
      continue;
    }
    await run.close();
    return durable;
  }
}
