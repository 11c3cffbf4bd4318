/**
 * Timers in buckets by time: a heap of the distinct times, and for each time its timers in order of registration. A timer
 * is in the queue at most once by time, key and namespace.
 *
 * A bucket that loses its last timer stays until its time is the earliest, or until most buckets are empty: taking a time
 * out of the middle of the heap would cost more.
 *
 * A timer that is postponed stays in its bucket until the time of that comes: a session is postponed by nearly every element
 * and changes its bucket once a gap. For snapshots it has its new time at once.
 */

import type { HeapContext, MapKey } from './heap/heap-context.js';
import { namespaceEquality } from './heap/namespace-equality.js';
import { RESTORED } from './heap/state-entry.js';
import { TimeHeap } from './heap/time-heap.js';
import { Timer, type TimerOwner } from './heap/timer.js';
import type { QueuedTimer, TimerQueue } from './timer-queue.js';
import type { Type } from './type.js';

/** Up to this many timers of one time are looked through; more get a Map when one of them is looked for. */
const FEW_TIMERS = 8;
/** Fewer empty buckets than this are not worth a sweep. */
const MIN_EMPTY_BUCKETS = 1024;

/** The timers of one time, linked in order of registration. @internal */
export interface TimerBucket {
  readonly time: number;
  size: number;
  first: Timer | undefined;
  last: Timer | undefined;
  byKey: Map<MapKey, Timer> | undefined;
}

/** See the file comment. @internal */
export class BucketedTimerQueue<K, N> implements TimerQueue<K, N> {
  /** The queue's number among the queues of its backend. */
  readonly id: number;
  readonly name: string;
  readonly namespaceType: Type<N>;
  readonly #context: HeapContext;
  readonly #buckets = new Map<number, TimerBucket>();
  readonly #times = new TimeHeap();
  readonly #isSame: (a: unknown, b: unknown) => boolean;
  #size = 0;
  /** How many of them came out of a snapshot. */
  #restored = 0;
  #emptyBuckets = 0;
  #polled: Timer | undefined = undefined;

  constructor(
    context: HeapContext,
    options: { readonly id: number; readonly name: string; readonly namespaceType: Type<N> },
  ) {
    this.#context = context;
    this.id = options.id;
    this.name = options.name;
    this.namespaceType = options.namespaceType;
    this.#isSame = namespaceEquality(options.namespaceType as Type<unknown>);
  }

  get size(): number {
    return this.#size;
  }

  get polledTimestamp(): number {
    return this.#polled!.timestamp;
  }

  get polledKey(): K {
    return this.#polled!.key as K;
  }

  get polledKeyGroup(): number {
    return this.#polled!.group + this.#context.firstKeyGroup;
  }

  get polledNamespace(): N {
    return this.#polled!.namespace as N;
  }

  register(timestamp: number, namespace: N): boolean {
    const context = this.#context;
    const bucket = this.#bucketOf(timestamp);
    if (bucket.size > 0 && this.#find(bucket, context.mapKey, namespace) !== undefined) return false;
    this.#link(bucket, new Timer(timestamp, context, namespace, context.generation));
    return true;
  }

  registerNew(timestamp: number, namespace: N): QueuedTimer {
    const bucket = this.#bucketOf(timestamp);
    if (this.#restored > 0 && bucket.size > 0) {
      const present = this.#find(bucket, this.#context.mapKey, namespace);
      if (present !== undefined) return present;
    }
    const timer = new Timer(timestamp, this.#context, namespace, this.#context.generation);
    this.#link(bucket, timer);
    return timer;
  }

  postpone(queued: QueuedTimer, timestamp: number, namespace: N): QueuedTimer {
    const context = this.#context;
    const timer = newest(queued as Timer);
    if (timer.timestamp === timestamp && this.#isSame(timer.namespace, namespace)) return timer;
    if (context.snapshots.length > 0) context.showTimer(this.id, timer);
    if (timer.created === RESTORED) this.#restored--;
    timer.timestamp = timestamp;
    timer.namespace = namespace;
    timer.created = context.generation;
    return timer;
  }

  remove(queued: QueuedTimer): void {
    const timer = newest(queued as Timer);
    this.#takeOut(this.#buckets.get(timer.position)!, timer);
  }

  /** Puts a restored timer in, as if it had always been there. */
  restore(owner: TimerOwner, timestamp: number, namespace: N): void {
    const bucket = this.#bucketOf(timestamp);
    if (bucket.size > 0 && this.#find(bucket, owner.mapKey, namespace) !== undefined) return;
    this.#link(bucket, new Timer(timestamp, owner, namespace, RESTORED));
    this.#restored++;
  }

  delete(timestamp: number, namespace: N): boolean {
    const bucket = this.#buckets.get(timestamp);
    if (bucket === undefined) return false;
    const timer = this.#find(bucket, this.#context.mapKey, namespace);
    if (timer === undefined) return false;
    this.#takeOut(bucket, timer);
    return true;
  }

  #takeOut(bucket: TimerBucket, timer: Timer): void {
    this.#remove(bucket, timer);
    if (bucket.size === 0 && ++this.#emptyBuckets > MIN_EMPTY_BUCKETS && this.#emptyBuckets * 2 > this.#times.size) {
      this.#sweep();
    }
  }

  nextTimestamp(): number {
    for (;;) {
      const time = this.#times.first;
      if (this.#emptyBuckets === 0 || this.#times.size === 0) return time;
      const bucket = this.#buckets.get(time)!;
      if (bucket.size > 0) return time;
      this.#dropFirst(time);
      this.#emptyBuckets--;
    }
  }

  poll(time: number): boolean {
    for (;;) {
      const next = this.nextTimestamp();
      if (this.#size === 0 || next > time) return false;
      const bucket = this.#buckets.get(next)!;
      const timer = bucket.first!;
      this.#remove(bucket, timer);
      if (bucket.size === 0) this.#dropFirst(next);
      if (timer.timestamp === next) {
        this.#polled = timer;
        return true;
      }
      this.#relink(timer);
    }
  }

  /** Puts a postponed timer where it belongs; a snapshot may stand at the old one and go on from there. */
  #relink(timer: Timer): void {
    let moved = timer;
    if (this.#context.snapshots.length > 0) {
      moved = new Timer(timer.timestamp, timer, timer.namespace, timer.created);
      moved.saved = timer.saved;
      timer.successor = moved;
    } else {
      timer.position = timer.timestamp;
      timer.next = undefined;
      timer.sibling = undefined;
    }
    this.#link(this.#bucketOf(moved.timestamp), moved);
  }

  /** All buckets, live: to be read on after changes. */
  buckets(): IterableIterator<TimerBucket> {
    return this.#buckets.values();
  }

  /** The bucket of a time; one that is empty is about to get a timer. */
  #bucketOf(timestamp: number): TimerBucket {
    let bucket = this.#buckets.get(timestamp);
    if (bucket === undefined) {
      bucket = { time: timestamp, size: 0, first: undefined, last: undefined, byKey: undefined };
      this.#buckets.set(timestamp, bucket);
      this.#times.push(timestamp);
    } else if (bucket.size === 0) {
      this.#emptyBuckets--;
    }
    return bucket;
  }

  #link(bucket: TimerBucket, timer: Timer): void {
    link(bucket, timer);
    this.#size++;
  }

  #find(bucket: TimerBucket, mapKey: MapKey, namespace: N): Timer | undefined {
    if (bucket.byKey === undefined) {
      if (bucket.size > FEW_TIMERS) return this.#find(withIndex(bucket), mapKey, namespace);
      for (let timer = bucket.first; timer !== undefined; timer = timer.next) {
        if (timer.mapKey === mapKey && this.#isAt(timer, bucket, namespace)) return timer;
      }
      return undefined;
    }
    for (let timer = bucket.byKey.get(mapKey); timer !== undefined; timer = timer.sibling) {
      if (this.#isAt(timer, bucket, namespace)) return timer;
    }
    return undefined;
  }

  #isAt(timer: Timer, bucket: TimerBucket, namespace: N): boolean {
    return timer.timestamp === bucket.time && this.#isSame(timer.namespace, namespace);
  }

  /** Takes a timer out of its bucket; its own links stay, for a snapshot that stands at it. */
  #remove(bucket: TimerBucket, timer: Timer): void {
    if (this.#context.snapshots.length > 0) this.#context.showTimer(this.id, timer);
    unlink(bucket, timer);
    this.#size--;
    if (timer.created === RESTORED) this.#restored--;
  }

  #dropFirst(time: number): void {
    this.#times.pop();
    this.#buckets.delete(time);
  }

  #sweep(): void {
    for (const [time, bucket] of this.#buckets) if (bucket.size === 0) this.#buckets.delete(time);
    this.#times.rebuild(this.#buckets.keys());
    this.#emptyBuckets = 0;
  }
}

/** The timer that stands for one that may have moved. */
function newest(timer: Timer): Timer {
  let current = timer;
  while (current.successor !== undefined) current = current.successor;
  return current;
}

function link(bucket: TimerBucket, timer: Timer): void {
  timer.previous = bucket.last;
  if (bucket.last === undefined) bucket.first = timer;
  else bucket.last.next = timer;
  bucket.last = timer;
  bucket.size++;
  if (bucket.byKey !== undefined) addToIndex(bucket.byKey, timer);
}

function withIndex(bucket: TimerBucket): TimerBucket {
  const byKey = new Map<MapKey, Timer>();
  for (let timer = bucket.first; timer !== undefined; timer = timer.next) addToIndex(byKey, timer);
  bucket.byKey = byKey;
  return bucket;
}

function addToIndex(byKey: Map<MapKey, Timer>, timer: Timer): void {
  timer.sibling = byKey.get(timer.mapKey);
  byKey.set(timer.mapKey, timer);
}

function unlink(bucket: TimerBucket, timer: Timer): void {
  if (timer.previous === undefined) bucket.first = timer.next;
  else timer.previous.next = timer.next;
  if (timer.next === undefined) bucket.last = timer.previous;
  else timer.next.previous = timer.previous;
  bucket.size--;
  if (bucket.byKey === undefined) return;
  const head = bucket.byKey.get(timer.mapKey);
  if (head === timer) {
    if (timer.sibling === undefined) bucket.byKey.delete(timer.mapKey);
    else bucket.byKey.set(timer.mapKey, timer.sibling);
    return;
  }
  let before = head!;
  while (before.sibling !== timer) before = before.sibling!;
  before.sibling = timer.sibling;
}
