/** Makes the state handle of a descriptor over its table. */

import type { AnyStateDescriptor, NamespacedState } from '../keyed-state-backend.js';
import type { AggregateFunction, Reducer } from '../state-descriptor.js';
import type { HeapContext } from './heap-context.js';
import { HeapListState } from './list-state.js';
import { HeapMapState } from './map-state.js';
import type { StateDefinition } from './state-definition.js';
import type { StateTable } from './state-table.js';
import { HeapAggregatingState, HeapReducingState, HeapValueState } from './value-state.js';

/** A state handle of any kind. @internal */
export type StateHandle = NamespacedState<unknown>;

/** The handle of a state without a time to live. @internal */
export function createState(
  context: HeapContext,
  table: StateTable,
  definition: StateDefinition,
  descriptor: AnyStateDescriptor,
): StateHandle {
  switch (descriptor.kind) {
    case 'VALUE':
      return new HeapValueState(context, table);
    case 'LIST':
      return new HeapListState(context, table);
    case 'MAP':
      return new HeapMapState(context, table, definition.createMap!);
    case 'REDUCING':
      return new HeapReducingState(context, table, descriptor.reducer as Reducer<unknown>);
    case 'AGGREGATING':
      return new HeapAggregatingState(
        context,
        table,
        descriptor.aggregate as AggregateFunction<unknown, unknown, unknown>,
      );
  }
}
