/** An element that an interval join keeps, in the layout of Flink's operator, so that both read each other's savepoints. */

import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import type { Type } from '../type.js';
import { ListSerializer } from './composite-serializers.js';
import { compositeSnapshot, SNAPSHOT_CLASS } from './snapshots.js';

/** A flag that Flink always leaves false, then the element. @internal */
export class BufferEntrySerializer<T> implements TypeSerializer<T> {
  readonly length = -1;
  readonly snapshot;
  readonly #element: TypeSerializer<T>;

  constructor(element: TypeSerializer<T>) {
    this.#element = element;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.bufferEntry, 2, [element.snapshot]);
  }

  serialize(value: T, output: DataOutput): void {
    output.writeBoolean(false);
    this.#element.serialize(value, output);
  }

  deserialize(input: DataInput): T {
    input.readBoolean();
    return this.#element.deserialize(input);
  }
}

/** The elements of one timestamp. @internal */
export function bufferEntriesType<T>(element: Type<T>): Type<T[]> {
  const serializer = new ListSerializer(new BufferEntrySerializer(element.serializer)) as TypeSerializer<T[]>;
  return { name: `BUFFER(${element.name})`, serializer };
}
