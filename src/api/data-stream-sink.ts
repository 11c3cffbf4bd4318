/** The end of a stream. A sink with a writer and a committer is described as one; each part gets an id of its own. */

import { FlinkError } from '../common/errors.js';
import * as settings from './operator-settings.js';
import type { PhysicalDraft } from './program-builder.js';
import type { StreamHandle } from './stream-factory.js';

/** A sink, which can be described further; the methods return the sink itself. */
export class DataStreamSink<T> {
  /** The type of the records, for inference only; never set. */
  declare readonly recordType?: T;
  readonly #sink: PhysicalDraft;

  /** Made by `sinkTo` and `print`. @internal */
  constructor(handle: StreamHandle<PhysicalDraft>) {
    this.#sink = handle.draft;
  }

  /** Names the sink for snapshots: the writer's uid, from which the committer's is derived. */
  uid(uid: string): this {
    settings.setUid(this.#sink, uid);
    return this;
  }

  /** An operator id by which state is found too; only for sinks of one operator, such as `print`. */
  setUidHash(uidHash: string): this {
    if (this.#sink.kind === 'sink') {
      throw new FlinkError(
        'UNSUPPORTED',
        `Cannot set a custom UID hash on a non-legacy sink ("${this.#sink.settings.name}"): it consists of several operators.`,
      );
    }
    settings.setUidHash(this.#sink, uidHash);
    return this;
  }

  /** Names the sink in plans, logs and lists. */
  name(name: string): this {
    settings.setName(this.#sink, name);
    return this;
  }

  /** Describes the sink in plans at greater length than the name. */
  setDescription(description: string): this {
    settings.setDescription(this.#sink, description);
    return this;
  }

  /** How many subtasks run the sink. */
  setParallelism(parallelism: number): this {
    settings.setParallelism(this.#sink, parallelism);
    return this;
  }

  /** The limit of the parallelism for the whole life of the sink's state. */
  setMaxParallelism(maxParallelism: number): this {
    settings.setMaxParallelism(this.#sink, maxParallelism);
    return this;
  }

  /** Puts the sink into a group of workers of its own. */
  slotSharingGroup(group: string): this {
    this.#sink.settings.slotSharingGroup = group;
    return this;
  }

  /** Lets the sink's operators run in tasks of their own. */
  disableChaining(): this {
    this.#sink.settings.chaining = 'NEVER';
    return this;
  }
}
