/** What a snapshot will write, fixed at its start: the states, how they are encoded, and from which generation on. */

import type { BucketedTimerQueue } from '../bucketed-timer-queue.js';
import type { DataOutput } from '../data-output.js';
import type { StateDefinition } from '../heap/state-definition.js';
import type { StateRegistry } from '../heap/state-registry.js';
import type { StateTable } from '../heap/state-table.js';
import type { Timer } from '../heap/timer.js';
import { snapshotFilter } from '../heap/ttl-cleanup.js';
import type { KeyGroupRange } from '../key-groups.js';
import type { TypeSerializer } from '../serializer.js';
import { TimerSerializer } from '../serializers/window-serializers.js';
import { type BodyLayout, CanonicalLayout, DeltaLayout, NativeLayout } from './body-layouts.js';
import { type DeltaPrologue, writeDeltaPrologue } from './delta-format.js';
import { canonicalEncoder, canonicalTimerEncoder, nativeEncoder, type RecordEncoder } from './record-encoders.js';
import { type StateMeta, writeKeyedHeader } from './state-header.js';

/** One state in a snapshot. @internal */
export interface StatePlan {
  readonly id: number;
  readonly definition: StateDefinition;
  readonly table: StateTable;
  readonly encode: RecordEncoder;
  /** Number of entries by key group; undefined where only writing will tell. */
  readonly counts: Int32Array | undefined;
  /** Leaves out what has expired; undefined = nothing of the value is left. */
  readonly filter: ((value: unknown) => unknown) | undefined;
}

/** One timer queue in a snapshot. @internal */
export interface QueuePlan {
  readonly id: number;
  readonly queue: BucketedTimerQueue<unknown, unknown>;
  readonly encode: (timer: Timer, keyGroup: number, output: DataOutput) => number;
}

/** See the file comment. @internal */
export interface SnapshotPlan {
  readonly checkpointId: number;
  readonly format: 'canonical' | 'native' | 'delta';
  readonly generation: number;
  /** Entries that were not touched after this generation are left out: -1 unless `format` is `delta`. */
  readonly baseGeneration: number;
  readonly basedOn: readonly number[];
  readonly keyGroupRange: KeyGroupRange;
  readonly keySerializer: TypeSerializer<unknown>;
  readonly states: readonly StatePlan[];
  readonly queues: readonly QueuePlan[];
  readonly layout: BodyLayout;
  writeHeader(output: DataOutput): void;
}

/** What a plan is made from. @internal */
export interface SnapshotPlanInput {
  readonly checkpointId: number;
  readonly format: 'canonical' | 'native' | 'delta';
  readonly generation: number;
  readonly baseGeneration: number;
  readonly basedOn: readonly number[];
  readonly keyGroupRange: KeyGroupRange;
  readonly maxParallelism: number;
  readonly keySerializer: TypeSerializer<unknown>;
  readonly registry: StateRegistry;
  readonly ttlNow: number;
}

/** Makes the plan of a snapshot that begins at this moment. @internal */
export function planSnapshot(input: SnapshotPlanInput): SnapshotPlan {
  const states = [...input.registry.states.values()].map((state, id) => planState(input, state, id));
  const queues = [...input.registry.queues.values()].map(({ queue }, i) => planQueue(input, queue, states.length + i));
  const prologue: DeltaPrologue = input;
  return {
    ...input,
    states,
    queues,
    layout: layoutOf(input.format),
    writeHeader(output) {
      if (input.format === 'delta') writeDeltaPrologue(prologue, output);
      const metas = [...states.map(metaOf), ...queues.map((plan) => queueMetaOf(plan, input.keySerializer))];
      writeKeyedHeader({ isCompressed: false, key: input.keySerializer.snapshot, states: metas }, output);
    },
  };
}

function layoutOf(format: SnapshotPlan['format']): BodyLayout {
  if (format === 'canonical') return new CanonicalLayout();
  return format === 'native' ? new NativeLayout() : new DeltaLayout();
}

function planState(
  input: SnapshotPlanInput,
  state: { readonly definition: StateDefinition; readonly table: StateTable },
  id: number,
): StatePlan {
  const { definition, table } = state;
  const filter = snapshotFilter(definition, input.ttlNow);
  const encode =
    input.format === 'canonical'
      ? canonicalEncoder(definition, input.keySerializer, input.maxParallelism)
      : nativeEncoder(definition, input.keySerializer);
  const isCounted = input.format === 'native' && filter === undefined;
  return {
    id,
    definition,
    table,
    encode,
    filter,
    counts: isCounted ? countsOf(table, input.keyGroupRange) : undefined,
  };
}

function countsOf(table: StateTable, range: KeyGroupRange): Int32Array {
  const counts = new Int32Array(range.last - range.first + 1);
  for (let group = 0; group < counts.length; group++) counts[group] = table.size(group);
  return counts;
}

function planQueue(input: SnapshotPlanInput, queue: BucketedTimerQueue<unknown, unknown>, id: number): QueuePlan {
  const serializer = new TimerSerializer(input.keySerializer, queue.namespaceType.serializer);
  if (input.format === 'canonical') {
    const untyped = serializer as TypeSerializer<unknown>;
    return { id, queue, encode: canonicalTimerEncoder(untyped, input.maxParallelism) };
  }
  const encode = (timer: Timer, _keyGroup: number, output: DataOutput): number => {
    const start = output.length;
    serializer.serialize(timer, output);
    return start;
  };
  return { id, queue, encode };
}

function metaOf(plan: StatePlan): StateMeta {
  const { name, kind, namespaceType, serializer } = plan.definition;
  return { type: 'keyed', name, kind, namespace: namespaceType.serializer.snapshot, value: serializer.snapshot };
}

function queueMetaOf(plan: QueuePlan, key: TypeSerializer<unknown>): StateMeta {
  const serializer = new TimerSerializer(key, plan.queue.namespaceType.serializer);
  return { type: 'timers', name: plan.queue.name, value: serializer.snapshot };
}
