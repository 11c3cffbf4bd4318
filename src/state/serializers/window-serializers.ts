/** Serializers of what Flink keeps beside user values: namespaces (windows), timers, and values with a time to live. */

import { longFromTime, timeFromLong } from '../../common/time.js';
import { GlobalWindow, TimeWindow } from '../../common/windows.js';
import type { DataInput } from '../data-input.js';
import type { DataOutput } from '../data-output.js';
import type { TypeSerializer } from '../serializer.js';
import { longSerializer } from './scalar-serializers.js';
import { compositeSnapshot, SNAPSHOT_CLASS, simpleSnapshot } from './snapshots.js';

/** Writes a time as a long, the infinities as the two extremes. @internal */
export function writeTime(time: number, output: DataOutput): void {
  if (Number.isSafeInteger(time)) output.writeSafeLong(time);
  else output.writeLong(longFromTime(time));
}

/** Reads what {@link writeTime} wrote. @internal */
export function readTime(input: DataInput): number {
  const at = input.position;
  const time = input.readSafeLong();
  if (!Number.isNaN(time)) return time;
  input.seek(at);
  return timeFromLong(input.readLong());
}

/** The namespace of state that has none: one zero byte, which Flink declares as length 0. @internal */
export const voidNamespaceSerializer: TypeSerializer<null> = {
  length: 0,
  snapshot: simpleSnapshot(SNAPSHOT_CLASS.voidNamespace),
  serialize: (_value, output) => output.writeByte(0),
  deserialize(input) {
    input.skip(1);
    return null;
  },
};

/** A window of time. @internal */
export const timeWindowSerializer: TypeSerializer<TimeWindow> = {
  length: 16,
  snapshot: simpleSnapshot(SNAPSHOT_CLASS.timeWindow),
  serialize(window, output) {
    writeTime(window.start, output);
    writeTime(window.end, output);
  },
  deserialize(input) {
    const start = readTime(input);
    return new TimeWindow(start, readTime(input));
  },
};

/** The one window of a stream that is not cut by time. @internal */
export const globalWindowSerializer: TypeSerializer<GlobalWindow> = {
  length: 1,
  snapshot: simpleSnapshot(SNAPSHOT_CLASS.globalWindow),
  serialize: (_value, output) => output.writeByte(0),
  deserialize(input) {
    input.skip(1);
    return GlobalWindow.get();
  },
};

/** A timer as it is stored. @internal */
export interface StoredTimer<K = unknown, N = unknown> {
  readonly timestamp: number;
  readonly key: K;
  readonly namespace: N;
}

const SIGN_BIT = -(2n ** 63n);

/** A timer: its time with the sign bit flipped, so that bytes sort by time, then key and namespace. @internal */
export class TimerSerializer<K, N> implements TypeSerializer<StoredTimer<K, N>> {
  readonly length: number;
  readonly snapshot;
  readonly key: TypeSerializer<K>;
  readonly namespace: TypeSerializer<N>;

  constructor(key: TypeSerializer<K>, namespace: TypeSerializer<N>) {
    this.key = key;
    this.namespace = namespace;
    this.length = key.length < 0 || namespace.length < 0 ? -1 : 8 + key.length + namespace.length;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.timer, 2, [key.snapshot, namespace.snapshot]);
  }

  serialize(timer: StoredTimer<K, N>, output: DataOutput): void {
    output.writeLong(BigInt.asIntN(64, longFromTime(timer.timestamp) ^ SIGN_BIT));
    this.key.serialize(timer.key, output);
    this.namespace.serialize(timer.namespace, output);
  }

  deserialize(input: DataInput): StoredTimer<K, N> {
    const timestamp = timeFromLong(BigInt.asIntN(64, input.readLong() ^ SIGN_BIT));
    return { timestamp, key: this.key.deserialize(input), namespace: this.namespace.deserialize(input) };
  }
}

/** A value with the time of its last access. @internal */
export interface TtlValue<T> {
  readonly lastAccess: number;
  readonly value: T;
}

/** A value of state with a time to live: the time of last access before the value. @internal */
export class TtlSerializer<T> implements TypeSerializer<TtlValue<T>> {
  readonly length: number;
  readonly snapshot;
  readonly value: TypeSerializer<T>;

  constructor(value: TypeSerializer<T>) {
    this.value = value;
    this.length = value.length < 0 ? -1 : 8 + value.length;
    this.snapshot = compositeSnapshot(SNAPSHOT_CLASS.ttl, 2, [longSerializer.snapshot, value.snapshot]);
  }

  serialize(ttlValue: TtlValue<T>, output: DataOutput): void {
    writeTime(ttlValue.lastAccess, output);
    this.value.serialize(ttlValue.value, output);
  }

  deserialize(input: DataInput): TtlValue<T> {
    return { lastAccess: readTime(input), value: this.value.deserialize(input) };
  }
}
