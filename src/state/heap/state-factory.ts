/** Makes the state handle of a descriptor over its table. */

import type { AnyStateDescriptor, NamespacedState } from '../keyed-state-backend.js';
import type { TtlValue } from '../serializers/window-serializers.js';
import type { AggregateFunction, Reducer } from '../state-descriptor.js';
import type { StateTtlConfig } from '../state-ttl-config.js';
import type { HeapContext } from './heap-context.js';
import { HeapListState } from './list-state.js';
import { HeapMapState } from './map-state.js';
import type { StateDefinition } from './state-definition.js';
import type { StateTable } from './state-table.js';
import { IncrementalCleanup } from './ttl-cleanup.js';
import { TtlListState, TtlMapState } from './ttl-collections.js';
import { TtlPolicy } from './ttl-policy.js';
import { TtlAggregatingState, TtlReducingState, TtlValueState, ttlAggregate, ttlReducer } from './ttl-states.js';
import { HeapAggregatingState, HeapReducingState, HeapValueState } from './value-state.js';

/** A state handle of any kind. @internal */
export type StateHandle = NamespacedState<unknown>;

/** What a handle is made over. @internal */
export interface StateParts {
  readonly context: HeapContext;
  readonly table: StateTable;
  readonly definition: StateDefinition;
  readonly ttlNow: () => number;
}

type Aggregate = AggregateFunction<unknown, unknown, unknown>;

/** The handle of a state. @internal */
export function createState(parts: StateParts, descriptor: AnyStateDescriptor): StateHandle {
  const { ttl } = parts.definition;
  if (ttl !== undefined) return createTtlState(parts, descriptor, ttl);
  const { context, table } = parts;
  switch (descriptor.kind) {
    case 'VALUE':
      return new HeapValueState(context, table);
    case 'LIST':
      return new HeapListState(context, table);
    case 'MAP':
      return new HeapMapState(context, table, parts.definition.createMap!);
    case 'REDUCING':
      return new HeapReducingState(context, table, descriptor.reducer as Reducer<unknown>);
    case 'AGGREGATING':
      return new HeapAggregatingState(context, table, descriptor.aggregate as Aggregate);
  }
}

function createTtlState(parts: StateParts, descriptor: AnyStateDescriptor, ttl: StateTtlConfig): StateHandle {
  const { context, table } = parts;
  const policy = new TtlPolicy(ttl, parts.ttlNow);
  const onAccess = cleanupOf(parts, ttl, policy);
  switch (descriptor.kind) {
    case 'VALUE':
      return new TtlValueState({ original: new HeapValueState<TtlValue<unknown>>(context, table), policy, onAccess });
    case 'LIST':
      return new TtlListState({ original: new HeapListState<TtlValue<unknown>>(context, table), policy, onAccess });
    case 'MAP': {
      const createMap = parts.definition.createMap as () => Map<unknown, TtlValue<unknown>>;
      return new TtlMapState({ original: new HeapMapState(context, table, createMap), policy, onAccess });
    }
    case 'REDUCING': {
      const reducer = ttlReducer(descriptor.reducer as Reducer<unknown>, policy);
      return new TtlReducingState({ original: new HeapReducingState(context, table, reducer), policy, onAccess });
    }
    case 'AGGREGATING': {
      const aggregate = descriptor.aggregate as Aggregate;
      const original = new HeapAggregatingState(context, table, ttlAggregate(aggregate, policy));
      return new TtlAggregatingState({ original, policy, onAccess }, aggregate);
    }
  }
}

/** What is done before each access; cleaning for every element hangs itself into the context. */
function cleanupOf(parts: StateParts, ttl: StateTtlConfig, policy: TtlPolicy): () => void {
  if (ttl.cleanup.type !== 'incremental' || ttl.cleanup.size <= 0) return () => undefined;
  const cleanup = new IncrementalCleanup(parts.context, parts.table, {
    definition: parts.definition,
    size: ttl.cleanup.size,
    isExpired: (stored) => policy.isExpired(stored),
  });
  const step = (): void => cleanup.step();
  if (ttl.cleanup.everyRecord) parts.context.cleaners.push(step);
  return step;
}
