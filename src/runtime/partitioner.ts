/**
 * How a record finds its channel, and which subtasks an edge connects. A partitioner belongs to one writer; HASH also
 * tells the key group that it computed, so that the receiver need not compute it again.
 */

import { assert } from '../common/assert.js';
import { FlinkError } from '../common/errors.js';
import type { PartitionerKind } from '../graph/transformation.js';

/** Chooses the channel of each record. @internal */
export interface ChannelPartitioner {
  /** True: every record goes to every channel, and `select` is not asked. */
  readonly isBroadcast: boolean;
  /** The key group of the record that `select` saw last; -1 when the edge is not keyed. */
  readonly keyGroup: number;
  /** The channel for the record, from 0 to the number of channels - 1. */
  select(value: unknown): number;
}

/** What a HASH edge asks a `KeyTypeCell`: the group of a key, after its type was checked. @internal */
export interface KeyGrouping {
  keyGroup(key: unknown): number;
}

/** What a partitioner is made of; which fields are needed depends on the kind. @internal */
export interface PartitionerOptions {
  readonly kind: PartitionerKind;
  /** Channels that this sender has: its own targets, not the target parallelism. */
  readonly channels: number;
  /** HASH and CUSTOM. */
  readonly keySelector?: (value: never) => unknown;
  /** CUSTOM. */
  readonly partitioner?: (key: never, channels: number) => number;
  /** HASH. */
  readonly grouping?: KeyGrouping;
  /** HASH: the target's maximum parallelism; the groups are dealt out over `channels` subtasks. */
  readonly maxParallelism?: number;
  /** A number in [0, 1): the random start of REBALANCE, the choice of SHUFFLE. Default `Math.random`. */
  readonly random?: () => number;
}

/** Makes the partitioner of one writer. @internal */
export function createPartitioner(options: PartitionerOptions): ChannelPartitioner {
  const { kind, channels, random = Math.random } = options;
  assert(channels > 0, 'an edge has a target');
  switch (kind) {
    case 'FORWARD':
    case 'GLOBAL':
      return new FirstChannel();
    case 'REBALANCE':
      return new RoundRobin(channels, Math.floor(random() * channels));
    case 'RESCALE':
      return new RoundRobin(channels, 0);
    case 'SHUFFLE':
      return new RandomChannel(channels, random);
    case 'BROADCAST':
      return new EveryChannel();
    case 'CUSTOM':
      return new CustomChannel(options);
    case 'HASH':
      return new HashedChannel(options);
  }
}

/**
 * The subtasks of the target that a subtask of the source is connected to, ascending. Pointwise edges: FORWARD i → i;
 * RESCALE deals the larger side out in runs, so that every target has an input and no two senders' runs cross.
 *
 * @internal
 */
export function targetsOf(
  kind: PartitionerKind,
  sourceParallelism: number,
  targetParallelism: number,
  subtask: number,
): number[] {
  if (kind === 'FORWARD') {
    assert(sourceParallelism === targetParallelism, 'a forward edge joins vertices of one parallelism');
    return [subtask];
  }
  if (kind !== 'RESCALE') return range(0, targetParallelism);
  const first = Math.ceil((subtask * targetParallelism) / sourceParallelism);
  const end = Math.ceil(((subtask + 1) * targetParallelism) / sourceParallelism);
  // Fewer targets than senders: the run of a target is [j·S/T, (j+1)·S/T), rounded down, and this sender is in one of them.
  return sourceParallelism >= targetParallelism ? [end - 1] : range(first, end);
}

/** The subtasks of the source that a subtask of the target is connected to, ascending. @internal */
export function sourcesOf(
  kind: PartitionerKind,
  sourceParallelism: number,
  targetParallelism: number,
  subtask: number,
): number[] {
  return range(0, sourceParallelism).filter((source) =>
    targetsOf(kind, sourceParallelism, targetParallelism, source).includes(subtask),
  );
}

/** Whether an edge joins only some subtasks of the two vertices. @internal */
export function isPointwise(kind: PartitionerKind): boolean {
  return kind === 'FORWARD' || kind === 'RESCALE';
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}

class FirstChannel implements ChannelPartitioner {
  readonly isBroadcast = false;
  readonly keyGroup = -1;
  select(): number {
    return 0;
  }
}

class EveryChannel implements ChannelPartitioner {
  readonly isBroadcast = true;
  readonly keyGroup = -1;
  select(): number {
    return 0;
  }
}

class RoundRobin implements ChannelPartitioner {
  readonly isBroadcast = false;
  readonly keyGroup = -1;
  readonly #channels: number;
  #next: number;

  constructor(channels: number, start: number) {
    this.#channels = channels;
    this.#next = start;
  }

  select(): number {
    const channel = this.#next;
    this.#next = channel + 1 === this.#channels ? 0 : channel + 1;
    return channel;
  }
}

class RandomChannel implements ChannelPartitioner {
  readonly isBroadcast = false;
  readonly keyGroup = -1;
  readonly #channels: number;
  readonly #random: () => number;

  constructor(channels: number, random: () => number) {
    this.#channels = channels;
    this.#random = random;
  }

  select(): number {
    return Math.floor(this.#random() * this.#channels);
  }
}

class CustomChannel implements ChannelPartitioner {
  readonly isBroadcast = false;
  readonly keyGroup = -1;
  readonly #channels: number;
  readonly #partitioner: (key: never, channels: number) => number;
  readonly #keySelector: (value: never) => unknown;

  constructor({ channels, partitioner, keySelector }: PartitionerOptions) {
    assert(
      partitioner !== undefined && keySelector !== undefined,
      'a custom edge has a partitioner and a key selector',
    );
    this.#channels = channels;
    this.#partitioner = partitioner;
    this.#keySelector = keySelector;
  }

  select(value: unknown): number {
    const channel = this.#partitioner(this.#keySelector(value as never) as never, this.#channels);
    if (!Number.isInteger(channel) || channel < 0 || channel >= this.#channels) {
      throw new FlinkError(
        'USER_FUNCTION_FAILED',
        `The custom partitioner returned ${String(channel)}; expected an integer from 0 to ${this.#channels - 1}.`,
      );
    }
    return channel;
  }
}

class HashedChannel implements ChannelPartitioner {
  readonly isBroadcast = false;
  keyGroup = 0;
  readonly #keySelector: (value: never) => unknown;
  readonly #grouping: KeyGrouping;
  /** Channel by key group: `keyGroup * parallelism / maxParallelism`, rounded down. */
  readonly #channelByGroup: Uint16Array;

  constructor({ channels, keySelector, grouping, maxParallelism }: PartitionerOptions) {
    assert(
      keySelector !== undefined && grouping !== undefined && maxParallelism !== undefined,
      'a keyed edge has a key selector, a grouping and a maximum parallelism',
    );
    this.#keySelector = keySelector;
    this.#grouping = grouping;
    this.#channelByGroup = Uint16Array.from({ length: maxParallelism }, (_, group) =>
      Math.floor((group * channels) / maxParallelism),
    );
  }

  select(value: unknown): number {
    const group = this.#grouping.keyGroup(this.#keySelector(value as never));
    this.keyGroup = group;
    return this.#channelByGroup[group] as number;
  }
}
