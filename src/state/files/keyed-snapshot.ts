/**
 * A snapshot of a heap backend under way. It is written in slices over the live tables. Invariant: every entry that was
 * there at the start is written once, with the value of that time. An entry that is about to change before its turn is
 * serialised at once and kept as bytes (`beforeChange`); `saved` of an entry says that this snapshot has it, and all older
 * ones that are under way.
 */

import { FlinkError } from '../../common/errors.js';
import { DataOutput } from '../data-output.js';
import type { HeapContext, SnapshotObserver } from '../heap/heap-context.js';
import type { StateEntry } from '../heap/state-entry.js';
import type { StateTable } from '../heap/state-table.js';
import type { Timer } from '../heap/timer.js';
import type { ByteSink, KeyedSnapshotResult, KeyedStateSnapshot } from '../keyed-state-snapshot.js';
import { show } from '../serializers/scalar-serializers.js';
import { typeNameOf } from '../serializers/type-names.js';
import { DeltaLayout } from './body-layouts.js';
import { DELTA_REMOVED } from './delta-format.js';
import { type ChunkPool, EarlyRecords } from './early-records.js';
import { type EncodedEntry, NOTHING_WRITTEN } from './record-encoders.js';
import type { SnapshotPlan, StatePlan } from './snapshot-plan.js';

/** Bytes that are handed to the sink at once. */
const FLUSH_BYTES = 128 * 1024;
/** So much is written between two looks at the clock: about 0.1 ms. */
const STEP_BYTES = 16 * 1024;
const STEP_ENTRIES = 128;

/** Told when a snapshot ends. @internal */
export interface SnapshotOwner {
  onWritten(snapshot: HeapKeyedSnapshot, result: KeyedSnapshotResult): void;
}

/** See the file comment. @internal */
export class HeapKeyedSnapshot implements KeyedStateSnapshot, SnapshotObserver {
  readonly plan: SnapshotPlan;
  readonly generation: number;
  readonly baseGeneration: number;
  readonly #context: HeapContext;
  readonly #owner: SnapshotOwner;
  readonly #output = new DataOutput(FLUSH_BYTES + STEP_BYTES);
  readonly #scratch = new DataOutput();
  readonly #early: EarlyRecords;
  readonly #plans: Map<StateTable, StatePlan>;
  readonly #offsets: number[] = [];
  readonly #steps: Generator<undefined, void, undefined>;
  readonly #now: () => number;
  readonly #sectionCount: number;
  #taken = 0;
  #stepEntries = 0;
  #stepStart = 0;
  #isEnded = false;
  #failure: unknown = undefined;
  #result: KeyedSnapshotResult | undefined = undefined;

  constructor(
    context: HeapContext,
    plan: SnapshotPlan,
    how: { readonly owner: SnapshotOwner; readonly pool: ChunkPool; readonly now: () => number },
  ) {
    this.#context = context;
    this.plan = plan;
    this.generation = plan.generation;
    this.baseGeneration = plan.baseGeneration;
    this.#owner = how.owner;
    this.#now = how.now;
    this.#early = new EarlyRecords(how.pool);
    this.#plans = new Map(plan.states.map((state) => [state.table, state]));
    this.#sectionCount = plan.states.length + plan.queues.length;
    this.#steps = this.#write();
  }

  writeSlice(sink: ByteSink, budgetMs: number): boolean {
    const deadline = this.#now() + budgetMs;
    try {
      while (!this.#isEnded) {
        if (this.#failure !== undefined) throw this.#failure;
        const step = this.#steps.next();
        this.#flush(sink, step.done ? 1 : FLUSH_BYTES);
        if (step.done) this.#finish();
        else if (this.#now() >= deadline) return false;
      }
    } catch (error) {
      this.discard();
      throw error;
    }
    return true;
  }

  result(): KeyedSnapshotResult {
    if (this.#result === undefined) throw new Error('Broken invariant: the snapshot is written before it is asked for');
    return this.#result;
  }

  discard(): void {
    this.#end();
  }

  beforeChange(table: StateTable, entry: StateEntry, group: number): void {
    if (!this.#needs(entry)) return;
    const state = this.#plans.get(table);
    if (state === undefined) return;
    entry.saved = this.generation;
    try {
      this.#scratch.reset();
      const lastPair = this.#encode(state, entry, group, this.#scratch);
      if (lastPair === NOTHING_WRITTEN) return;
      this.#early.add(this.#section(group, state.id), this.#scratch.view(), lastPair);
    } catch (error) {
      this.#fail(error);
    }
  }

  beforeTimerRemoved(queueId: number, timer: Timer): void {
    if (timer.created > this.generation || timer.saved >= this.generation) return;
    const queue = this.plan.queues.find((candidate) => candidate.queue.id === queueId);
    if (queue === undefined) return;
    timer.saved = this.generation;
    try {
      this.#scratch.reset();
      const lastPair = queue.encode(timer, timer.group + this.#context.firstKeyGroup, this.#scratch);
      this.#early.add(this.#section(timer.group, queue.id), this.#scratch.view(), lastPair);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Whether the entry, as it is, belongs to this snapshot and is not in it. */
  #needs(entry: StateEntry): boolean {
    const { touched } = entry;
    return touched <= this.generation && entry.saved < this.generation && touched > this.baseGeneration;
  }

  *#write(): Generator<undefined, void, undefined> {
    this.plan.writeHeader(this.#output);
    yield* this.#collectTimers();
    const { layout } = this.plan;
    for (let group = 0; group < this.#context.groupCount; group++) {
      const offset = this.#taken + this.#output.length;
      layout.beginGroup(group + this.#context.firstKeyGroup, this.#output);
      for (const state of this.plan.states) yield* this.#writeSection(state, group);
      for (const queue of this.plan.queues) {
        layout.beginSection(queue.id, this.#early.count(this.#section(group, queue.id)), this.#output);
        yield* this.#writeEarly(group, queue.id);
        layout.endSection(this.#output);
      }
      this.#offsets.push(layout.endGroup(this.#output) ? offset : 0);
      if (this.#isStepOver()) yield;
    }
  }

  /** Timers lie by time, and are wanted by key group: all are serialised before the first group. */
  *#collectTimers(): Generator<undefined, void, undefined> {
    for (const { queue } of this.plan.queues) {
      for (const bucket of queue.buckets()) {
        for (let timer = bucket.first; timer !== undefined; timer = timer.next) {
          this.#context.showTimer(queue.id, timer, this.generation);
          if (this.#isStepOver()) yield;
        }
      }
    }
  }

  *#writeSection(state: StatePlan, group: number): Generator<undefined, void, undefined> {
    const { layout } = this.plan;
    const output = this.#output;
    const count = state.counts === undefined ? -1 : state.counts[group]!;
    layout.beginSection(state.id, count, output);
    if (layout instanceof DeltaLayout) yield* this.#writeRemovals(state, group, layout);
    const entries = state.table.entries(group);
    for (let step = entries.next(); !step.done; step = entries.next()) {
      const entry = step.value;
      if (this.#needs(entry)) {
        this.#context.showUntil(this.generation - 1, state.table, entry, group);
        entry.saved = this.generation;
        this.#writeEntry(state, entry, group);
      }
      if (this.#isStepOver()) yield;
    }
    yield* this.#writeEarly(group, state.id);
    layout.endSection(output);
  }

  #writeEntry(state: StatePlan, entry: StateEntry, group: number): void {
    const output = this.#output;
    const { layout } = this.plan;
    const start = output.length;
    layout.beforeRecord(output);
    const lastPair = this.#encode(state, entry, group, output);
    if (lastPair === NOTHING_WRITTEN) output.truncate(start);
    else layout.afterRecord(lastPair);
  }

  *#writeRemovals(state: StatePlan, group: number, layout: DeltaLayout): Generator<undefined, void, undefined> {
    const output = this.#output;
    const removals = state.table.removals.between(group, this.plan.baseGeneration, this.generation);
    for (const removal of removals) {
      layout.openSection(output);
      output.writeByte(DELTA_REMOVED);
      state.definition.namespaceType.serializer.serialize(removal.namespace, output);
      this.plan.keySerializer.serialize(removal.key, output);
      if (this.#isStepOver()) yield;
    }
  }

  /** What was serialised early; nothing more can come for a section whose entries are done. */
  *#writeEarly(group: number, stateId: number): Generator<undefined, void, undefined> {
    const output = this.#output;
    const { layout } = this.plan;
    for (const record of this.#early.records(this.#section(group, stateId))) {
      layout.beforeRecord(output);
      const start = output.length;
      output.writeBytes(record.bytes);
      layout.afterRecord(start + record.lastPair);
      if (this.#isStepOver()) yield;
    }
  }

  #encode(state: StatePlan, entry: StateEntry, group: number, output: DataOutput): number {
    const value = state.filter === undefined ? entry.value : state.filter(entry.value);
    if (value === undefined) return NOTHING_WRITTEN;
    const keyGroup = group + this.#context.firstKeyGroup;
    const encoded: EncodedEntry = { keyGroup, key: entry.key, namespace: state.table.namespaceOf(entry), value };
    try {
      return state.encode(encoded, output);
    } catch (cause) {
      const where = `State "${state.definition.name}" of key ${show(entry.key)} cannot be written`;
      throw new FlinkError('VALUE_INVALID', `${where}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }

  #section(group: number, stateId: number): number {
    return group * this.#sectionCount + stateId;
  }

  /** Whether it is time to look at the clock. */
  #isStepOver(): boolean {
    if (++this.#stepEntries < STEP_ENTRIES && this.#taken + this.#output.length - this.#stepStart < STEP_BYTES)
      return false;
    this.#stepEntries = 0;
    this.#stepStart = this.#taken + this.#output.length;
    return true;
  }

  #flush(sink: ByteSink, atLeast: number): void {
    const output = this.#output;
    const { layout } = this.plan;
    const count = layout.finishedBytes(output);
    if (count < atLeast) return;
    sink.write(output.view(0, count));
    output.dropFront(count);
    layout.onTaken(count);
    this.#taken += count;
  }

  #finish(): void {
    this.#result = {
      format: this.plan.format,
      keyGroupRange: this.plan.keyGroupRange,
      offsets: this.#offsets,
      bytes: this.#taken,
      basedOn: this.plan.basedOn,
      keyType: typeNameOf(this.plan.keySerializer),
      states: this.plan.states.map(({ definition: { name, kind, serializer } }) => {
        return { name, kind, type: typeNameOf(serializer) };
      }),
    };
    this.#end();
    this.#owner.onWritten(this, this.#result);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#end(false);
  }

  #end(isEnded = true): void {
    this.#isEnded = isEnded;
    this.#early.release();
    const { snapshots } = this.#context;
    const at = snapshots.indexOf(this);
    if (at >= 0) snapshots.splice(at, 1);
  }
}
