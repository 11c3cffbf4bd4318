/** Drives the heap backend with the cases of `state.jsonl`: one operation on a keyed state an item. */

import { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { rangeOf, subtaskOf } from '../../src/state/key-groups.js';
import { KeyTypeCell } from '../../src/state/key-type-cell.js';
import { restoreKeyed } from '../../src/state/restore-keyed.js';
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../src/state/state-descriptor.js';
import { type StateTtlConfig, stateTtl, type TtlCleanup } from '../../src/state/state-ttl-config.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';
import { takeSnapshot } from '../support/keyed-snapshots.js';
import type { GoldenCase, GoldenEntry, Outcome } from './golden-case.js';

type Format = 'canonical' | 'native' | 'incremental';
type Operation = readonly [name: string, ...args: readonly unknown[]];

interface TtlSettings {
  readonly ttl: number;
  readonly update: StateTtlConfig['updateType'];
  readonly visibility: StateTtlConfig['visibility'];
  readonly cleanup?: TtlCleanup;
}

/** Runs a case; snapshots are taken in this format. */
export function runCase(testCase: GoldenCase, format: Format = 'canonical'): Outcome {
  const run = new StateRun(testCase, format);
  const output: GoldenEntry[] = [];
  for (const [i, item] of testCase.input.entries()) {
    if (item['ttl'] !== undefined) run.now = item['ttl'] as number;
    else if (item['snapshot'] === true) run.restart(run.parallelism);
    else if (item['rescale'] !== undefined) run.restart(item['rescale'] as number);
    else if (item['probe'] === true) output.push({ i, probe: run.counts() });
    else if (item['e'] !== undefined) output.push({ i, ...run.apply(item['k'], item['e'] as Operation) });
  }
  return { output, final: { late: 0, ...run.counts() } };
}

class StateRun {
  now = 0;
  parallelism: number;
  readonly #testCase: GoldenCase;
  readonly #format: Format;
  readonly #ttl: StateTtlConfig | undefined;
  #subtasks: Subtask[];
  #cell: KeyTypeCell;
  #checkpointId = 0;

  constructor(testCase: GoldenCase, format: Format) {
    this.#testCase = testCase;
    this.#format = format;
    this.parallelism = testCase.parallelism;
    this.#ttl = ttlOf(testCase.operator['ttl'] as TtlSettings | undefined);
    this.#cell = this.#newCell();
    this.#subtasks = this.#open(this.parallelism);
  }

  apply(key: unknown, operation: Operation): Omit<GoldenEntry, 'i'> {
    const keyGroup = this.#cell.keyGroup(key);
    const index = subtaskOf(keyGroup, this.#testCase.maxParallelism, this.parallelism);
    const v = this.#subtasks[index]!.apply(key, keyGroup, operation);
    return this.parallelism > 1 ? { k: key, v, s: index } : { k: key, v };
  }

  restart(parallelism: number): void {
    this.#checkpointId++;
    const files = this.#subtasks.flatMap(
      ({ backend }) => takeSnapshot(backend, this.#format, this.#checkpointId) ?? [],
    );
    this.parallelism = parallelism;
    this.#cell = this.#newCell();
    this.#subtasks = this.#open(parallelism);
    for (const { backend } of this.#subtasks) {
      restoreKeyed(
        backend,
        files.map(({ file }) => file),
      );
    }
    for (const subtask of this.#subtasks) subtask.register(this.#ttl);
  }

  counts(): Readonly<Record<string, number>> {
    const stateEntries = this.#subtasks.reduce((sum, { backend }) => sum + backend.numEntries(), 0);
    return { eventTimers: 0, processingTimers: 0, stateEntries };
  }

  #newCell(): KeyTypeCell {
    const declared = Types[this.#testCase.operator['keyType'] as 'STRING'] as Type<unknown>;
    return new KeyTypeCell({ declared, maxParallelism: this.#testCase.maxParallelism });
  }

  #open(parallelism: number): Subtask[] {
    const { maxParallelism } = this.#testCase;
    const subtasks = Array.from({ length: parallelism }, (_, i) => {
      const backend = new HeapKeyedStateBackend<never>({
        keyType: this.#cell,
        keyGroupRange: rangeOf(maxParallelism, parallelism, i),
        maxParallelism,
        ttlNow: () => this.now,
      });
      return new Subtask(backend);
    });
    if (this.#checkpointId === 0) for (const subtask of subtasks) subtask.register(this.#ttl);
    return subtasks;
  }
}

class Subtask {
  readonly backend: HeapKeyedStateBackend<never>;
  #states!: ReturnType<typeof statesOf>;

  constructor(backend: HeapKeyedStateBackend<never>) {
    this.backend = backend;
  }

  register(ttl: StateTtlConfig | undefined): void {
    this.#states = statesOf(this.backend, ttl);
  }

  apply(key: unknown, keyGroup: number, [name, ...args]: Operation): unknown {
    this.backend.setCurrentKey(key as never, keyGroup);
    const [state, method] = name.split('.') as ['value', string];
    const handle = this.#states[state] as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    const result = handle[state === 'value' && method === 'get' ? 'value' : method]!(...args);
    if (['update', 'clear', 'add', 'addAll', 'put', 'remove'].includes(method)) return 'ok';
    if (name === 'map.entries') return sorted([...(result as Iterable<[string, unknown]>)], (entry) => entry[0]);
    if (name === 'map.keys') return sorted([...(result as Iterable<string>)], (text) => text);
    // The list goes on changing.
    return Array.isArray(result) ? [...result] : result;
  }
}

function sorted<T>(list: T[], by: (item: T) => string): T[] {
  return list.sort((a, b) => (by(a) < by(b) ? -1 : 1));
}

function ttlOf(settings: TtlSettings | undefined): StateTtlConfig | undefined {
  if (settings === undefined) return undefined;
  const { update: updateType, visibility, cleanup = { type: 'none' } } = settings;
  return stateTtl(settings.ttl, { updateType, visibility, cleanup });
}

function statesOf(backend: HeapKeyedStateBackend<never>, ttl: StateTtlConfig | undefined) {
  const withTtl = <D extends { enableTimeToLive(ttl: StateTtlConfig): unknown }>(descriptor: D): D => {
    if (ttl !== undefined) descriptor.enableTimeToLive(ttl);
    return descriptor;
  };
  const aggregate = {
    createAccumulator: (): readonly [number, number] => [0, 0],
    add: (value: number, [sum, count]: readonly [number, number]): readonly [number, number] => [
      sum + value,
      count + 1,
    ],
    getResult: (accumulator: readonly [number, number]) => accumulator,
  };
  const pair = Types.TUPLE(Types.LONG, Types.LONG);
  return {
    value: backend.getState(withTtl(new ValueStateDescriptor('value', Types.LONG))),
    list: backend.getState(withTtl(new ListStateDescriptor('list', Types.LONG))),
    map: backend.getState(withTtl(new MapStateDescriptor('map', Types.STRING, Types.LONG))),
    reducing: backend.getState(withTtl(new ReducingStateDescriptor<number>('reducing', (a, b) => a + b, Types.LONG))),
    aggregating: backend.getState(withTtl(new AggregatingStateDescriptor('aggregating', aggregate, pair))),
  };
}
