/** The snapshot classes of Flink's serializers, and how they are compared. Binary names of Java, as they stand in files. */

import type { SerializerSnapshot } from '../serializer.js';

const BASE = 'org.apache.flink.api.common.typeutils.base.';
const WINDOWS = 'org.apache.flink.streaming.api.windowing.windows.';
/** The version of the snapshots that Flink has written since 1.8. */
const VERSION = 3;

/** Snapshot class of a simple serializer of Flink's base package. @internal */
export function baseClass(name: string): string {
  return `${BASE}${name}Serializer$${name}SerializerSnapshot`;
}

/** Snapshot class names by what they describe. @internal */
export const SNAPSHOT_CLASS = {
  bytes: `${BASE}array.BytePrimitiveArraySerializer$BytePrimitiveArraySerializerSnapshot`,
  list: `${BASE}ListSerializerSnapshot`,
  map: `${BASE}MapSerializerSnapshot`,
  tuple: 'org.apache.flink.api.java.typeutils.runtime.TupleSerializerSnapshot',
  voidNamespace: 'org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot',
  timeWindow: `${WINDOWS}TimeWindow$Serializer$TimeWindowSerializerSnapshot`,
  globalWindow: `${WINDOWS}GlobalWindow$Serializer$GlobalWindowSerializerSnapshot`,
  timer: 'org.apache.flink.streaming.api.operators.TimerSerializerSnapshot',
  streamElement:
    'org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer$StreamElementSerializerSnapshot',
  bufferEntry: 'org.apache.flink.streaming.api.operators.co.IntervalJoinOperator$BufferEntrySerializerSnapshot',
  ttl: 'org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializerSnapshot',
} as const;

/** The snapshot of a serializer without parts. @internal */
export function simpleSnapshot(className: string): SerializerSnapshot {
  return { className, version: VERSION };
}

/** The snapshot of a serializer with parts. @internal */
export function compositeSnapshot(
  className: string,
  outerVersion: number,
  nested: readonly SerializerSnapshot[],
  outerBytes: Uint8Array = new Uint8Array(0),
): SerializerSnapshot {
  return { className, version: VERSION, composite: { outerVersion, outerBytes, nested } };
}

/** Whether two serializers read each other's bytes: same classes with the same parts; versions may differ. @internal */
export function snapshotsAgree(a: SerializerSnapshot, b: SerializerSnapshot): boolean {
  if (a.className !== b.className) return false;
  const [left, right] = [a.composite, b.composite];
  if (left === undefined || right === undefined) return left === right;
  return (
    Buffer.compare(left.outerBytes, right.outerBytes) === 0 &&
    left.nested.length === right.nested.length &&
    left.nested.every((nested, i) => snapshotsAgree(nested, right.nested[i]!))
  );
}

/** A serializer's snapshot in a few words, such as `Map(String, Long)`. @internal */
export function describeSnapshot(snapshot: SerializerSnapshot): string {
  const simple = snapshot.className.split(/[.$]/).at(-1) ?? snapshot.className;
  const name = simple.replace(/SerializerSnapshot$/, '');
  const nested = snapshot.composite?.nested ?? [];
  return nested.length === 0 ? name : `${name}(${nested.map(describeSnapshot).join(', ')})`;
}
