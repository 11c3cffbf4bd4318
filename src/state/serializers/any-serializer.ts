/**
 * Values without a declared type: MessagePack in a byte array, so that a real Flink sees a `byte[]` and keeps it. Dates,
 * maps, sets, bigints, typed arrays and undefined fields survive.
 */

import { Packr } from 'msgpackr';
import { FlinkError } from '../../common/errors.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import { bytesSerializer } from './scalar-serializers.js';

const packr = new Packr({ useRecords: false, moreTypes: true, copyBuffers: true, useBigIntExtension: true });

/** Any plain value. @internal */
export const anySerializer: TypeSerializer<unknown> = {
  length: -1,
  snapshot: bytesSerializer.snapshot,
  serialize(value, output: DataOutput) {
    let bytes: Uint8Array;
    try {
      bytes = packr.pack(value);
    } catch (error) {
      throw new FlinkError('VALUE_INVALID', 'A value cannot be stored: it holds what is no plain data.', {
        cause: error,
      });
    }
    output.writeInt(bytes.length);
    output.writeBytes(bytes);
  },
  deserialize(input: DataInput) {
    const bytes = input.readBytes(input.readCount());
    try {
      return packr.unpack(bytes);
    } catch (error) {
      throw new FlinkError('SNAPSHOT_CORRUPT', 'A stored value is no MessagePack.', { cause: error });
    }
  },
};
