/** Types and values as the fixtures of Flink's snapshots write them: `MAP<STRING,LONG>`, longs as decimal text. */

import type { HeapKeyedStateBackend } from '../../src/state/heap-keyed-state-backend.js';
import { GLOBAL_WINDOW, TIME_WINDOW, VOID_NAMESPACE } from '../../src/state/namespaces.js';
import type { TypeSerializer } from '../../src/state/serializer.js';
import { ListSerializer, MapSerializer, TupleSerializer } from '../../src/state/serializers/composite-serializers.js';
import { TtlSerializer } from '../../src/state/serializers/window-serializers.js';
import type { Type } from '../../src/state/type.js';
import { Types } from '../../src/state/types.js';

type Entry = readonly [key: unknown, namespace: unknown, value: unknown];

const SIMPLE: Readonly<Record<string, unknown>> = {
  STRING: Types.STRING,
  LONG: Types.LONG_BIGINT,
  INT: Types.INT,
  BOOLEAN: Types.BOOLEAN,
  DOUBLE: Types.DOUBLE,
  BYTES: Types.BYTES,
  TIME_WINDOW,
};

/** The type that such a text names; longs are bigints, since the fixtures have the largest ones. */
export function parseType(text: string): Type<unknown> {
  const simple = SIMPLE[text];
  if (simple !== undefined) return simple as Type<unknown>;
  const [, name, inner] = /^(\w+)<(.*)>$/.exec(text)!;
  const parts = splitParts(inner!).map(parseType);
  if (name === 'TUPLE') return Types.TUPLE(...parts) as Type<unknown>;
  if (name === 'LIST') return Types.LIST(parts[0]!) as Type<unknown>;
  return Types.MAP(parts[0]!, parts[1]!) as Type<unknown>;
}

function splitParts(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const char of text) {
    depth += char === '<' ? 1 : char === '>' ? -1 : 0;
    if (char === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

/** A value of the type as the fixtures write it. */
export function jsonOf(type: string, value: unknown): unknown {
  return json(parseType(type).serializer, value);
}

function json(serializer: TypeSerializer<unknown>, value: unknown): unknown {
  if (value === null) return null;
  if (serializer instanceof TtlSerializer) return json(serializer.value, (value as { value: unknown }).value);
  if (serializer instanceof ListSerializer) return (value as unknown[]).map((item) => json(serializer.element, item));
  if (serializer instanceof TupleSerializer)
    return (value as unknown[]).map((item, i) => json(serializer.fields[i]!, item));
  if (serializer instanceof MapSerializer) {
    const entries = [...(value as Iterable<[unknown, unknown]>)];
    const pairs = entries.map(([key, item]) => [json(serializer.key, key), json(serializer.value, item)]);
    return pairs.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (serializer.snapshot.className.includes('TimeWindow')) {
    const window = value as { start: number; end: number };
    return [String(window.start), String(window.end)];
  }
  return serializer.snapshot.className.includes('LongSerializer') ? String(value) : value;
}

function namespaceJson(type: Type<unknown>, namespace: unknown): unknown {
  if (type === (VOID_NAMESPACE as unknown)) return null;
  return type === (GLOBAL_WINDOW as unknown) ? 'GLOBAL' : json(type.serializer, namespace);
}

/** All entries of all states of a backend; of timer queues the times by key and namespace. */
export function dumpBackend(backend: HeapKeyedStateBackend<never>): Map<string, Entry[]> {
  const { registry, context } = backend.restoreTarget;
  const keySerializer = (backend.keyType as Type<unknown> | undefined)!.serializer;
  const dump = new Map<string, Entry[]>();
  for (const { definition, table } of registry.states.values()) {
    const entries: Entry[] = [];
    for (let group = 0; group < context.groupCount; group++) {
      const iterator = table.entries(group);
      for (let step = iterator.next(); !step.done; step = iterator.next()) {
        const namespace = namespaceJson(definition.namespaceType, table.namespaceOf(step.value));
        entries.push([json(keySerializer, step.value.key), namespace, json(definition.serializer, step.value.value)]);
      }
    }
    dump.set(definition.name, entries);
  }
  for (const { queue } of registry.queues.values()) dump.set(queue.name, timersOf(queue, keySerializer));
  return dump;
}

interface DumpedQueue {
  readonly namespaceType: Type<unknown>;
  buckets(): Iterable<{ first: DumpedTimer | undefined }>;
}
interface DumpedTimer {
  readonly timestamp: number;
  readonly key: unknown;
  readonly namespace: unknown;
  readonly next: DumpedTimer | undefined;
}

function timersOf(queue: DumpedQueue, keySerializer: TypeSerializer<unknown>): Entry[] {
  const byOwner = new Map<string, { readonly key: unknown; readonly namespace: unknown; readonly times: string[] }>();
  for (const bucket of queue.buckets()) {
    for (let timer = bucket.first; timer !== undefined; timer = timer.next) {
      const key = json(keySerializer, timer.key);
      const namespace = namespaceJson(queue.namespaceType, timer.namespace);
      const id = JSON.stringify([key, namespace]);
      if (!byOwner.has(id)) byOwner.set(id, { key, namespace, times: [] });
      byOwner.get(id)!.times.push(String(timer.timestamp));
    }
  }
  return [...byOwner.values()].map(({ key, namespace, times }) => [key, namespace, times.sort()]);
}
