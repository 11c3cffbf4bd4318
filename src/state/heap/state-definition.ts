/** What a state is, apart from its values: kind, name, and the serializers of what its table holds. */

import type { AnyStateDescriptor } from '../keyed-state-backend.js';
import type { TypeSerializer } from '../serializer.js';
import { ListSerializer, MapSerializer } from '../serializers/composite-serializers.js';
import { TtlSerializer } from '../serializers/window-serializers.js';
import type { StateKind } from '../state-descriptor.js';
import type { StateTtlConfig } from '../state-ttl-config.js';
import type { Type } from '../type.js';
import { type MapLike, mapMaker } from './composite-key-map.js';

/** See the file comment. @internal */
export interface StateDefinition {
  readonly name: string;
  readonly kind: StateKind;
  readonly namespaceType: Type<unknown>;
  /** Serializer of a whole table value: of lists a `ListSerializer`, of maps a `MapSerializer`. */
  readonly serializer: TypeSerializer<unknown>;
  readonly ttl: StateTtlConfig | undefined;
  /** Makes the empty map of a map state. */
  readonly createMap: (() => MapLike<unknown, unknown>) | undefined;
}

/** The definition behind a descriptor. @internal */
export function definitionOf(descriptor: AnyStateDescriptor, namespaceType: Type<unknown>): StateDefinition {
  const ttl = descriptor.ttl?.updateType === 'Disabled' ? undefined : descriptor.ttl;
  const single = descriptor.type.serializer as TypeSerializer<unknown>;
  const value = ttl === undefined ? single : (new TtlSerializer(single) as TypeSerializer<unknown>);
  const createMap = descriptor.kind === 'MAP' ? mapMaker(descriptor.keyType) : undefined;
  return {
    name: descriptor.name,
    kind: descriptor.kind,
    namespaceType,
    serializer: tableSerializer(descriptor, value, createMap),
    ttl,
    createMap,
  };
}

function tableSerializer(
  descriptor: AnyStateDescriptor,
  value: TypeSerializer<unknown>,
  createMap: (() => MapLike<unknown, unknown>) | undefined,
): TypeSerializer<unknown> {
  if (descriptor.kind === 'LIST') return new ListSerializer(value) as TypeSerializer<unknown>;
  if (descriptor.kind === 'MAP') {
    return new MapSerializer(descriptor.keyType.serializer, value, createMap) as unknown as TypeSerializer<unknown>;
  }
  return value;
}
