/** Snapshots under load: whatever changes while they are written, they hold the state of the moment they were taken. */

import { describe, expect, it } from 'vitest';
import { TimeWindow } from '../../src/common/windows.js';
import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { rangeOf } from '../../src/state/key-groups.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { TIME_WINDOW, VOID_NAMESPACE } from '../../src/state/namespaces.js';
import { type KeyedStateFile, restoreKeyed } from '../../src/state/restore-keyed.js';
import { ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor } from '../../src/state/state-descriptor.js';
import type { QueuedTimer } from '../../src/state/timer-queue.js';
import { Types } from '../../src/state/types.js';
import { dumpBackend } from '../support/flink-values.js';
import { MemorySink, takeSnapshot, type WrittenSnapshot, written } from '../support/keyed-snapshots.js';
import { type SeededRandom, seededRandom } from '../support/seeded-random.js';

type Backend = HeapKeyedStateBackend<never>;
type Format = 'canonical' | 'native' | 'incremental';

const MAX_PARALLELISM = 16;
const KEYS = 400;
const RUNS = 6;
const STEPS = 3000;

function newBackend(parallelism = 1, subtask = 0): Backend {
  return new HeapKeyedStateBackend<never>({
    keyType: new KeyTypeCell({ declared: Types.STRING, maxParallelism: MAX_PARALLELISM }),
    keyGroupRange: rangeOf(MAX_PARALLELISM, parallelism, subtask),
    maxParallelism: MAX_PARALLELISM,
    ttlNow: () => 0,
  });
}

/** One random change, or read that may lead to one. */
class Mutator {
  readonly #random: SeededRandom;
  readonly #backend: Backend;
  readonly #count;
  readonly #list;
  readonly #map;
  readonly #object;
  readonly #windows;
  readonly #timers;
  readonly #sessionTimers;
  /** The timer of each key's session, which its owner has to keep. */
  readonly #sessions = new Map<string, QueuedTimer>();

  constructor(backend: Backend, random: SeededRandom) {
    this.#backend = backend;
    this.#random = random;
    this.#count = backend.getState(new ValueStateDescriptor('count', Types.LONG));
    this.#list = backend.getState(new ListStateDescriptor('list', Types.STRING));
    this.#map = backend.getState(new MapStateDescriptor('map', Types.STRING, Types.LONG));
    this.#object = backend.getState(new ValueStateDescriptor('object', Types.LIST(Types.LONG)));
    this.#windows = backend.getNamespacedState(new ListStateDescriptor('windows', Types.LONG), TIME_WINDOW);
    this.#timers = backend.getTimerQueue('_timer_state/event_user-timers', VOID_NAMESPACE);
    this.#sessionTimers = backend.getTimerQueue('_timer_state/processing_user-timers', TIME_WINDOW);
  }

  step(): void {
    const random = this.#random;
    this.#backend.setCurrentKey(`key-${random.integer(KEYS)}` as never, -1);
    const n = random.integer(1000);
    const userKey = `m${random.integer(4)}`;
    switch (random.integer(16)) {
      case 0:
      case 1:
        return this.#count.update((this.#count.value() ?? 0) + 1);
      case 2:
        return this.#count.clear();
      case 3:
        return this.#list.add(`v${n}`);
      case 4:
        return random.integer(3) === 0 ? this.#list.clear() : this.#list.update([`u${n}`]);
      case 5:
        return this.#map.put(userKey, n);
      case 6:
        return this.#map.remove(userKey);
      case 7:
        return this.#object.update([n]);
      case 8:
        (this.#object.value() as number[] | null)?.push(n);
        return;
      case 9:
      case 10:
        return this.#session(n);
      default:
        return this.#windowOrTimer(n);
    }
  }

  /** Begins, postpones, ends or fires a session. */
  #session(n: number): void {
    const timers = this.#sessionTimers;
    const key = this.#backend.getCurrentKey() as string;
    const timer = this.#sessions.get(key);
    const kind = this.#random.integer(8);
    if (kind === 0) {
      if (timers.poll(n)) this.#sessions.delete(timers.polledKey as string);
    } else if (timer === undefined) {
      this.#sessions.set(key, timers.registerNew(n, new TimeWindow(0, n + 1)));
    } else if (kind === 1) {
      timers.remove(timer);
      this.#sessions.delete(key);
    } else {
      const time = timer.timestamp + this.#random.integer(40);
      this.#sessions.set(key, timers.postpone(timer, time, new TimeWindow(0, time + 1)));
    }
  }

  #windowOrTimer(n: number): void {
    const random = this.#random;
    const window = new TimeWindow(random.integer(12) * 10, 200);
    switch (random.integer(6)) {
      case 0:
      case 1:
        this.#windows.setCurrentNamespace(window);
        return this.#windows.add(n);
      case 2:
        this.#windows.setCurrentNamespace(window);
        return this.#windows.clear();
      case 3:
        return this.#windows.mergeNamespaces(window, [new TimeWindow(10, 200), new TimeWindow(20, 200)].slice(n % 2));
      case 4:
        this.#timers.register(random.integer(50), null);
        return;
      default:
        if (n % 2 === 0) this.#timers.delete(random.integer(50), null);
        else this.#timers.poll(random.integer(50));
    }
  }
}

function contents(backends: readonly Backend[]): unknown {
  const all = new Map<string, string[]>();
  for (const backend of backends) {
    for (const [name, entries] of dumpBackend(backend)) {
      const texts = entries.map((entry) => JSON.stringify(entry));
      all.set(name, [...(all.get(name) ?? []), ...texts]);
    }
  }
  return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, texts]) => [name, texts.sort()]);
}

function restored(files: readonly KeyedStateFile[], parallelism: number): Backend[] {
  return Array.from({ length: parallelism }, (_, subtask) => {
    const backend = newBackend(parallelism, subtask);
    restoreKeyed(backend, files);
    return backend;
  });
}

interface Running {
  readonly checkpointId: number;
  readonly snapshot: ReturnType<Backend['snapshot']>;
  readonly sink: MemorySink;
  readonly expected: unknown;
}

/** Takes snapshots while mutations go on, and checks each once it is written. */
class Load {
  readonly #random: SeededRandom;
  readonly #backend = newBackend();
  readonly #mutator: Mutator;
  readonly #formats: readonly Format[];
  readonly #files = new Map<number, WrittenSnapshot>();
  readonly #running: Running[] = [];
  #checkpointId = 0;
  checked = 0;
  deltas = 0;

  constructor(seed: number, formats: readonly Format[]) {
    this.#random = seededRandom(seed);
    this.#mutator = new Mutator(this.#backend, this.#random);
    this.#formats = formats;
  }

  run(): void {
    for (let i = 0; i < STEPS; i++) {
      for (let burst = this.#random.integer(4); burst >= 0; burst--) this.#mutator.step();
      if (this.#random.integer(60) === 0 && this.#running.length < 3) this.#begin();
      this.#advance();
    }
    while (this.#running.length > 0) this.#advance();
  }

  #begin(): void {
    const format = this.#formats[this.#random.integer(this.#formats.length)]!;
    const checkpointId = ++this.#checkpointId;
    const expected = contents([this.#backend]);
    const snapshot = this.#backend.snapshot({ checkpointId, format });
    this.#running.push({ checkpointId, snapshot, sink: new MemorySink(), expected });
  }

  #advance(): void {
    const index = this.#random.integer(this.#running.length + 1);
    const running = this.#running[index];
    if (running === undefined) return;
    if (this.#random.integer(80) === 0) {
      running.snapshot.discard();
      this.#backend.notifyCheckpointAborted(running.checkpointId);
    } else if (running.snapshot.writeSlice(running.sink, 0)) {
      this.#check(running);
    } else {
      return;
    }
    this.#running.splice(index, 1);
  }

  #check({ checkpointId, snapshot, sink, expected }: Running): void {
    const done = written(snapshot, sink)!;
    this.#files.set(checkpointId, done);
    const files = [...done.result.basedOn, checkpointId].map((id) => this.#files.get(id)!.file);
    if (done.result.format === 'delta') this.deltas++;
    this.checked++;
    expect(contents(restored(files, 1 + this.#random.integer(3)))).toEqual(expected);
    if (this.#random.integer(4) > 0) this.#backend.notifyCheckpointComplete(checkpointId);
  }
}

describe('snapshots under load', () => {
  it.each([
    ['native', ['native']],
    ['canonical', ['canonical']],
    ['incremental', ['incremental']],
    ['mixed', ['incremental', 'canonical', 'incremental', 'native']],
  ] as const)('hold the state of their moment: %s', (_name, formats) => {
    let checked = 0;
    let deltas = 0;

    for (let seed = 1; seed <= RUNS; seed++) {
      const load = new Load(seed, formats);
      load.run();
      checked += load.checked;
      deltas += load.deltas;
    }

    expect(checked).toBeGreaterThan(RUNS * 5);
    if ((formats as readonly string[]).includes('incremental')) expect(deltas).toBeGreaterThan(RUNS);
  });

  it.each(['canonical', 'native', 'incremental'] as const)(
    'survive a change of parallelism 1 → 3 → 2: %s',
    (format) => {
      const source = newBackend();
      const mutator = new Mutator(source, seededRandom(7));
      for (let i = 0; i < STEPS; i++) mutator.step();

      const three = restored([takeSnapshot(source, format)!.file], 3);
      const two = restored(
        three.map((backend) => takeSnapshot(backend, format)!.file),
        2,
      );

      expect(contents(three)).toEqual(contents([source]));
      expect(contents(two)).toEqual(contents([source]));
    },
  );
});
