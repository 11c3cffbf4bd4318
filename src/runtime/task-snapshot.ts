/**
 * The part of a task's snapshot that runs beside the stream: what was frozen synchronously is written in slices, a few
 * milliseconds each, with turns of the event loop between them. When every file is durable the task may acknowledge.
 */

import type { OperatorId } from '../common/ids.js';
import { StateFileWriter } from '../snapshot/state-file.js';
import type { KeyedStateHandle, OperatorStateHandle, OperatorSubtaskState } from '../snapshot/state-handle.js';
import type { OperatorStateSnapshot } from '../state/heap-operator-state.js';
import type { KeyedStateSnapshot } from '../state/keyed-state-snapshot.js';
import type { KeyedFileHistory } from './keyed-file-history.js';
import type { OperatorAcknowledgement } from './task.js';
import type { CheckpointOptions } from './worker/messages.js';

/**
 * Milliseconds a slice of writing may take between batches of records. Half of a record slice, so that two thirds of the
 * throughput remain while a snapshot is written.
 */
const SLICE_MS = 4;

/** An operator's state, frozen. @internal */
export interface FrozenOperator {
  readonly operatorId: OperatorId;
  readonly operatorState: OperatorStateSnapshot | null;
  readonly keyed: KeyedStateSnapshot | null;
  readonly files: KeyedFileHistory;
}

/** Writes one task's snapshot. @internal */
export class TaskSnapshot {
  readonly #operators: readonly FrozenOperator[];
  readonly #options: CheckpointOptions;
  readonly #writers: StateFileWriter[] = [];
  #isDiscarded = false;
  /** Bytes that were written for this checkpoint. */
  checkpointedSize = 0;
  /** Bytes that this checkpoint consists of, shared files included. */
  stateSize = 0;

  constructor(operators: readonly FrozenOperator[], options: CheckpointOptions) {
    this.#operators = operators;
    this.#options = options;
  }

  /** Writes everything; undefined when the snapshot was discarded meanwhile. */
  async write(): Promise<readonly OperatorAcknowledgement[] | undefined> {
    const acknowledged: OperatorAcknowledgement[] = [];
    try {
      for (const operator of this.#operators) {
        const state = await this.#writeOperator(operator);
        if (this.#isDiscarded) return undefined;
        if (state !== undefined) acknowledged.push({ operatorId: operator.operatorId, state });
      }
      return acknowledged;
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Gives the snapshot up and removes its files. */
  async discard(): Promise<void> {
    if (this.#isDiscarded) return;
    this.#isDiscarded = true;
    for (const { keyed } of this.#operators) keyed?.discard();
    await Promise.all(this.#writers.map((writer) => writer.discard()));
  }

  async #writeOperator(operator: FrozenOperator): Promise<OperatorSubtaskState | undefined> {
    const managedOperator = await this.#writeOperatorState(operator.operatorState);
    const keyed = operator.keyed === null ? undefined : await this.#writeKeyed(operator.keyed, operator.files);
    if (managedOperator === undefined && keyed === undefined) return undefined;
    return {
      ...(managedOperator !== undefined && { managedOperator }),
      ...(keyed !== undefined && { managedKeyed: [keyed] }),
      described: describe(operator),
    };
  }

  async #writeOperatorState(snapshot: OperatorStateSnapshot | null): Promise<OperatorStateHandle | undefined> {
    if (snapshot === null) return undefined;
    const writer = this.#open('exclusive');
    writer.write(snapshot.bytes);
    const stream = await writer.close();
    if (stream === null) return undefined;
    this.#count(snapshot.bytes.length);
    return { states: snapshot.states, stream };
  }

  async #writeKeyed(snapshot: KeyedStateSnapshot, files: KeyedFileHistory): Promise<KeyedStateHandle | undefined> {
    const isIncremental = this.#options.format === 'incremental';
    const writer = this.#open(isIncremental ? 'shared' : 'exclusive');
    while (!snapshot.writeSlice(writer, SLICE_MS)) {
      await nextTurn();
      if (!writer.isAvailable) await writer.whenDrained();
      if (this.#isDiscarded) return undefined;
    }
    const result = snapshot.result();
    const stream = await writer.close();
    if (this.#isDiscarded || result === null || stream === null) return undefined;
    this.#count(result.bytes);
    if (!isIncremental) return files.wholeHandle(result, stream);
    const handle = files.incrementalHandle(this.#options.checkpointId, result, stream);
    this.stateSize += files.sharedBytes(result.basedOn);
    return handle;
  }

  #open(scope: 'exclusive' | 'shared'): StateFileWriter {
    const writer = new StateFileWriter({
      directory: scope === 'shared' ? this.#options.sharedDirectory : this.#options.exclusiveDirectory,
      scope,
      // A shared file stays a file: later checkpoints refer to it.
      inlineThreshold: scope === 'shared' ? -1 : this.#options.inlineThreshold,
    });
    this.#writers.push(writer);
    return writer;
  }

  #count(bytes: number): void {
    this.checkpointedSize += bytes;
    this.stateSize += bytes;
  }
}

/** For the trailer; the keyed snapshot was written, or has none of it. */
function describe({ operatorState, keyed }: FrozenOperator): OperatorSubtaskState['described'] & object {
  const result = keyed?.result() ?? null;
  return {
    ...(result?.keyType !== undefined && { keyType: result.keyType }),
    states: [...(operatorState?.descriptions ?? []), ...(result?.states ?? [])],
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
