/** Elements with their timestamps, as windows with an evictor keep them: Flink's stream records. */

import { FlinkError } from '../../common/errors.js';
import { NO_TIMESTAMP } from '../../common/time.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import type { Type } from '../type.js';
import { compositeSnapshot, SNAPSHOT_CLASS } from './snapshots.js';
import { readTime, writeTime } from './window-serializers.js';

/** A value with the timestamp of its element; `NO_TIMESTAMP` when it has none. */
export interface TimestampedValue<T> {
  readonly value: T;
  readonly timestamp: number;
}

const WITH_TIMESTAMP = 0;
const WITHOUT_TIMESTAMP = 1;

/** A tag, the timestamp if there is one, the value. @internal */
export class StreamRecordSerializer<T> implements TypeSerializer<TimestampedValue<T>> {
  readonly length = -1;
  readonly snapshot;
  readonly #value: TypeSerializer<T>;

  constructor(value: TypeSerializer<T>) {
    this.#value = value;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.streamElement, 2, [value.snapshot]);
  }

  serialize(record: TimestampedValue<T>, output: DataOutput): void {
    if (record.timestamp === NO_TIMESTAMP) {
      output.writeByte(WITHOUT_TIMESTAMP);
    } else {
      output.writeByte(WITH_TIMESTAMP);
      writeTime(record.timestamp, output);
    }
    this.#value.serialize(record.value, output);
  }

  deserialize(input: DataInput): TimestampedValue<T> {
    const tag = input.readByte();
    if (tag !== WITH_TIMESTAMP && tag !== WITHOUT_TIMESTAMP) {
      throw new FlinkError('SNAPSHOT_CORRUPT', `A stream record begins with the tag ${tag}.`);
    }
    const timestamp = tag === WITH_TIMESTAMP ? readTime(input) : NO_TIMESTAMP;
    return { value: this.#value.deserialize(input), timestamp };
  }
}

/** The type of elements with their timestamps. @internal */
export function streamRecordType<T>(value: Type<T>): Type<TimestampedValue<T>> {
  return { name: `STREAM_RECORD(${value.name})`, serializer: new StreamRecordSerializer(value.serializer) };
}
