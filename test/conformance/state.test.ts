import { describe, expect } from 'vitest';
import { assignOperatorState } from '../../src/snapshot/operator-state-assignment.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { hashSafeLong, hashString } from '../../src/state/java-hash.js';
import { keyGroupOf, murmur, rangeOf, subtaskOf } from '../../src/state/key-groups.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import type { DistributionMode } from '../../src/state/operator-state.js';
import { restoreKeyed } from '../../src/state/restore-keyed.js';
import { type ValueState, ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import { type StateTtlConfig, stateTtl } from '../../src/state/state-ttl-config.js';
import { Types } from '../../src/state/types.js';
import { takeSnapshot } from '../support/keyed-snapshots.js';
import { openHarness, operatorOf } from '../support/operators.js';
import { type ConformanceRow, eachRow, type Fields } from './operator-rows.js';

/** A subtask's operator state: how many elements each state has. */
function stored(mode: DistributionMode, counts: Readonly<Record<string, number>>) {
  const states = Object.entries(counts).map(([name, count]) => ({
    name,
    mode,
    offsets: Array.from({ length: count }, (_, i) => i),
  }));
  return { states, stream: { kind: 'inline', name: 'state', bytes: new Uint8Array(8) } as const };
}

type Stored = ReturnType<typeof stored> | undefined;

/** For each state the copies, or elements, over all new subtasks. */
function handles(old: readonly Stored[], parallelism: number, count: 'parts' | 'elements') {
  const totals: Record<string, number> = {};
  for (const subtask of assignOperatorState(old, parallelism)) {
    for (const { states } of subtask) {
      for (const { name, offsets } of states) {
        totals[name] = (totals[name] ?? 0) + (count === 'parts' ? 1 : offsets.length);
      }
    }
  }
  return totals;
}

function checkUnion(row: ConformanceRow): void {
  const old = [stored('UNION', { 't-3': 1, 't-4': 2 }), stored('UNION', { 't-3': 1 })];

  row.events.forEach(({ newParallelism }, index) => {
    const parallelism = Number(newParallelism);
    const expected = row.expected[index] as Record<string, { handles: number }>;
    // A state of the row's test is one handle with all its elements; t-4 lies in one old subtask, t-3 in both.
    expect(handles(old, parallelism, 'parts')).toEqual({
      't-3': expected['t-3']?.handles,
      't-4': expected['t-4']?.handles,
    });
  });
}

function checkBroadcast(row: ConformanceRow): void {
  const full = stored('BROADCAST', { 't-5': 3, 't-6': 3 });
  for (const second of [full, undefined, stored('BROADCAST', {})]) {
    row.events.forEach(({ newParallelism }, index) => {
      const parallelism = Number(newParallelism);
      const expected = row.expected[index] as Record<string, { handles: number; entriesEach: number }>;
      for (const [name, { handles: copies, entriesEach }] of Object.entries(expected)) {
        expect(handles([full, second], parallelism, 'parts')[name]).toBe(copies);
        expect(handles([full, second], parallelism, 'elements')[name]).toBe(copies * entriesEach);
      }
    });
  }
}

/** Keeps a number in a list of seven items, or in a union list. */
class Counter {
  total = 0;
  #isUnion: boolean;
  #state: { get(): readonly number[]; update(values: Iterable<number>): void } | undefined;

  constructor(isUnion: boolean) {
    this.#isUnion = isUnion;
  }

  initializeState(context: { getOperatorStateStore(): CounterStore }): void {
    const store = context.getOperatorStateStore();
    const descriptor = { name: 'count', type: Types.LONG };
    this.#state = this.#isUnion ? store.getUnionListState(descriptor) : store.getListState(descriptor);
    this.total = this.#state.get().reduce((sum, part) => sum + part, 0);
  }

  snapshotState(): void {
    const part = Math.floor(this.total / 7);
    this.#state?.update([...Array.from({ length: 6 }, () => part), this.total - 6 * part]);
  }

  map(value: number): number {
    this.total++;
    return value;
  }
}

interface CounterStore {
  getListState(descriptor: unknown): { get(): readonly number[]; update(values: Iterable<number>): void };
  getUnionListState(descriptor: unknown): { get(): readonly number[]; update(values: Iterable<number>): void };
}

async function checkListState(row: ConformanceRow): Promise<void> {
  for (const { mode } of row.events) {
    for (const [from, to] of [
      [2, 4],
      [4, 2],
    ] as const) {
      const counters: Counter[] = [];
      const create = () => {
        counters.push(new Counter(mode === 'union'));
        return operatorOf({ type: 'map' }, { function: counters.at(-1) });
      };
      const harness = await openHarness(create, { parallelism: from });
      for (let i = 0; i < 100; i++) harness.processElement(i, undefined, 0, (i * i) % from);

      await harness.restore(await harness.snapshot(), { parallelism: to });

      const restored = counters.slice(from).reduce((sum, { total }) => sum + total, 0);
      expect(restored, String(mode)).toBe(mode === 'union' ? 100 * to : 100);
    }
  }
}

async function checkSourceAndKeyed(_row: ConformanceRow): Promise<void> {
  const source = [stored('SPLIT_DISTRIBUTE', { splits: 1 }), stored('SPLIT_DISTRIBUTE', { splits: 1 })];
  const counts = assignOperatorState(source, 2).map((parts) => parts.flatMap(({ states }) => states[0]?.offsets ?? []));
  expect(counts).toEqual([[0], [0]]);

  const keySelector = (value: number) => value;
  const fold = (a: number, b: number) => a + b;
  const harness = await openHarness(() => operatorOf({ type: 'reduce' }, { function: fold, keySelector }), {
    parallelism: 2,
    maxParallelism: 13,
    keySelectors: [keySelector],
  });
  const keys = Array.from({ length: 40 }, (_, key) => key);
  for (const key of keys) harness.processElement(key);
  await harness.restore(await harness.snapshot(), { parallelism: 4 });
  harness.output.length = 0;
  for (const key of keys) harness.processElement(key);

  expect(harness.output.map((each) => (each.kind === 'record' ? each.value : each))).toEqual(
    keys.map((key) => 2 * key),
  );
}

function answerKeyGroup({ setup, events }: ConformanceRow): unknown[] {
  const [maxParallelism, parallelism] = [Number(setup['maxParallelism']), Number(setup['parallelism'])];
  return events.map((event) => {
    if (event['keyGroup'] !== undefined) {
      return { subtask: subtaskOf(Number(event['keyGroup']), maxParallelism, Number(event['parallelism'])) };
    }
    const { key } = event;
    if (typeof key === 'string') {
      return { stringHash: hashString(key), keyGroup: keyGroupOf(hashString(key), maxParallelism) };
    }
    if (key !== undefined)
      return { hash: murmur(Number(key)), keyGroup: keyGroupOf(hashOf(Number(key)), maxParallelism) };
    const { first, last } = rangeOf(maxParallelism, parallelism, Number(event['subtask']));
    return { subtask: event['subtask'], keyGroups: [first, last] };
  });
}

/** An Integer of Java is its own hash; a Long is too while it is not negative. */
const hashOf = (key: number): number => (key < 0 ? key : hashSafeLong(key));

function checkCover(row: ConformanceRow): void {
  for (const event of row.events) {
    const [maxParallelism, parallelism] = [Number(event['maxParallelism']), Number(event['parallelism'])];
    let next = 0;
    for (let subtask = 0; subtask < parallelism; subtask++) {
      const { first, last } = rangeOf(maxParallelism, parallelism, subtask);
      expect([first, subtaskOf(first, maxParallelism, parallelism)]).toEqual([next, subtask]);
      next = last + 1;
    }
    expect(next).toBe(maxParallelism);
  }
}

const RESCALE: Readonly<Record<string, (row: ConformanceRow) => void | Promise<void>>> = {
  'RS-008': checkCover,
  'RS-021': checkUnion,
  'RS-022': checkBroadcast,
  'RS-024': checkListState,
  'RS-025': checkSourceAndKeyed,
};

describe('a change of parallelism', () => {
  const checkKeyGroups = (row: ConformanceRow) => expect(answerKeyGroup(row)).toEqual(row.expected);
  eachRow('rescale', (row) => (RESCALE[row.id] ?? checkKeyGroups)(row));
});

/** One value of one key, perhaps with a time to live. */
class TtlBench {
  now = 0;
  readonly #cell = new KeyTypeCell({ declared: Types.STRING, maxParallelism: 1 });
  #backend = this.#newBackend();
  state!: ValueState<string>;

  register(ttl: StateTtlConfig | undefined): void {
    const descriptor = new ValueStateDescriptor<string>('value', Types.STRING);
    this.state = this.#backend.getState(ttl === undefined ? descriptor : descriptor.enableTimeToLive(ttl));
    this.#backend.setCurrentKey('key', 0);
  }

  restore(ttl: StateTtlConfig | undefined): void {
    const snapshot = takeSnapshot(this.#backend, 'canonical');
    this.#backend = this.#newBackend();
    if (snapshot !== undefined) restoreKeyed(this.#backend, [snapshot.file]);
    this.register(ttl);
  }

  #newBackend(): HeapKeyedStateBackend<string> {
    const keyGroupRange = { first: 0, last: 0 };
    return new HeapKeyedStateBackend({
      keyType: this.#cell,
      keyGroupRange,
      maxParallelism: 1,
      ttlNow: () => this.now,
    });
  }
}

function checkTtl(row: ConformanceRow): void {
  const { ttlMs, updateType, visibility } = row.setup as {
    ttlMs: number | 'MAX';
    updateType?: StateTtlConfig['updateType'];
    visibility?: StateTtlConfig['visibility'];
  };
  const ttl = stateTtl(ttlMs === 'MAX' ? Number.POSITIVE_INFINITY : ttlMs, {
    cleanup: { type: 'none' },
    ...(updateType !== undefined && { updateType }),
    ...(visibility !== undefined && { visibility }),
  });
  for (const restarts of [false, true]) {
    const bench = new TtlBench();
    bench.register(ttl);
    const answers = row.events.map(({ t, now, v }) => {
      bench.now = Number(now);
      if (restarts) bench.restore(ttl);
      if (t === 'read') return bench.state.value();
      bench.state.update(String(v));
      return null;
    });

    expect(answers).toEqual(row.expected);
  }
}

function checkMigration(row: ConformanceRow): void {
  const ttlOf = (text: unknown) => (String(text).includes('without') ? undefined : stateTtl(100));
  for (const { snapshot, restore } of row.events as readonly Fields[]) {
    const bench = new TtlBench();
    bench.register(ttlOf(snapshot));
    bench.state.update('a');

    expect(() => bench.restore(ttlOf(restore))).toThrow(/time to live|TTL|Ttl/);
  }
}

describe('times to live', () => {
  eachRow('state-ttl', (row) => (row.id === 'TT-008' ? checkMigration : checkTtl)(row));
});
