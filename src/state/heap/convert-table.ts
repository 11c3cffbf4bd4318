/**
 * Values of a restored state, read before the job said what type they have: once it does, they become values of that type
 * by way of their bytes (`byte[]` becomes the object that is packed in it, a bigint a number).
 */

import { DataInput } from '../data-input.js';
import { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import type { StateDefinition } from './state-definition.js';
import type { RegisteredState } from './state-registry.js';

/** Converts all values in place. @internal */
export function convertTable(state: RegisteredState, wanted: StateDefinition, groupCount: number): void {
  const convert = byBytes(state.definition.serializer, wanted.serializer);
  for (let group = 0; group < groupCount; group++) {
    const entries = state.table.entries(group);
    for (let step = entries.next(); !step.done; step = entries.next()) step.value.value = convert(step.value.value);
  }
}

/** Turns a value of one serializer into one of another with the same bytes. @internal */
export function byBytes(from: TypeSerializer<unknown>, to: TypeSerializer<unknown>): (value: unknown) => unknown {
  if (from === to) return (value) => value;
  const output = new DataOutput();
  const input = new DataInput(new Uint8Array(0));
  return (value) => {
    output.reset();
    from.serialize(value, output);
    input.reset(output.view());
    return to.deserialize(input);
  };
}
