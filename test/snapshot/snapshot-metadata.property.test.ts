import { expect, it } from 'vitest';
import { operatorIdFromHex } from '../../src/common/ids.js';
import { decodeMetadata, encodeMetadata, type OperatorState } from '../../src/snapshot/snapshot-metadata.js';
import type {
  ChannelStateHandle,
  KeyedStateHandle,
  OperatorStateHandle,
  OperatorSubtaskState,
  StreamHandle,
} from '../../src/snapshot/state-handle.js';
import { type SeededRandom, seededRandom } from '../support/seeded-random.js';

/** Random snapshots of every shape that can be written. */
class Generator {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  operators(): OperatorState[] {
    return this.list(4, (index) => {
      const maxParallelism = 1 + this.#random.integer(300);
      const parallelism = 1 + this.#random.integer(Math.min(4, maxParallelism));
      const operatorId = operatorIdFromHex(index.toString(16).padStart(32, '0'));
      const head = { operatorId, parallelism, maxParallelism };
      if (this.chance(0.1)) return { ...head, finished: 'fully', subtasks: new Map() };
      const indexes = Array.from({ length: parallelism }, (_, subtask) => subtask);
      const ended = indexes.filter(() => this.chance(0.2));
      const present = indexes.filter((subtask) => !ended.includes(subtask) && this.chance(0.8));
      return {
        ...head,
        ...(this.chance(0.3) && { coordinatorState: this.bytes() }),
        ...(ended.length === 0
          ? { finished: 'none' as const }
          : { finished: 'partly' as const, finishedSubtasks: new Set(ended) }),
        subtasks: new Map(present.map((subtask) => [subtask, this.#subtask()])),
      };
    });
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability;
  }

  list<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.#random.integer(most + 1) }, (_, index) => make(index));
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.list(40, () => this.#random.integer(256)));
  }

  #text(): string {
    return this.list(8, () => String.fromCharCode(this.#random.integer(0x10000))).join('');
  }

  #long(): number {
    return Math.floor(this.#random.next() * 2 ** this.#random.integer(54));
  }

  #offsets(): number[] {
    return this.list(5, () => this.#long());
  }

  #stream(): StreamHandle {
    const kinds: (() => StreamHandle)[] = [
      () => ({ kind: 'inline', name: this.#text(), bytes: this.bytes() }),
      () => ({ kind: 'relative', fileName: this.#text(), size: this.#long() }),
      () => ({ kind: 'absolute', path: this.#text(), size: this.#long() }),
      () => ({
        kind: 'segment',
        path: this.#text(),
        start: this.#long(),
        size: this.#long(),
        scope: this.#random.integer(2),
        logicalId: this.#text(),
      }),
      () => ({ kind: 'empty-segment' }),
    ];
    return kinds[this.#random.integer(kinds.length)]!();
  }

  #operatorHandle(): OperatorStateHandle {
    const modes = ['SPLIT_DISTRIBUTE', 'UNION', 'BROADCAST'] as const;
    const states = this.list(3, () => ({
      name: this.#text(),
      mode: modes[this.#random.integer(3)]!,
      offsets: this.#offsets(),
    }));
    return { states, stream: this.#stream() };
  }

  #keyedHandle(): KeyedStateHandle {
    const firstKeyGroup = this.#random.integer(1000);
    if (this.chance(0.6)) {
      const body = { kind: 'key-groups' as const, firstKeyGroup, offsets: this.#offsets(), stream: this.#stream() };
      if (this.chance(0.5)) return { ...body, format: 'canonical', tag: 7 };
      return this.chance(0.5)
        ? { ...body, format: 'native', tag: 3 }
        : { ...body, format: 'native', tag: 12, handleId: this.#text() };
    }
    const files = (): { name: string; stream: StreamHandle }[] =>
      this.list(3, () => ({ name: this.#text(), stream: this.#stream() }));
    return {
      kind: 'incremental',
      tag: 11,
      checkpointId: this.#long(),
      backendId: this.#text(),
      firstKeyGroup,
      keyGroupCount: this.#random.integer(100),
      checkpointedSize: this.#long(),
      meta: this.#stream(),
      shared: files(),
      private: files(),
      handleId: this.#text(),
    };
  }

  #channel(): ChannelStateHandle {
    const [subtask, gate, channel] = [1, 2, 3].map(() => this.#random.integer(10)) as [number, number, number];
    return { subtask, gate, channel, offsets: this.#offsets(), size: this.#long(), stream: this.#stream() };
  }

  #subtask(): OperatorSubtaskState {
    return {
      ...(this.chance(0.5) && { managedOperator: this.#operatorHandle() }),
      ...(this.chance(0.1) && { rawOperator: this.#operatorHandle() }),
      ...(this.chance(0.5) && { managedKeyed: [this.#keyedHandle()] }),
      ...(this.chance(0.1) && { rawKeyed: [this.#keyedHandle()] }),
      ...(this.chance(0.1) && { inputChannels: [this.#channel()] }),
      ...(this.chance(0.1) && { outputChannels: [this.#channel(), this.#channel()] }),
    };
  }
}

it.each([1, 2, 3, 4, 5])('reads back every snapshot that can be written (100 cases, seed %i)', (seed) => {
  const generator = new Generator(seed);

  for (let round = 0; round < 100; round++) {
    const masterStates = generator.list(2, (version) => ({ version, name: 'm', bytes: generator.bytes() }));
    const metadata = { checkpointId: round, masterStates, operators: generator.operators() };
    const bytes = encodeMetadata(metadata);
    const again = decodeMetadata(bytes, { file: 'f' });
    expect(again).toEqual({ version: 3, ...metadata });
    expect(Buffer.compare(encodeMetadata(again), bytes)).toBe(0);
  }
});
