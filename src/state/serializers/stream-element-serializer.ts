/** Elements and watermarks in one list, as asynchronous operators keep what is under way: Flink's stream elements. */

import { FlinkError } from '../../common/errors.js';
import { NO_TIMESTAMP } from '../../common/time.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import type { Type } from '../type.js';
import { compositeSnapshot, SNAPSHOT_CLASS } from './snapshots.js';
import { readTime, writeTime } from './window-serializers.js';

/** A record with its timestamp (`NO_TIMESTAMP`: it has none), or a watermark. @internal */
export type StoredElement<T> =
  | { readonly value: T; readonly timestamp: number; readonly isWatermark?: undefined }
  | { readonly value?: undefined; readonly timestamp: number; readonly isWatermark: true };

const WITH_TIMESTAMP = 0;
const WITHOUT_TIMESTAMP = 1;
const WATERMARK = 2;

/** A tag, the time if there is one, the value if there is one. @internal */
export class StreamElementSerializer<T> implements TypeSerializer<StoredElement<T>> {
  readonly length = -1;
  readonly snapshot;
  readonly #value: TypeSerializer<T>;

  constructor(value: TypeSerializer<T>) {
    this.#value = value;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.streamElement, 2, [value.snapshot]);
  }

  serialize(element: StoredElement<T>, output: DataOutput): void {
    if (element.isWatermark) {
      output.writeByte(WATERMARK);
      writeTime(element.timestamp, output);
      return;
    }
    output.writeByte(element.timestamp === NO_TIMESTAMP ? WITHOUT_TIMESTAMP : WITH_TIMESTAMP);
    if (element.timestamp !== NO_TIMESTAMP) writeTime(element.timestamp, output);
    this.#value.serialize(element.value as T, output);
  }

  deserialize(input: DataInput): StoredElement<T> {
    const tag = input.readByte();
    switch (tag) {
      case WITH_TIMESTAMP: {
        const timestamp = readTime(input);
        return { value: this.#value.deserialize(input), timestamp };
      }
      case WITHOUT_TIMESTAMP:
        return { value: this.#value.deserialize(input), timestamp: NO_TIMESTAMP };
      case WATERMARK:
        return { isWatermark: true, timestamp: readTime(input) };
      default:
        throw new FlinkError('SNAPSHOT_CORRUPT', `A stream element begins with the tag ${tag}.`);
    }
  }
}

/** The type of elements and watermarks. @internal */
export function streamElementType<T>(value: Type<T>): Type<StoredElement<T>> {
  return { name: `STREAM_ELEMENT(${value.name})`, serializer: new StreamElementSerializer(value.serializer) };
}
