/** The stream of an operator, which can be described further: its uid, name, parallelism, chaining and resources. */

import { DataStream } from './data-stream.js';
import * as settings from './operator-settings.js';
import type { OutputTag } from './output-tag.js';
import type { PhysicalDraft } from './program-builder.js';
import type { StreamHandle } from './stream-factory.js';

/** What an operator puts out. The methods describe the operator and return the same stream. */
export class SingleOutputStreamOperator<T> extends DataStream<T> {
  readonly #operator: PhysicalDraft;

  /** Made by the call that adds the operator. @internal */
  constructor(handle: StreamHandle<PhysicalDraft>) {
    super(handle);
    this.#operator = handle.draft;
  }

  /**
   * Names the operator for snapshots: its state is found by this uid, whatever else changes in the program. Unique in the
   * job; give one to every operator that has state.
   */
  uid(uid: string): this {
    settings.setUid(this.#operator, uid);
    return this;
  }

  /** An operator id (32 hexadecimal digits) by which state is found too; for jobs that had no uids. */
  setUidHash(uidHash: string): this {
    settings.setUidHash(this.#operator, uidHash);
    return this;
  }

  /** Names the operator in plans, logs and lists. */
  name(name: string): this {
    settings.setName(this.#operator, name);
    return this;
  }

  /** Describes the operator in plans at greater length than the name. */
  setDescription(description: string): this {
    settings.setDescription(this.#operator, description);
    return this;
  }

  /** How many subtasks run the operator. */
  setParallelism(parallelism: number): this {
    settings.setParallelism(this.#operator, parallelism);
    return this;
  }

  /** Lets the operator run in one subtask only, now and for ever. */
  forceNonParallel(): this {
    settings.forceNonParallel(this.#operator);
    return this;
  }

  /** The number of key groups: the limit of the parallelism for the whole life of the operator's state. */
  setMaxParallelism(maxParallelism: number): this {
    settings.setMaxParallelism(this.#operator, maxParallelism);
    return this;
  }

  /** Puts the operator, and those that inherit it, into a group of workers of its own. */
  slotSharingGroup(group: string): this {
    this.#operator.settings.slotSharingGroup = group;
    return this;
  }

  /** Begins a new chain: the operator does not run in one task with the one before it. */
  startNewChain(): this {
    this.#operator.settings.chaining = 'HEAD';
    return this;
  }

  /** Lets the operator run in a task of its own. */
  disableChaining(): this {
    this.#operator.settings.chaining = 'NEVER';
    return this;
  }

  /** Milliseconds until what the operator put out is sent on, full buffer or not; -1 = only full ones, 0 = at once. */
  setBufferTimeout(timeoutMs: number): this {
    settings.setBufferTimeout(this.#operator, timeoutMs);
    return this;
  }

  /** What the operator put out under a tag: `words.getSideOutput(rejected)`. */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    const draft = this.program.add({ kind: 'sideOutput', input: this.draft, tag: tag.id });
    return this.program.streams.stream({ program: this.program, draft });
  }
}

/** The stream of a source. */
export class DataStreamSource<T> extends SingleOutputStreamOperator<T> {}
