/**
 * The states and timer queues of one backend by name: those that the job registered, and those of the snapshot that it
 * has not registered (yet), which are kept and written again.
 */

import { FlinkError } from '../../common/errors.js';
import { BucketedTimerQueue } from '../bucketed-timer-queue.js';
import type { AnyStateDescriptor } from '../keyed-state-backend.js';
import { VOID_NAMESPACE } from '../namespaces.js';
import type { SerializerSnapshot } from '../serializer.js';
import { describeSnapshot, snapshotsAgree } from '../serializers/snapshots.js';
import type { Type } from '../type.js';
import { convertTable } from './convert-table.js';
import type { HeapContext } from './heap-context.js';
import { NamespacedStateTable } from './namespaced-state-table.js';
import { definitionOf, type StateDefinition } from './state-definition.js';
import { PlainStateTable, type StateTable } from './state-table.js';

/** A state with its values. @internal */
export interface RegisteredState {
  definition: StateDefinition;
  readonly table: StateTable;
  /** What the job calls it by; undefined while only the snapshot knows it. */
  descriptor: AnyStateDescriptor | undefined;
}

/** A timer queue; `isRegistered` is false while only the snapshot knows it. @internal */
export interface RegisteredQueue {
  queue: BucketedTimerQueue<unknown, unknown>;
  isRegistered: boolean;
}

/** See the file comment. @internal */
export class StateRegistry {
  readonly states = new Map<string, RegisteredState>();
  readonly queues = new Map<string, RegisteredQueue>();
  readonly #context: HeapContext;

  constructor(context: HeapContext) {
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.states.size === 0 && this.queues.size === 0;
  }

  /** The state of a descriptor; adopts the restored one of its name. */
  register(descriptor: AnyStateDescriptor, namespaceType: Type<unknown>): RegisteredState {
    const definition = definitionOf(descriptor, namespaceType);
    const present = this.states.get(definition.name);
    if (present === undefined) return this.#addState(definition, descriptor);
    checkSameState(present.definition, definition);
    if (present.descriptor === undefined) {
      convertTable(present, definition, this.#context.groupCount);
      present.definition = definition;
      present.descriptor = descriptor;
    }
    return present;
  }

  /** The state of a snapshot that is being restored. */
  restored(definition: StateDefinition): RegisteredState {
    const present = this.states.get(definition.name);
    if (present === undefined) return this.#addState(definition, undefined);
    checkSameState(definition, present.definition);
    return present;
  }

  queue(name: string, namespaceType: Type<unknown>, isRegistered: boolean): BucketedTimerQueue<unknown, unknown> {
    const present = this.queues.get(name);
    if (present !== undefined) {
      const has = present.queue.namespaceType.serializer.snapshot;
      checkSnapshots(`namespaces of timer queue "${name}"`, has, namespaceType.serializer.snapshot);
      present.isRegistered ||= isRegistered;
      return present.queue;
    }
    const queue = new BucketedTimerQueue<unknown, unknown>(this.#context, {
      id: this.queues.size,
      name,
      namespaceType,
    });
    this.queues.set(name, { queue, isRegistered });
    return queue;
  }

  clear(): void {
    this.states.clear();
    this.queues.clear();
  }

  #addState(definition: StateDefinition, descriptor: AnyStateDescriptor | undefined): RegisteredState {
    const isPlain = definition.namespaceType === (VOID_NAMESPACE as unknown);
    const table = isPlain
      ? new PlainStateTable(this.#context)
      : new NamespacedStateTable(this.#context, definition.namespaceType);
    const state = { definition, table, descriptor };
    this.states.set(definition.name, state);
    return state;
  }
}

/** Refuses a state that was stored, or registered, as another kind or type. */
function checkSameState(stored: StateDefinition, wanted: StateDefinition): void {
  const name = wanted.name;
  if (stored.kind !== wanted.kind) {
    throw new FlinkError(
      'STATE_TYPE_MISMATCH',
      `State "${name}" is a ${stored.kind} state, and is asked for as a ${wanted.kind} state.`,
    );
  }
  checkSnapshots(`values of state "${name}"`, stored.serializer.snapshot, wanted.serializer.snapshot);
  const [storedNamespaces, wantedNamespaces] = [stored.namespaceType.serializer, wanted.namespaceType.serializer];
  checkSnapshots(`namespaces of state "${name}"`, storedNamespaces.snapshot, wantedNamespaces.snapshot);
}

function checkSnapshots(what: string, stored: SerializerSnapshot, wanted: SerializerSnapshot): void {
  if (snapshotsAgree(stored, wanted)) return;
  throw new FlinkError(
    'STATE_TYPE_MISMATCH',
    `The ${what} are ${describeSnapshot(stored)}, and are asked for as ${describeSnapshot(wanted)}.`,
  );
}
